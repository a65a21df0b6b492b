import { audit } from "../../services/audit/audit.contract.ts";
import { ago, tableFor } from "../mesh/table.ts";
import { type Carry, reasonOf, worded } from "./line.ts";

/** `deadletters list|retry|discard`: through the event store, which keeps who said what. */
export const letters: Carry = async (broker, line) => {
	const what = String(line.what ?? "list");
	if (what === "list") return list(broker, line);
	if (what !== "retry" && what !== "discard")
		throw new Error(`deadletters ${what}? list, retry, discard`);
	const id = worded(line.id, "letter");
	const reason = reasonOf(line);
	if (what === "discard") {
		await audit.discardDeadLetter(broker, { id, reason });
		return `${id} is let go; it is kept as evidence`;
	}
	const { applied } = await audit.retryDeadLetter(broker, { id });
	return `${applied} applied: ${id}, and those of its key behind it`;
};

const list: Carry = async (broker, { options: { context } }) => {
	const asked = typeof context === "string" ? { context } : {};
	const { items, away } = await audit.letters(broker, asked);
	const rows = items.map((one) => [
		...[one.id, one.event, one.key, one.key_seq, one.attempts],
		...[`${ago(Date.parse(one.parked_at))} ago`, one.error],
	]);
	const head = ["letter", "fact", "of", "number", "attempts", "parked", "error"];
	const found = rows.length > 0 ? tableFor(head, rows) : "No fact is parked";
	return away.length > 0 ? `${found}\nNo answer from: ${away.join(", ")}` : found;
};

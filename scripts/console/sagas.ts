import type { SagaBrief, SagaView } from "../../services/saga/saga.contract.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { ago, tableFor } from "../mesh/table.ts";
import { type Carry, type Line, reasonOf, worded } from "./line.ts";

const COMMANDS = {
	retry: sagas.retry,
	compensate: sagas.compensate,
	pause: sagas.pause,
	resume: sagas.resume,
};
const LIMIT = 20;

/** `saga list|show|retry|compensate|pause|resume`. */
export const sagaCommand: Carry = async (broker, line) => {
	const what = String(line.what ?? "list");
	if (what === "list") return list(broker, line);
	const saga_id = worded(line.id, "saga");
	if (what === "show") return shown(await sagas.get(broker, { saga_id }));
	const command = COMMANDS[what as keyof typeof COMMANDS];
	if (!command) throw new Error(`saga ${what}? list, show, ${Object.keys(COMMANDS).join(", ")}`);
	return shown(await command(broker, { saga_id, reason: reasonOf(line) }));
};

async function list(broker: Parameters<Carry>[0], { options }: Line): Promise<string> {
	const limit = Number(options.limit ?? LIMIT);
	const asked = {
		limit,
		...(options.status ? { status: String(options.status) as SagaBrief["status"] } : {}),
		...(options.name ? { name: String(options.name) } : {}),
	};
	const { items } = await (options.active
		? sagas.active(broker, { limit })
		: sagas.list(broker, asked));
	const rows = items.map((one) => [
		...[one.saga_id, one.name, one.status, marks(one)],
		...[one.order_id ?? one.claim_id, one.customer_id, `${one.duration.toFixed(2)} s`],
		`${ago(Date.parse(one.created_at))} ago`,
	]);
	const head = ["saga", "name", "status", "", "about", "customer", "took", "begun"];
	return rows.length > 0 ? tableFor(head, rows) : "There are no such sagas";
}

function shown(saga: SagaView): string {
	const { saga_id, name, kind, status, message, error, steps } = saga;
	const rows = steps.map(
		({ step, status: state, attempts, duration, error: why, compensation }) => [
			...[step, state, attempts, duration === undefined ? undefined : `${duration.toFixed(3)} s`],
			...[compensation && `${compensation.step} ${compensation.status}`, why],
		],
	);
	const failed = error && `${error.step}: ${error.code}: ${error.message}`;
	return [
		`${saga_id}  ${name} (${kind})  ${status}  ${marks(saga)}`.trimEnd(),
		...[message, failed].filter(Boolean),
		tableFor(["step", "status", "attempts", "took", "undone by", "error"], rows),
	].join("\n");
}

const marks = ({ blocked, paused }: Pick<SagaBrief, "blocked" | "paused">) =>
	[blocked && "BLOCKED", paused && "PAUSED"].filter(Boolean).join(" ");

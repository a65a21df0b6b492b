import { diagram } from "../sagas/diagram.ts";
import type { Saga } from "../sagas/saga.ts";
import { DEFINITIONS } from "../services/saga/definitions.ts";
import { tableOf } from "./markdown.ts";

const HEAD = ["step", "kind", "calls", "undone by", "shown while · after", "told if it fails"];

/** Each definition that may run: its steps, and the states that the outside sees. */
export const definitionsPart = () => DEFINITIONS.map(partOf).join("\n\n");

function partOf(saga: Saga): string {
	const rows = saga.steps.map(({ name, kind, action, undo, ...said }) => [
		name,
		kind,
		`\`${action.action}\``,
		undo ? `${undo.name}: \`${undo.action.action}\`` : "",
		[said.doing, said.done].map((state) => state ?? "–").join(" · "),
		kind === "retriable" ? "it is asked again until it succeeds" : toldIf(said),
	]);
	return [
		`### ${saga.name}, version ${saga.version}`,
		"",
		`Deadline ${saga.deadline_ms / 1_000} s, until the pivot. Told at its end: ${saga.completed ?? "nothing"}.`,
		"",
		tableOf(HEAD, rows),
		"",
		"```mermaid",
		diagram(saga),
		"```",
	].join("\n");
}

const toldIf = ({ refused, unavailable, failed }: Partial<Saga["steps"][number]>) =>
	[
		refused && `refused: ${refused}`,
		unavailable && `unavailable: ${unavailable}`,
		failed && `either: ${failed}`,
	]
		.filter(Boolean)
		.join("; ") || "the refusal's own text";

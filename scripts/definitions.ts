import { diagram } from "../sagas/diagram.ts";
import { flow } from "../sagas/flow.ts";
import type { Choreography } from "../sagas/reaction.ts";
import type { Saga } from "../sagas/saga.ts";
import { CHOREOGRAPHIES, DEFINITIONS } from "../services/saga/definitions.ts";
import { tableOf } from "./markdown.ts";

const HEAD = ["step", "kind", "calls", "undone by", "shown while · after", "told if it fails"];

/** Each definition that may run: its steps, and the states that the outside sees. */
export const definitionsPart = () => DEFINITIONS.map(partOf).join("\n\n");

const HEARS = ["hears", "who", "does", "undoing", "says", "or, refusing", "late after"];

/** Each choreography: who hears what and says what. Nobody drives it; `saga` only watches. */
export const choreographiesPart = () => CHOREOGRAPHIES.map(choreographyPart).join("\n\n");

const code = (events: readonly string[]) => events.map((event) => `\`${event}\``).join(" ") || "–";

function choreographyPart(of: Choreography): string {
	const rows = of.reactions.map(({ hears, who, step, undoes, first, says, refuses, ...more }) => [
		hears === undefined ? "(it begins)" : code([hears]),
		more.byHand ? `${who}, a person` : who,
		step,
		undoes ?? "–",
		first ? `${code([first])}, then ${code(says)}` : code(says),
		code(refuses),
		hears === undefined || more.byHand ? "–" : `${more.within_ms / 1_000} s`,
	]);
	return [
		`### ${of.name}, version ${of.version}`,
		"",
		`Told at its end: ${of.completed ?? "nothing"}. Before it: ${code(of.before)}; unless: ${code(of.unless)}.`,
		`COMPLETED by ${code(of.ends.COMPLETED)}; COMPENSATED, once all that was done is undone, by ${code(of.ends.COMPENSATED)}.`,
		"",
		tableOf(HEARS, rows),
		"",
		"```mermaid",
		flow(of),
		"```",
	].join("\n");
}

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

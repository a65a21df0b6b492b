import { DEFINITIONS } from "./definitions.ts";
import type { Outcome } from "./event.ts";
import type { State } from "./state.ts";

const contexts = new Map(
	DEFINITIONS.flatMap(({ steps }) => steps).flatMap(({ name, action, undo }) => [
		[`do/${name}`, contextOf(action.action)] as const,
		[`undo/${name}`, contextOf((undo?.action ?? action).action)] as const,
	]),
);

/** Which step of which context an outcome is about, and the name of its undo. */
export function stepOutcome({ steps }: State, { step, direction }: Outcome) {
	const undo = steps.find((run) => run.step === step)?.undo?.name;
	return { step, undo, context: contexts.get(`${direction}/${step}`) ?? "unknown" };
}

function contextOf(action: string) {
	return action.slice(0, action.indexOf("."));
}

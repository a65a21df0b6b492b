import type { Saga } from "../../sagas/saga.ts";
import { BLOCKED_MS, callLeg, type Draft, endLeg, pass, say, set, setLeg } from "./draft.ts";
import type { Failure, Leg, StepRun } from "./state.ts";

/** From here on what was begun is undone, the last first. */
export function turn(
	saga: Saga,
	draft: Draft,
	at: number,
	error: Failure,
	message = error.message,
): Draft {
	const turned = say(
		pass(set(draft, { status: "COMPENSATING", blocked: false, error, message }), "COMPENSATING"),
		"turned",
	);
	return undoNext(saga, turned, at);
}

/** Calls the next undo, or ends: there is nothing left to undo. */
export function undoNext(saga: Saga, draft: Draft, at: number): Draft {
	const run = draft.state.steps.findLast(isDue);
	if (!run) {
		const ended = set(draft, { status: "COMPENSATED", wake_at: null, finished_at: at });
		return say(pass(ended, "COMPENSATED"), "ended");
	}
	if (draft.state.paused) return set(draft, { wake_at: at + BLOCKED_MS });
	return callLeg(saga, draft, run.step, "undo", at);
}

const isDue = ({ undo, do: leg }: StepRun) => undo?.status === "INTENDED" && mayHaveHappened(leg);

/** What is known not to have happened is not called; all else is. */
export const mayHaveHappened = ({ status, unknown }: Leg) => status === "OK" || unknown;

/** The undo has succeeded, or somebody vouches for it. */
export function undone(saga: Saga, draft: Draft, run: StepRun, at: number): Draft {
	const leg = endLeg(run.undo as Leg, "OK", at);
	const over = set(setLeg(draft, run.step, "undo", leg), { blocked: false });
	return undoNext(saga, pass(over, "COMPENSATING"), at);
}

import type { Saga } from "../../sagas/saga.ts";
import { turn, undoNext, undone } from "./backward.ts";
import { BLOCKED_MS, callLeg, type Draft, draftOf, pass, say, set, setLeg } from "./draft.ts";
import type { Command } from "./event.ts";
import { done, given, goOn, mustStop } from "./forward.ts";
import {
	type Decision,
	type Direction,
	type Ignored,
	type Leg,
	legOf,
	pending,
	type State,
} from "./state.ts";

/** An operator's word: one transition like any other, safe to repeat. */
export function command(saga: Saga, state: State, event: Command): Decision | Ignored {
	const decision = commands[event.op](saga, state, event);
	return typeof decision === "string" ? decision : say(decision, "commanded");
}

type Handler = (saga: Saga, state: State, event: Command) => Decision | Ignored;

const commands: Record<Command["op"], Handler> = {
	retry: (saga, state, { at }) => retryNow(saga, draftOf(state), at),

	retryStep(saga, state, { at, step, params }) {
		const waiting = pending(state);
		if (!waiting || legOf(waiting).status !== "WAITING") return "wrong_state";
		if (!isAbout(waiting, step)) return "wrong_state";
		const { run, direction } = waiting;
		const mayCorrect = direction === "undo" || run.kind === "retriable";
		if (params !== undefined && !mayCorrect) return "wrong_state";
		const leg = { ...legOf(waiting), ...(params !== undefined && { params }) };
		return retryNow(saga, setLeg(draftOf(state), run.step, direction, leg), at);
	},

	skip(saga, state, { at, step, outcome, evidence }) {
		const waiting = pending(state);
		if (!state.blocked || !waiting || !evidence || !isAbout(waiting, step)) return "wrong_state";
		const { run, direction } = waiting;
		const vouched = set(draftOf(state), { exceptions: state.exceptions + 1 });
		if (outcome === "done")
			return direction === "undo" ? undone(saga, vouched, run, at) : done(saga, vouched, run, at);
		if (direction === "undo" || run.kind !== "pivot") return "wrong_state";
		const error = { step: run.step, type: "SAGA_SKIPPED", code: 409, message: evidence };
		const sure = { ...run, do: { ...run.do, unknown: false } };
		return given(saga, vouched, sure, at, { status: "GIVEN_UP", error });
	},

	cancel(saga, state, { at, reason }) {
		if (state.status === "COMPENSATING") return "ignored";
		if (state.steps.some(({ kind }) => kind === "pivot" || kind === "retriable"))
			return "past_pivot";
		const draft = set(draftOf(state), { cancelled: reason });
		const stop = mustStop(draft.state, at);
		if (!stop) return "ignored";
		// A saga that was never admitted has done nothing, but is shown on the one path there is.
		if (state.status === "PENDING") return turn(saga, pass(draft, saga.steps[0]?.doing), at, stop);
		const waiting = pending(state);
		if (!waiting) return turn(saga, draft, at, stop);
		if (waiting.run.do.status === "CALLING") return draft; // after the call in flight
		return given(saga, draft, waiting.run, at, { status: "GIVEN_UP", error: stop });
	},

	pause: (_, state, { at }) =>
		state.paused
			? "ignored"
			: set(draftOf(state), {
					paused: true,
					...(!isCalling(state) && { wake_at: at + BLOCKED_MS }),
				}),

	resume(saga, state, { at }) {
		if (!state.paused) return "ignored";
		return retryNow(saga, set(draftOf(state), { paused: false }), at);
	},
};

/** An undo is named by itself, or by what it undoes: by nothing else, for the saga may have moved. */
const isAbout = ({ run, direction }: Waiting, step: string | undefined) =>
	step === run.step || (direction === "undo" && step === run.undo?.name);
type Waiting = NonNullable<ReturnType<typeof pending>>;

const isCalling = (state: State) => {
	const waiting = pending(state);
	return waiting !== null && legOf(waiting).status === "CALLING";
};

/** All that waits is due now, and its budget starts again. */
function retryNow(saga: Saga, draft: Draft, at: number): Decision {
	const { state } = draft;
	const waiting = pending(state);
	if (!waiting) {
		if (state.status === "RUNNING") return goOn(saga, draft, at);
		return state.status === "PENDING" ? set(draft, { wake_at: at }) : undoNext(saga, draft, at);
	}
	const leg: Leg = { ...legOf(waiting), budget_from: at };
	const ready = setLeg(draft, waiting.run.step, waiting.direction as Direction, leg);
	if (leg.status === "CALLING" || state.paused) return ready;
	return callLeg(saga, ready, waiting.run.step, waiting.direction, at);
}

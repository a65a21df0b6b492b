import type { Saga } from "../../sagas/saga.ts";
import { undoNext, undone } from "./backward.ts";
import { command } from "./commands.ts";
import {
	BLOCKED_MS,
	callLeg,
	type Draft,
	draftOf,
	isSpent,
	pass,
	say,
	set,
	setLeg,
	waitLeg,
} from "./draft.ts";
import type { Outcome, SagaEvent, Started, Woken } from "./event.ts";
import { advance, done, given, goOn, isUndoable, mustStop } from "./forward.ts";
import {
	type Decision,
	type Failure,
	type Ignored,
	isOver,
	type Leg,
	legOf,
	newborn,
	pending,
	type State,
	type StepRun,
} from "./state.ts";

/**
 * What a saga does about what happened to it: pure, total, without a clock or chance of its own.
 * Nothing in the decision is true until it has been committed.
 */
export function decide(saga: Saga, state: State | null, event: SagaEvent): Decision | Ignored {
	if (event.type === "STARTED") return state ? "ignored" : start(saga, event);
	if (!state || isOver(state)) return event.type === "COMMAND" ? ended(state, event.op) : "ignored";
	const decision =
		event.type === "OUTCOME"
			? settle(saga, state, event)
			: event.type === "COMMAND"
				? command(saga, state, event)
				: wake(saga, state, event);
	if (typeof decision === "string") return decision;
	return set(decision, { updated_at: event.at });
}

const ended = (state: State | null, op: string): Ignored =>
	state?.status === "COMPLETED" && op === "cancel" ? "past_pivot" : "ignored";

function start(saga: Saga, { saga_id, input, at, admit }: Started): Decision {
	const deadline_at = at + saga.deadline_ms;
	const born: State = { ...newborn(saga_id, input, at), deadline_at, wake_at: at };
	const draft: Draft = { state: born, passed: ["PENDING"], says: ["started"] };
	return admit ? advance(saga, set(draft, { status: "RUNNING" }), at) : draft;
}

function settle(saga: Saga, state: State, event: Outcome): Decision | Ignored {
	const waiting = pending(state);
	if (!waiting || waiting.run.step !== event.step || waiting.direction !== event.direction)
		return "ignored";
	const leg = legOf(waiting);
	if (leg.status !== "CALLING" || leg.attempt !== event.attempt) return "ignored";
	const draft = draftOf(state);
	if (waiting.direction === "undo")
		return event.outcome === "OK"
			? undone(saga, draft, waiting.run, event.at)
			: again(draft, waiting.run, leg, event);
	return settleDo(saga, draft, waiting.run, event);
}

function settleDo(saga: Saga, draft: Draft, run: StepRun, event: Outcome): Decision {
	const { at, reply } = event;
	if (event.outcome === "OK") return done(saga, draft, run, at, reply);
	const error: Failure = { ...(event.error ?? NO_ANSWER), step: run.step };
	// No row of the participant answered: after an attempt in doubt it tells nothing.
	const isInDoubt = run.do.unknown && error.type === "VALIDATION_ERROR";
	if (event.outcome === "REJECTED" && run.kind !== "retriable" && !isInDoubt)
		return given(saga, draft, run, at, { status: "REJECTED", error });

	const leg = { ...run.do, unknown: run.do.unknown || event.outcome === "UNKNOWN" || isInDoubt };
	const tried = setLeg(draft, run.step, "do", { ...leg, error });
	const now = { ...run, do: { ...leg, error } };
	const isSureNotDone = run.kind === "pivot" && !leg.unknown;
	const stop = isUndoable(run) ? mustStop(draft.state, at) : null;
	const isEnough = isSpent(leg, at) && (isUndoable(run) || isSureNotDone);
	if (!stop && !isEnough) return again(tried, now, leg, event);
	const why = stop && draft.state.cancelled !== undefined ? stop : error;
	return given(saga, tried, now, at, { status: "GIVEN_UP", error: why });
}

/** The same intent, later. Past its budget it is shown, and asked again more slowly, for ever. */
function again(draft: Draft, run: StepRun, leg: Leg, event: Outcome): Decision {
	const { error, at } = event;
	const isBlocked = isSpent(leg, at) && !isUndoable(run);
	const isStuckUndo = isSpent(leg, at) && draft.state.status === "COMPENSATING";
	const noted =
		error && draft.state.status === "COMPENSATING" ? note(draft, run, leg, error) : draft;
	if (!isBlocked && !isStuckUndo) return waitLeg(noted, event);
	const shown = isStuckUndo ? pass(noted, "FAILED") : noted;
	const blocked = draft.state.blocked ? shown : say(set(shown, { blocked: true }), "blocked");
	return waitLeg(blocked, event);
}

const note = (draft: Draft, run: StepRun, leg: Leg, error: Omit<Failure, "step">) =>
	setLeg(draft, run.step, "undo", { ...leg, error: { ...error, step: run.step } });

const NO_ANSWER = { type: "NO_ANSWER", code: 504, message: "No answer" };

/** What waits is called; what was under way when its owner went is asked again, as in doubt. */
function wake(saga: Saga, state: State, { type, at }: Woken): Decision {
	const draft = draftOf(state);
	if (state.status === "PENDING")
		return state.paused
			? set(draft, { wake_at: at + BLOCKED_MS })
			: advance(saga, set(draft, { status: "RUNNING" }), at);
	const waiting = pending(state);
	if (!waiting)
		return state.status === "RUNNING" ? goOn(saga, draft, at) : undoNext(saga, draft, at);
	const { run, direction } = waiting;
	const leg = legOf(waiting);
	const known: Leg = {
		...leg,
		status: "WAITING",
		unknown: leg.unknown || leg.status === "CALLING",
		...(type === "RESUMED" && { budget_from: at }),
	};
	const ready = setLeg(draft, run.step, direction, known);
	if (state.paused) return set(ready, { wake_at: at + BLOCKED_MS });
	const stop = direction === "do" && isUndoable(run) && mustStop(state, at);
	if (stop)
		return given(saga, ready, { ...run, do: known }, at, { status: "GIVEN_UP", error: stop });
	return callLeg(saga, ready, run.step, direction, at);
}

import { explain } from "../../lib/refusal.ts";
import type { Saga, Step } from "../../sagas/saga.ts";
import { turn } from "./backward.ts";
import {
	BLOCKED_MS,
	callLeg,
	type Draft,
	endLeg,
	pass,
	say,
	set,
	setLeg,
	stepOf,
} from "./draft.ts";
import type { Failure, Leg, State, StepRun } from "./state.ts";

/** Writes down the next step and its undo, and calls it; or completes. */
export function advance(saga: Saga, draft: Draft, at: number): Draft {
	const step = saga.steps[draft.state.steps.length];
	if (!step) {
		const ended = set(draft, {
			status: "COMPLETED",
			wake_at: null,
			finished_at: at,
			...(saga.completed && { message: saga.completed }),
		});
		return say(pass(ended, "COMPLETED"), "ended");
	}
	if (draft.state.paused) return set(draft, { wake_at: at + BLOCKED_MS });
	const { run, error } = intend(step, draft.state, at);
	const intended = set(draft, { steps: [...draft.state.steps, run] });
	const shown = pass(intended, step.doing);
	return error && step.kind !== "retriable"
		? turn(saga, shown, at, error)
		: callLeg(saga, shown, step.name, "do", at);
}

/** The same after a rest: time has passed, or an operator has spoken. */
export function goOn(saga: Saga, draft: Draft, at: number): Draft {
	const mayTurn = draft.state.steps.length > 0 && draft.state.steps.every(isUndoable);
	const stop = mayTurn && !draft.state.paused ? mustStop(draft.state, at) : null;
	return stop ? turn(saga, draft, at, stop) : advance(saga, draft, at);
}

/** Params of both directions, of what is known now: the reply may never come. */
function intend(step: Step, state: State, at: number): { run: StepRun; error?: Failure } {
	const known = knownTo(state);
	const leg = (name: string, params: unknown): Leg => ({
		name,
		params,
		status: "INTENDED",
		attempt: 0,
		unknown: false,
		started_at: at,
		budget_from: at,
	});
	const head = { step: step.name, kind: step.kind };
	try {
		const undo = step.undo && leg(step.undo.name, step.undo.params(known));
		return { run: { ...head, do: leg(step.name, step.params(known)), ...(undo && { undo }) } };
	} catch (cause) {
		const message = `The definition failed: ${(cause as Error).message}`;
		const error = { step: step.name, type: "DEFINITION_ERROR", code: 500, message };
		const failed = leg(step.name, undefined);
		// What must succeed is not given up: an operator can say what its params are.
		return step.kind === "retriable"
			? { run: { ...head, do: { ...failed, status: "WAITING", error } }, error }
			: { run: { ...head, do: endLeg(failed, "REJECTED", at, { error }) }, error };
	}
}

/** The input, and the replies under their steps' names. */
const knownTo = ({ input, steps }: State) => ({
	...input,
	...Object.fromEntries(steps.map(({ step, do: { reply } }) => [step, reply])),
});

/** The step is done: the saga goes on, unless it has been cancelled or is out of time. */
export function done(saga: Saga, draft: Draft, run: StepRun, at: number, reply?: unknown): Draft {
	const step = stepOf(saga, run.step);
	const leg = endLeg(run.do, "OK", at, reply === undefined ? {} : { reply });
	const after = pass(set(setLeg(draft, run.step, "do", leg), { blocked: false }), step.done);
	const stop = isUndoable(run) && mustStop(after.state, at);
	return stop ? turn(saga, after, at, stop) : advance(saga, after, at);
}

/** The step will not be: what was begun is undone. */
export function given(
	saga: Saga,
	draft: Draft,
	run: StepRun,
	at: number,
	{ status, error }: { status: "REJECTED" | "GIVEN_UP"; error: Failure },
): Draft {
	const leg = endLeg(run.do, status, at, { error });
	const told =
		error.type === CANCELLED ? error.message : tell(stepOf(saga, run.step), status, error);
	return turn(saga, setLeg(draft, run.step, "do", leg), at, error, told);
}

/** What people are told: the step's own word for it, where it has one; else the refusal's. */
function tell(step: Step, status: "REJECTED" | "GIVEN_UP", error: Failure): string {
	const word = (status === "REJECTED" ? step.refused : step.unavailable) ?? step.failed;
	if (word) return word;
	const entry = step.action.schema.refusals?.find(({ code }) => code === error.type);
	if (entry) return entry.title?.fr ?? explain(entry, error.data ?? {}, "fr");
	return status === "GIVEN_UP" && error.code >= 500 ? UNAVAILABLE : error.message;
}

const CANCELLED = "SAGA_CANCELLED";
const UNAVAILABLE = "Service indisponible";

export const isUndoable = ({ kind }: StepRun) => kind === "read" || kind === "step";

/** Cancelled or out of time: looked at until the point of no return. */
export function mustStop({ cancelled, deadline_at, steps }: State, at: number): Failure | null {
	const step = steps.at(-1)?.step ?? "";
	if (cancelled !== undefined)
		return {
			step,
			type: CANCELLED,
			code: 409,
			message: "Annulée",
			data: { reason: cancelled },
		};
	if (at >= deadline_at)
		return { step, type: "SAGA_DEADLINE", code: 503, message: "Délai dépassé" };
	return null;
}

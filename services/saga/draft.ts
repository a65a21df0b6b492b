import type { Saga, Step } from "../../sagas/saga.ts";
import {
	type Call,
	type Decision,
	type Direction,
	type Failure,
	type Leg,
	legOf,
	pending,
	type State,
	type StepRun,
} from "./state.ts";

/** What one attempt may take, unless its step says. */
export const TIMEOUT_MS = 2_000;
/** How long a step may be tried before it is given up, or shown as blocked. */
export const BUDGET_MS = 5_000;
/** How often what is blocked or paused is looked at again. */
export const BLOCKED_MS = 15 * 60_000;
const GRACE_MS = 1_000; // an answer that comes at the last moment is still heard before the alarm
const DELAY_MS = 20;
const BACKOFF_MS = 100; // doubled with each attempt
const BACKOFF_MAX_MS = 1_000;

/** A decision in the making: the words that decisions are written in, each giving a new one. */
export type Draft = Decision;

export const draftOf = (state: State): Draft => ({ state, passed: [], says: [] });

export const set = (draft: Draft, changes: Partial<State>): Draft => ({
	...draft,
	state: { ...draft.state, ...changes },
});

export const say = (draft: Draft, said: Draft["says"][number]): Draft => ({
	...draft,
	says: [...draft.says, said],
});

export function pass(draft: Draft, state: string | undefined): Draft {
	if (!state || state === draft.state.state) return draft;
	return { ...set(draft, { state }), passed: [...draft.passed, state] };
}

export function setLeg(draft: Draft, step: string, direction: Direction, leg: Leg): Draft {
	const steps = draft.state.steps.map((run) =>
		run.step === step ? ({ ...run, [direction]: leg } satisfies StepRun) : run,
	);
	return set(draft, { steps });
}

export const stepOf = (saga: Saga, name: string): Step => {
	const step = saga.steps.find((one) => one.name === name);
	if (!step) throw new TypeError(`Saga ${saga.name} has no step ${name}`);
	return step;
};

/** Lets the leg's next attempt leave: to be called only where nothing is under way. */
export function callLeg(
	saga: Saga,
	draft: Draft,
	name: string,
	direction: Direction,
	at: number,
): Draft {
	const step = stepOf(saga, name);
	const run = draft.state.steps.find((one) => one.step === name) as StepRun;
	const before = direction === "do" ? run.do : (run.undo as Leg);
	if (before.params === undefined) return blockLeg(draft, at);
	const first = before.status === "INTENDED";
	const leg: Leg = {
		...before,
		status: "CALLING",
		attempt: before.attempt + 1,
		...(first && { started_at: at, budget_from: at }),
	};
	const timeout_ms = step.timeout_ms ?? TIMEOUT_MS;
	const budget_until = Math.max(leg.budget_from + BUDGET_MS, at);
	const action =
		direction === "do" ? step.action : (step.undo as { action: Step["action"] }).action;
	const call: Call = {
		step: name,
		direction,
		kind: step.kind,
		attempt: leg.attempt,
		action: action.action,
		params: leg.params,
		timeout_ms,
		budget_until,
	};
	const wake_at = budget_until + timeout_ms + GRACE_MS;
	return { ...setLeg(set(draft, { wake_at }), name, direction, leg), call };
}

/** Its params could not be made, so there is nothing to call with. */
function blockLeg(draft: Draft, at: number): Draft {
	const blocked = set(draft, { blocked: true, wake_at: at + BLOCKED_MS });
	return draft.state.blocked ? blocked : say(blocked, "blocked");
}

/**
 * Full jitter: what failed together does not come back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function waitLeg(draft: Draft, { at, random, retry_after_ms = 0 }: Pause): Draft {
	const waiting = pending(draft.state);
	if (!waiting) return draft;
	const leg = legOf(waiting);
	const cap = draft.state.blocked ? BLOCKED_MS : BACKOFF_MAX_MS;
	const backoff = Math.min(cap - DELAY_MS, BACKOFF_MS * 2 ** Math.min(leg.attempt - 1, 30));
	const wait_ms = Math.min(BLOCKED_MS, Math.max(DELAY_MS + random * backoff, retry_after_ms));
	const resting = setLeg(draft, waiting.run.step, waiting.direction, { ...leg, status: "WAITING" });
	return set(resting, { wake_at: Math.ceil(at + wait_ms) });
}

interface Pause {
	at: number;
	random: number;
	retry_after_ms?: number;
}

export const isSpent = ({ budget_from }: Leg, at: number) => at - budget_from >= BUDGET_MS;

/** Ends a leg; its params are not needed any more. */
export function endLeg(
	{ params: _, ...leg }: Leg,
	status: "OK" | "REJECTED" | "GIVEN_UP",
	at: number,
	answer: { reply?: unknown; error?: Failure } = {},
): Leg {
	return { ...leg, ...answer, status, ended_at: at };
}

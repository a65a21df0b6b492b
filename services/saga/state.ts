import type { Step } from "../../sagas/saga.ts";
import type { Scene } from "./story-fact.ts";

/** Where a saga is, as the engine knows it: a fold of its history, kept whole in its row. */
export interface State {
	readonly saga_id: string;
	readonly status: "PENDING" | "RUNNING" | "COMPENSATING" | "COMPLETED" | "COMPENSATED";
	/** The state shown outside: one of ten. */
	readonly state: string;
	readonly input: Readonly<Record<string, unknown>>;
	/** Those that have an intent, oldest first. */
	readonly steps: readonly StepRun[];
	/** What the outside is told, once there is something to tell. */
	readonly message?: string;
	/** Why it turned: the step's answer as it came. */
	readonly error?: Failure;
	readonly cancelled?: string;
	readonly blocked: boolean;
	readonly paused: boolean;
	/** How often an operator vouched for something. */
	readonly exceptions: number;
	readonly created_at: number;
	readonly updated_at: number;
	readonly deadline_at: number;
	/** A live saga always has an alarm, an ended one never. */
	readonly wake_at: number | null;
	readonly finished_at: number | null;
	/** Of a choreography: the facts that it is the fold of, causes before effects. */
	readonly story?: readonly Scene[];
	/** And those that have come before what they follow from. */
	readonly apart?: readonly Scene[];
}

export interface StepRun {
	readonly step: string;
	readonly kind: Step["kind"];
	readonly do: Leg;
	/** Written down before the step is called, since its answer may never come. */
	readonly undo?: Leg;
}

/** One direction of a step: all its attempts share one idempotency key. */
export interface Leg {
	readonly name: string;
	/** Dropped once the outcome is known. */
	readonly params?: unknown;
	readonly status: "INTENDED" | "CALLING" | "WAITING" | "OK" | "REJECTED" | "GIVEN_UP";
	readonly attempt: number;
	/** An attempt may have taken effect without an answer. */
	readonly unknown: boolean;
	readonly reply?: unknown;
	readonly error?: Failure;
	readonly started_at: number;
	readonly ended_at?: number;
	/** Since when its budget runs: its first attempt by this owner. */
	readonly budget_from: number;
}

export interface Failure {
	readonly step: string;
	readonly type: string;
	readonly code: number;
	readonly message: string;
	readonly data?: unknown;
}

export type Direction = "do" | "undo";

/** What leaves once the decision is committed, and not before. */
export interface Call {
	readonly step: string;
	readonly direction: Direction;
	readonly kind: Step["kind"];
	readonly attempt: number;
	readonly action: string;
	readonly params: unknown;
	readonly timeout_ms: number;
	/** Epoch milliseconds after which waiting for somebody to call is over. */
	readonly budget_until: number;
}

export interface Decision {
	readonly state: State;
	readonly call?: Call;
	/** The public states entered, in order: one decision may pass several. */
	readonly passed: readonly string[];
	readonly says: readonly ("started" | "turned" | "blocked" | "commanded" | "ended")[];
}
/** Nothing is written: the event is about something that is over, or not allowed now. */
export type Ignored = "ignored" | "past_pivot" | "wrong_state";

/** The intent that waits for an outcome, if any: the last one that is not over. */
export function pending({ status, steps }: State): { run: StepRun; direction: Direction } | null {
	const open = ({ status: leg }: Leg) => !["OK", "REJECTED", "GIVEN_UP"].includes(leg);
	if (status === "RUNNING") {
		const run = steps.at(-1);
		return run && open(run.do) ? { run, direction: "do" } : null;
	}
	if (status !== "COMPENSATING") return null;
	const run = steps.find(({ undo }) => undo && ["CALLING", "WAITING"].includes(undo.status));
	return run ? { run, direction: "undo" } : null;
}

export const legOf = ({ run, direction }: { run: StepRun; direction: Direction }): Leg =>
	direction === "do" ? run.do : (run.undo as Leg);

export const isOver = ({ status }: State) => status === "COMPLETED" || status === "COMPENSATED";

/** As every saga begins, led or watched: nothing has been done. */
export const newborn = (saga_id: string, input: State["input"], at: number) =>
	({
		saga_id,
		status: "PENDING",
		state: "PENDING",
		input,
		steps: [],
		blocked: false,
		paused: false,
		exceptions: 0,
		created_at: at,
		updated_at: at,
		finished_at: null,
	}) as const;

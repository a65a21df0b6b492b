import type { Scope } from "../../lib/scope.ts";
import type { Direction, Failure, State } from "./state.ts";
import type { Scene } from "./story-fact.ts";

export type OutcomeKind = "OK" | "REJECTED" | "RETRYABLE" | "UNKNOWN";

interface At {
	/** Epoch milliseconds. */
	readonly at: number;
	/** From 0 to 1: the only chance in a decision. */
	readonly random: number;
}
export interface Started extends At {
	readonly type: "STARTED";
	readonly saga_id: string;
	readonly input: State["input"];
	/** False leaves it PENDING, until there is room. */
	readonly admit: boolean;
}
export interface Outcome extends At {
	readonly type: "OUTCOME";
	readonly step: string;
	readonly direction: Direction;
	readonly attempt: number;
	readonly outcome: OutcomeKind;
	readonly reply?: unknown;
	readonly error?: Omit<Failure, "step">;
	readonly retry_after_ms?: number;
}
/** The alarm rang, or an owner took over. */
export interface Woken extends At {
	readonly type: "DUE" | "RESUMED";
}
export interface Command extends At {
	readonly type: "COMMAND";
	readonly op: "retry" | "retryStep" | "skip" | "cancel" | "pause" | "resume";
	readonly actor: string;
	readonly actor_role?: Scope["role"];
	readonly reason: string;
	readonly step?: string;
	readonly params?: unknown;
	readonly outcome?: "done" | "not_done";
	readonly evidence?: string;
}
/** What happens to a saga: its state is the fold of these. */
export type SagaEvent = Started | Outcome | Woken | Command;

/** What is written down of a story that is only watched. */
export type Observation =
	| (At & { readonly type: "OPENED"; readonly actor: string; readonly input: State["input"] })
	| (At & { readonly type: "HEARD"; readonly actor: string; readonly fact: Scene })
	| (At & { readonly type: "SILENT" })
	| (At & {
			readonly type: "REFUSED";
			readonly step: string;
			readonly error: Omit<Failure, "step">;
	  });

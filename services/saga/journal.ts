import type { Observation, SagaEvent } from "./event.ts";
import type { Decision, State } from "./state.ts";

/** A saga as its owner holds it: what was true at its last commit. */
export interface Run {
	readonly head: Head;
	/** The version of its row, and the number of its last event. */
	readonly rev: number;
	readonly state: State;
}

/** What a saga begins with and keeps. */
export interface Head {
	readonly saga_id: string;
	/** Nobody drives it: it is only watched. Absent: the orchestrator does. */
	readonly kind?: "orchestrated" | "choreographed";
	readonly name: string;
	readonly version: number;
	readonly hash: string;
	readonly business_key: string;
	/** Who asked with which `Idempotency-Key`, once for ever; and a fingerprint of what was asked. */
	readonly request_key?: string;
	readonly request_hash?: string;
	/** What it is about, and whose that is: what sagas are looked for by. */
	readonly order_id?: string;
	readonly customer_id?: string;
	readonly correlation_id: string;
	/** Of the request that began it, where its trace is kept: what it does goes on under it. */
	readonly traceparent?: string;
	readonly actor: string;
}

/** A transition that waits to become true. */
export interface Write {
	readonly head: Head;
	/** The version that it was decided on; 0 for a start. */
	readonly rev: number;
	readonly event: SagaEvent | Observation;
	readonly decision: Decision;
}

/** The engine's whole view of its database: the tests put another in its place, to cut it. */
export interface Journal {
	/** All in one transaction; answers the sagas whose row was still as expected. */
	commit(batch: readonly Write[]): Promise<ReadonlySet<string>>;
	load(saga_id: string): Promise<Run | undefined>;
	/** A start that lost: who has its request or its business key. */
	holder(head: Head): Promise<Run | undefined>;
	/** The saga that a request has started before. */
	asked(request_key: string): Promise<Run | undefined>;
	/** Sagas that keep failing past their budget. */
	blocked(): Promise<Run[]>;
	/** Live sagas whose alarm has rung, or will by `until`; the longest overdue first. */
	due(until: number, limit: number): Promise<Run[]>;
}

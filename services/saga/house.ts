import type { Saga } from "../../sagas/saga.ts";
import type { Dispatch } from "./dispatch.ts";
import type { SagaEvent } from "./event.ts";
import type { Clock } from "./gate.ts";
import type { Head, Journal, Run, Write } from "./journal.ts";
import type { Entry, Result, Told } from "./mailbox.ts";
import type { Decision } from "./state.ts";
import type { waiters } from "./waiters.ts";

/** What the engine stands on. The tests put others in their place, to cut them. */
export interface Ports {
	readonly journal: Journal;
	readonly dispatch: Dispatch;
	readonly clock: Clock;
	/** The definition of exactly this version, or nothing. */
	definition(head: Head): Saga | undefined;
	/** Told of every transition, once it is committed. */
	seen(run: Run, event: SagaEvent, decision: Decision): void;
	warn(text: string, error: unknown): void;
	/** A transition was refused: sagas of this process are another's now. */
	fenced?(): void;
	/** False once others may have taken the sagas of this process: then nothing leaves it. */
	mayCall?(): boolean;
	readonly inflight_max?: number;
}

/** What one engine holds in memory: all of it may be lost at any moment. */
export interface House {
	readonly ports: Ports;
	readonly commit: (write: Write) => Promise<boolean>;
	/** The sagas that this process drives. */
	readonly entries: Map<string, Entry>;
	/** Of those, the ones that have been started and wait for room. */
	readonly queue: Entry[];
	readonly waiting: ReturnType<typeof waiters>;
	readonly tell: (entry: Entry, told: Told) => Promise<Result>;
	admitted: number;
	isStopped: boolean;
}

export function post(house: House, entry: Entry, told: Told): void {
	void house
		.tell(entry, told)
		.catch((error) => house.ports.warn("a saga's turn failed: its row will be asked again", error));
}

/** The saga is over, or its alarm is far away, or somebody else's: another may have its place. */
export function release(house: House, entry: Entry): void {
	const { entries, queue } = house;
	entry.disarm();
	if (entries.get(entry.head.saga_id) !== entry) return; // another has its place already
	entries.delete(entry.head.saga_id);
	const place = queue.indexOf(entry);
	if (place >= 0) {
		queue.splice(place, 1);
		return;
	}
	house.admitted--;
	const next = house.isStopped ? undefined : queue.shift();
	if (!next) return;
	house.admitted++;
	post(house, next, { type: "DUE" });
}

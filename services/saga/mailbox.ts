import type { SagaEvent } from "./event.ts";
import type { Head, Run } from "./journal.ts";

/** What happened, before it is stamped with time and chance. */
export type Told = SagaEvent extends infer E
	? E extends SagaEvent
		? Omit<E, "at" | "random">
		: never
	: never;
export type Result = "done" | "lost" | "ignored" | "past_pivot" | "wrong_state" | "observed";

/** A saga that this process drives. */
export interface Entry {
	readonly head: Head;
	/** What is true of it; nothing before its start has committed. */
	run: Run | null;
	/** A call is under way: its answer is what comes next. */
	isCalling: boolean;
	disarm(): void;
	readonly queue: { told: Told; answer(result: Result): void; fail(error: unknown): void }[];
	isBusy: boolean;
}

export const entryOf = (head: Head, run: Run | null): Entry => ({
	head,
	run,
	isCalling: false,
	disarm: () => {},
	queue: [],
	isBusy: false,
});

/** Handles what is told to one saga one at a time, in order of arrival. */
export const inTurn =
	(turn: (entry: Entry, told: Told) => Promise<Result>) =>
	(entry: Entry, told: Told): Promise<Result> =>
		new Promise((answer, fail) => {
			entry.queue.push({ told, answer, fail });
			if (!entry.isBusy) void drain(entry, turn);
		});

async function drain(entry: Entry, turn: (entry: Entry, told: Told) => Promise<Result>) {
	entry.isBusy = true;
	for (let next = entry.queue.shift(); next; next = entry.queue.shift())
		await turn(entry, next.told).then(next.answer, next.fail);
	entry.isBusy = false;
}

import type { Journal, Write } from "./journal.ts";

const BATCH_MAX = 64; // more would keep the first caller waiting for longer than it saves

/**
 * Group commit without a timer: what is decided while a commit is under way goes into the next
 * one; alone, a transition commits at once. Answers whether the row was still as expected; fails
 * where nobody knows what became of it.
 */
export function committer(journal: Journal) {
	const waiting: { write: Write; taken(is: boolean): void; failed(error: unknown): void }[] = [];
	let busy = false;

	async function drain() {
		busy = true;
		while (waiting.length > 0) await commitTogether(waiting.splice(0, BATCH_MAX));
		busy = false;
	}

	async function commitTogether(batch: typeof waiting, before?: unknown) {
		try {
			const taken = await journal.commit(batch.map(({ write }) => write));
			for (const { write, taken: answer, failed } of batch) {
				const is = taken.has(write.head.saga_id);
				// The first try failed, but may have been committed after all: then we lost to ourselves.
				if (before && !is) failed(before);
				else answer(is);
			}
		} catch (error) {
			if (batch.length === 1) return batch[0]?.failed(error);
			// One bad row must not stop the rest.
			for (const one of batch) await commitTogether([one], error);
		}
	}

	return (write: Write): Promise<boolean> =>
		new Promise((taken, failed) => {
			waiting.push({ write, taken, failed });
			if (!busy) void drain();
		});
}

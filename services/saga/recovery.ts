import type { Engine } from "./engine.ts";
import type { Clock } from "./gate.ts";
import type { Journal, Run } from "./journal.ts";
import { unblocking } from "./unblocking.ts";

const POLL_MS = 1_000;
const POLL_MAX = 500;

/**
 * Finds what nobody drives: at the start all that lives, later whatever is overdue, which a lost
 * timer, a lost race or another process left behind.
 */
export function recovery(
	{ journal, engine, clock }: { journal: Journal; engine: Engine; clock: Clock },
	warn: (text: string, error: unknown) => void,
) {
	const resumed = new Set<string>();
	const alarms = new Set<() => void>();
	/** How often there was reason to take all that lives, and up to which of these that is done. */
	let reasons = 1;
	let met = 0;
	let isStopped = false;

	function later(ms: number, ring: () => void) {
		if (isStopped) return; // a look that was under way arms nothing any more
		const forget = clock.later(ms, () => {
			alarms.delete(forget);
			ring();
		});
		alarms.add(forget);
	}

	async function look() {
		const reason = reasons; // another may come while the database is asked
		const until = reason > met ? Number.MAX_SAFE_INTEGER : clock.now();
		const runs = await journal.due(until, POLL_MAX);
		const now = clock.now();
		// What was taken and let go has its alarm: it is left alone until that has rung.
		const isResting = ({ head, state }: Run) =>
			resumed.has(head.saga_id) && (state.wake_at ?? 0) > now;
		const fresh = runs.filter((run) => !engine.drives(run.head.saga_id) && !isResting(run));
		const taken = fresh.filter((run) => engine.adopt(run));
		for (const { head } of taken) resumed.add(head.saga_id);
		const isWhole = taken.length === fresh.length && runs.length < POLL_MAX;
		if (!isWhole && fresh.length > 0) return;
		met = reason;
		resumed.clear();
	}
	async function poll() {
		await look().catch((error) => warn("looking for sagas to resume failed", error));
		later(POLL_MS, () => void poll());
	}
	/** There are sagas that nobody may be driving, whenever their alarms ring. */
	function catchUp() {
		reasons++;
	}
	function stop() {
		isStopped = true;
		for (const forget of alarms) forget();
	}
	const unblock = unblocking({ journal, engine, clock }, later, warn);
	return { poll, unblock, catchUp, stop };
}

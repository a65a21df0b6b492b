import type { Engine } from "./engine.ts";
import type { Clock } from "./gate.ts";
import type { Journal, Run } from "./journal.ts";

const POLL_MS = 1_000;
const POLL_MAX = 500;
const RETURN_SPREAD_MS = 10_000; // who has just come back is not asked everything at once

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
	let isCatchingUp = true;
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
		const until = isCatchingUp ? Number.MAX_SAFE_INTEGER : clock.now();
		const runs = await journal.due(until, POLL_MAX);
		const now = clock.now();
		// What was taken and let go has its alarm: it is left alone until that has rung.
		const isResting = ({ head, state }: Run) =>
			resumed.has(head.saga_id) && (state.wake_at ?? 0) > now;
		const fresh = runs.filter((run) => !engine.drives(run.head.saga_id) && !isResting(run));
		const taken = fresh.filter((run) => engine.adopt(run));
		for (const { head } of taken) resumed.add(head.saga_id);
		if (taken.length === fresh.length && runs.length < POLL_MAX) {
			isCatchingUp = false;
			resumed.clear();
		}
	}
	async function poll() {
		await look().catch((error) => warn("looking for sagas to resume failed", error));
		later(POLL_MS, () => void poll());
	}
	/** Somebody answers again: sagas that are blocked need not wait for their alarms. */
	async function unblock() {
		try {
			for (const run of await journal.blocked())
				later(clock.random() * RETURN_SPREAD_MS, () => engine.nudge(run));
		} catch (error) {
			warn("looking for blocked sagas failed", error);
		}
	}
	/** There are sagas that nobody may be driving, whenever their alarms ring. */
	function catchUp() {
		isCatchingUp = true;
	}
	function stop() {
		isStopped = true;
		for (const forget of alarms) forget();
	}
	return { poll, unblock, catchUp, stop };
}

import type { Engine } from "./engine.ts";
import type { Clock } from "./gate.ts";
import type { Journal, Run } from "./journal.ts";

const AGAIN_MS = 1_000;
const RETURN_SPREAD_MS = 10_000; // who has just come back is not asked everything at once

/**
 * What to call when somebody answers again: sagas that are blocked need not wait for their alarms.
 * It looks for them at most once a second, and until it has seen them and there was room.
 */
export function unblocking(
	{ journal, engine, clock }: { journal: Journal; engine: Engine; clock: Clock },
	later: (ms: number, ring: () => void) => void,
	warn: (text: string, error: unknown) => void,
) {
	const nudging = new Set<string>();
	let isLooking = false;
	let isAsked = false;

	async function unblock() {
		isAsked = true;
		if (isLooking) return; // once more when its second is over
		isLooking = true;
		isAsked = false;
		try {
			for (const run of await journal.blocked()) nudgeSoon(run);
		} catch (error) {
			warn("looking for blocked sagas failed", error);
			isAsked = true;
		}
		later(AGAIN_MS, () => {
			isLooking = false;
			if (isAsked) void unblock();
		});
	}
	function nudgeSoon(run: Run) {
		const { saga_id } = run.head;
		if (nudging.has(saga_id)) return;
		nudging.add(saga_id);
		later(clock.random() * RETURN_SPREAD_MS, () => {
			nudging.delete(saga_id);
			if (!engine.nudge(run)) later(AGAIN_MS, () => void unblock()); // there was no room
		});
	}
	return unblock;
}

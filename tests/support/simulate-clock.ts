import type { Clock } from "../../services/saga/gate.ts";

interface Timer {
	readonly at: number;
	readonly ring: () => void;
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Time that passes only when nothing is left to do at this moment: the same in each run. */
export function virtualClock(random: () => number) {
	const timers = new Set<Timer>();
	let now = 1_000_000;

	function next(): Timer | undefined {
		let first: Timer | undefined;
		for (const timer of timers) if (!first || timer.at < first.at) first = timer;
		return first;
	}
	/** All that promises still have to do at this moment. */
	const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

	const clock: Clock & { run(isOver: () => boolean, limit_ms: number): Promise<void> } = {
		now: () => now,
		random,
		later(ms, ring) {
			const timer = { at: now + Math.max(0, ms), ring };
			timers.add(timer);
			return () => timers.delete(timer);
		},
		async run(isOver, limit_ms) {
			const limit = now + limit_ms;
			await settled();
			for (let timer = next(); timer && timer.at <= limit && !isOver(); timer = next()) {
				timers.delete(timer);
				now = timer.at;
				timer.ring();
				await settled();
			}
			if (!isOver()) now = limit;
		},
	};
	return clock;
}

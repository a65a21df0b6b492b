import type { OutcomeKind } from "./event.ts";

const ABREAST_MAX = 64;
const CLOSED_MIN_MS = 200;
const CLOSED_MAX_MS = 2_000;

export interface Clock {
	now(): number;
	random(): number;
	/** Calls back after `ms`; what it returns takes that back. */
	later(ms: number, ring: () => void): () => void;
}

/**
 * Lets so many calls of one action through at a time. Where nobody answers it closes for a
 * moment, then tries one call: who waits behind it writes nothing, and asks nobody.
 */
export function gate({ now, random, later }: Clock) {
	const queue: (() => void)[] = [];
	let inside = 0;
	let closed = false;
	let isResting = false;
	let forgetRest = () => {};
	/** Of a call nobody knows what came: sagas may be blocked on it. */
	let isTroubled = false;

	const next = () => {
		const room = closed ? (isResting ? 0 : 1) : ABREAST_MAX;
		while (queue.length > 0 && inside < room) queue.shift()?.();
	};
	const close = () => {
		closed = true;
		isResting = true;
		forgetRest(); // one rest for all that found nobody: else each would bring a trial of its own
		forgetRest = later(CLOSED_MIN_MS + random() * (CLOSED_MAX_MS - CLOSED_MIN_MS), () => {
			isResting = false;
			next();
		});
	};

	return {
		isClosed: () => closed,

		/** True once the call may go; false when `until` passed first. */
		enter(until: number): Promise<boolean> {
			return new Promise((resolve) => {
				const forget = later(Math.max(0, until - now()), () => {
					const place = queue.indexOf(enter);
					if (place < 0) return;
					queue.splice(place, 1);
					resolve(false);
				});
				const enter = () => {
					forget();
					inside++;
					resolve(true);
				};
				queue.push(enter);
				next();
			});
		},

		/** True when this answer is the first that is known after a silence, or after trouble. */
		leave(outcome: OutcomeKind): boolean {
			inside--;
			const isNobody = outcome === "RETRYABLE";
			const isWell = outcome === "OK" && isTroubled;
			const returns = isWell || (closed && !isNobody);
			if (isNobody) close();
			else closed = false;
			if (outcome === "OK") isTroubled = false;
			if (outcome === "UNKNOWN") isTroubled = true;
			next();
			return returns;
		},
	};
}

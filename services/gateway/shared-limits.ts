import { LRUCache } from "lru-cache";
import { unavailable } from "./gateway.contract.ts";
import { type Limits, limiter, type Verdict, type Window } from "./limits.ts";
import type { Store } from "./redis-buckets.ts";

interface Settings {
	readonly store: Store;
	readonly buckets_max: number;
	/** Failures in a row after which the store is left alone, and for how long at a time. */
	readonly failures_max: number;
	readonly rest_ms: number;
	/** Whether writes pass at all while the store is away. */
	readonly isFaultTolerant: boolean;
	/** How many gateways share the limits now. */
	gateways(): number;
}

/**
 * One count for all gateways, kept in Redis. While it is away each gateway has its part of each
 * limit, never more: it goes on from what Redis last said, and hands what it has counted back to
 * a Redis that has come up empty.
 */
export function sharedLimits(settings: Settings): Limits {
	const { store, buckets_max, gateways } = settings;
	const local = limiter(buckets_max);
	const breaker = breakerOf(settings);
	/** Since which return of Redis a bucket is known to be in it. */
	const told = new LRUCache<string, number>({ max: buckets_max });
	let returns = 1;
	store.onReady(() => returns++);

	/** What Redis may not know of a bucket: nothing, as soon as it has been asked once. */
	const unknown = (key: string, now: number) =>
		told.get(key) === returns ? 0 : local.ahead(key, now);

	const alone = (windows: readonly Window[], now_ms: number, isWrite: boolean): Verdict => {
		if (isWrite && !settings.isFaultTolerant) throw unavailable();
		for (const { key } of windows) told.delete(key);
		return local.take(windows, now_ms, gateways());
	};

	return {
		policy: "redis",
		get isAway() {
			return !store.isReady || breaker.isResting;
		},
		async take(windows, now_ms, isWrite) {
			if (!store.isReady || !breaker.mayTry()) return alone(windows, now_ms, isWrite);
			const floors = windows.map(({ key }) => unknown(key, now_ms));
			const since = returns;
			try {
				const { wait_ms, buckets } = await store.take(windows, floors);
				if (breaker.succeeded()) returns++;
				const now = Date.now();
				windows.forEach(({ key }, nth) => {
					local.learn(key, now + (buckets[nth]?.ahead_ms ?? 0));
					told.set(key, since);
				});
				return verdictOf(windows, wait_ms, buckets);
			} catch {
				breaker.failed();
				return alone(windows, now_ms, isWrite);
			}
		},
		async reset(key) {
			local.forget(key);
			if (store.isReady) await store.forget(key);
		},
		close: () => store.close(),
	};
}

const verdictOf = (
	windows: readonly Window[],
	wait_ms: number,
	buckets: readonly { remaining: number; ahead_ms: number }[],
): Verdict => ({
	allowed: wait_ms <= 0,
	wait_s: Math.ceil(Math.max(0, wait_ms) / 1_000),
	windows: windows.map((window, nth) => {
		const { remaining = 0, ahead_ms = 0 } = buckets[nth] ?? {};
		return { ...window, remaining, reset_s: Math.ceil(ahead_ms / 1_000) };
	}),
});

/** After a few failures in a row one call in each rest asks again; the others do not wait for it. */
function breakerOf({ failures_max, rest_ms }: Pick<Settings, "failures_max" | "rest_ms">) {
	let failures = 0;
	let rests_until = 0;
	return {
		/** Once a rest is over nobody knows, until the next call: where none comes, nobody counts alone. */
		get isResting() {
			return failures >= failures_max && performance.now() < rests_until;
		},
		mayTry() {
			if (failures < failures_max) return true;
			const now = performance.now();
			if (now < rests_until) return false;
			rests_until = now + rest_ms;
			return true;
		},
		failed() {
			failures++;
			if (failures === failures_max) rests_until = performance.now() + rest_ms;
		},
		/** True when it was open until now. */
		succeeded(): boolean {
			const wasOpen = failures >= failures_max;
			failures = 0;
			return wasOpen;
		},
	};
}

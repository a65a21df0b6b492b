import { LRUCache } from "lru-cache";

/** So many requests in so many seconds, of whoever the key names. */
export interface Window {
	readonly key: string;
	readonly name: string;
	readonly limit: number;
	readonly seconds: number;
}
export interface Verdict {
	readonly allowed: boolean;
	/** When asking again may succeed. */
	readonly wait_s: number;
	readonly windows: readonly Left[];
}
interface Left extends Window {
	readonly remaining: number;
	readonly reset_s: number;
}

// A tenth of a microsecond is lost in the additions: it must not cost a request.
const LOST_MS = 1e-4;
const LOST = 1e-6;

/**
 * The generic cell rate algorithm: one number for each bucket, the instant at which it will be
 * empty again. No edges between windows, so no double burst around them. A request passes all
 * its windows or is charged to none; the buckets that nobody used for longest are forgotten.
 * https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm, from ITU-T I.371
 */
export function limiter(buckets_max: number) {
	const emptyAt = new LRUCache<string, number>({ max: buckets_max });

	return {
		get size() {
			return emptyAt.size;
		},

		/** One of so many that share each limit has its part, and never less than one request. */
		take(windows: readonly Window[], now_ms: number, sharers = 1): Verdict {
			const cells = windows.map((window) => {
				const burst = window.seconds * 1_000;
				const gap = burst / Math.max(1, window.limit / sharers);
				const before = Math.max(emptyAt.get(window.key) ?? 0, now_ms);
				return { window, burst, gap, before, after: before + gap };
			});
			const late = cells.map(({ after, burst }) => after - burst - now_ms - LOST_MS);
			const wait = Math.max(0, ...late);
			const allowed = wait === 0;
			if (allowed) for (const { window, after } of cells) emptyAt.set(window.key, after);
			return {
				allowed,
				wait_s: Math.ceil(wait / 1_000),
				windows: cells.map(({ window, burst, gap, before, after }) => {
					const full = (allowed ? after : before) - now_ms;
					const remaining = Math.max(0, Math.floor((burst - full) / gap + LOST));
					return { ...window, remaining, reset_s: Math.ceil(full / 1_000) };
				}),
			};
		},

		/** For how long the bucket has been filled ahead of now, in milliseconds. */
		ahead: (key: string, now_ms: number) => Math.max(0, (emptyAt.get(key) ?? 0) - now_ms),
		/** Takes over what another has counted. */
		learn: (key: string, empty_at_ms: number) => void emptyAt.set(key, empty_at_ms),
		/** The buckets of one key, or all. */
		forget(key?: string) {
			for (const each of emptyAt.keys())
				if (!key || each === key || each.startsWith(`${key}:`)) emptyAt.delete(each);
		},
	};
}
export type Limiter = ReturnType<typeof limiter>;

/** What decides whether a request passes: this process alone, or all gateways together. */
export interface Limits {
	readonly policy: "local" | "redis";
	/** Redis is to be asked, and is not there. */
	readonly isAway: boolean;
	take(windows: readonly Window[], now_ms: number, isWrite: boolean): Verdict | Promise<Verdict>;
	/** Forgets what a key, or everyone, has used up. */
	reset(key?: string): Promise<void>;
	close(): void;
}

export function localLimits(buckets_max: number): Limits {
	const local = limiter(buckets_max);
	return {
		policy: "local",
		isAway: false,
		take: (windows, now_ms) => local.take(windows, now_ms),
		async reset(key) {
			local.forget(key);
		},
		close() {},
	};
}

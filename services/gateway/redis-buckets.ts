import type { Redis } from "ioredis";
import type { Window } from "./limits.ts";

/** Buckets that all gateways share. Each call answers within its budget, or fails. */
export interface Store {
	readonly isReady: boolean;
	/** Each time that it can be asked again; what it knew may then be lost. */
	onReady(hear: () => void): void;
	/** `floors`: for how many milliseconds a bucket is filled at least, as the caller knows. */
	take(
		windows: readonly Window[],
		floors: readonly number[],
	): Promise<{ wait_ms: number; buckets: { remaining: number; ahead_ms: number }[] }>;
	forget(key?: string): Promise<void>;
	close(): void;
}

/**
 * All windows of a request in one script, so that it passes all of them or is charged to none, by
 * Redis' own clock. `%.0f`: Lua's own form of a number keeps 14 digits, and loses microseconds.
 */
const SCRIPT = `
local t = redis.call("TIME")
local now, wait, after, answer = t[1] * 1000000 + t[2], 0, {}, {}
for i, key in ipairs(KEYS) do
	local gap, burst, floor = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
	after[i] = math.max(tonumber(redis.call("GET", key) or 0), now + floor) + gap
	wait = math.max(wait, after[i] - burst - now)
end
for i, key in ipairs(KEYS) do
	local gap, burst = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
	if wait > 0 then after[i] = after[i] - gap end
	local ahead = math.ceil((after[i] - now) / 1000)
	if ahead > 0 then redis.call("SET", key, string.format("%.0f", after[i]), "PX", ahead) end
	answer[2 * i] = math.max(0, math.floor((burst - (after[i] - now)) / gap))
	answer[2 * i + 1] = ahead
end
answer[1] = math.ceil(wait / 1000)
return answer`;

type Scripted = Redis & {
	takeAll(count: number, ...keysAndNumbers: (string | number)[]): Promise<number[]>;
};

/** Buckets of one namespace, in one slot of a cluster. */
export function redisBuckets(connection: Redis, namespace: string, budget_ms: number): Store {
	connection.defineCommand("takeAll", { lua: SCRIPT });
	const redis = connection as Scripted;
	const nameOf = (key: string) => `rl:{${namespace}}:${key}`;
	return {
		get isReady() {
			return redis.status === "ready";
		},
		onReady: (hear) => void redis.on("ready", hear),

		async take(windows, floors) {
			const keys = windows.map(({ key }) => nameOf(key));
			const numbers = windows.flatMap(({ limit, seconds }, nth) => [
				Math.max(1, Math.floor((seconds * 1e6) / limit)),
				seconds * 1e6,
				Math.round((floors[nth] ?? 0) * 1_000),
			]);
			const asked = redis.takeAll(keys.length, ...keys, ...numbers);
			const [wait_ms = 0, ...told] = await within(budget_ms, asked);
			const buckets = windows.map((_, nth) => ({
				remaining: told[2 * nth] ?? 0,
				ahead_ms: told[2 * nth + 1] ?? 0,
			}));
			return { wait_ms, buckets };
		},

		async forget(key) {
			const match = nameOf(key ? `${key}*` : "*");
			for await (const found of redis.scanStream({ match, count: 500 })) {
				const mine = (found as string[]).filter(
					(one) => !key || one === nameOf(key) || one.startsWith(`${nameOf(key)}:`),
				);
				if (mine.length > 0) await redis.unlink(...mine);
			}
		},
		close: () => redis.disconnect(),
	};
}

function within<T>(limit_ms: number, asked: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error("Redis takes too long")), limit_ms);
		asked.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

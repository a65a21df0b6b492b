import { afterAll, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import { Redis } from "ioredis";
import { env } from "../../config/env.ts";
import { redis } from "../../config/redis.ts";
import { freePort } from "../../scripts/port.ts";
import { startRedis } from "../../scripts/redis.ts";
import type { Limits, Window } from "../../services/gateway/limits.ts";
import { redisBuckets } from "../../services/gateway/redis-buckets.ts";
import { sharedLimits } from "../../services/gateway/shared-limits.ts";
import { until } from "../support/until.ts";

jest.setTimeout(30_000);

let port: number;
let server: Awaited<ReturnType<typeof startRedis>>;
let namespace = "";
let nth = 0;
const open: Limits[] = [];

beforeAll(async () => {
	port = await freePort();
	server = await startRedis(port);
});
beforeEach(() => {
	namespace = `test-${nth++}`;
});
afterAll(async () => {
	for (const limits of open) limits.close();
	await server.stop();
});

/** The limits of one of two gateways, as the product makes them, with a patient budget: this machine is shared. */
async function gateway({ isFaultTolerant = true, budget_ms = 1_000, gateways = 2 } = {}) {
	const connection = new Redis(server.url, {
		enableOfflineQueue: false,
		maxRetriesPerRequest: 0,
		retryStrategy: () => 50,
	});
	connection.on("error", () => {});
	const limits = sharedLimits({
		store: redisBuckets(connection, namespace, budget_ms),
		buckets_max: 100,
		failures_max: 3,
		rest_ms: 100,
		isFaultTolerant,
		gateways: () => gateways,
	});
	open.push(limits);
	await until(() => !limits.isAway);
	return limits;
}
const minute = (limit: number): Window => ({ key: "a:minute", name: "minute", limit, seconds: 60 });
const hour = (limit: number): Window => ({ key: "a:hour", name: "hour", limit, seconds: 3_600 });
const take = async (limits: Limits, windows: Window[], isWrite = false) =>
	limits.take(windows, Date.now(), isWrite);
const passedOf = async (limits: Limits, count: number, windows: Window[]) => {
	const verdicts = await Promise.all(Array.from({ length: count }, () => take(limits, windows)));
	return verdicts.filter(({ allowed }) => allowed).length;
};

test("GTW-04 D17 of 300 calls at once over two gateways exactly the limit passes, and both say the same", async () => {
	const [first, second] = [await gateway(), await gateway()];
	const windows = [minute(100), hour(1_000)];
	const passed = await Promise.all([passedOf(first, 150, windows), passedOf(second, 150, windows)]);
	expect(passed[0] + passed[1]).toBe(100);
	const refused = await take(second, windows);
	expect(refused).toMatchObject({ allowed: false, wait_s: 1 });
	expect(refused.windows.map(({ remaining }) => remaining)).toEqual([0, 900]);
});

test("GTW-04 a request passes all its windows or is charged to none, to the microsecond", async () => {
	const limits = await gateway();
	expect(await passedOf(limits, 9, [minute(7), hour(5)])).toBe(5);
	const { windows } = await take(limits, [minute(7)]);
	expect(windows).toMatchObject([{ remaining: 1, limit: 7 }]);
});

test("GTW-04 GTW-20 Redis killed mid-run: never more than 1.5 times the limit, also once it is back and empty; and it comes back by itself", async () => {
	const [busy, idle] = [await gateway(), await gateway()];
	const windows = [minute(100)];
	let passed = await passedOf(busy, 90, windows);
	expect(passed).toBe(90);
	await server.stop("SIGKILL");
	await until(() => busy.isAway && idle.isAway);
	const alone = await Promise.all([passedOf(busy, 80, windows), passedOf(idle, 80, windows)]);
	expect(alone[0]).toBeLessThanOrEqual(6); // its half of what was left
	expect(alone[1]).toBe(50);
	passed += alone[0] + alone[1];

	server = await startRedis(port);
	await until(() => !busy.isAway && !idle.isAway);
	passed += await passedOf(idle, 80, windows);
	passed += await passedOf(busy, 80, windows);
	expect(passed).toBeGreaterThanOrEqual(100);
	expect(passed).toBeLessThanOrEqual(150);
	expect(busy.policy).toBe("redis");
});

test("GTW-20 where faults are not tolerated, writes are refused with 503 while Redis is away, and reads are not", async () => {
	const limits = await gateway({ isFaultTolerant: false });
	expect(await take(limits, [minute(5)], true)).toMatchObject({ allowed: true });
	await server.stop("SIGKILL");
	await until(() => limits.isAway);
	await expect(take(limits, [minute(5)], true)).rejects.toMatchObject({
		code: 503,
		type: "UNAVAILABLE",
	});
	expect(await take(limits, [minute(5)])).toMatchObject({ allowed: true });
	server = await startRedis(port);
	await until(() => !limits.isAway);
	expect(await take(limits, [minute(5)], true)).toMatchObject({ allowed: true });
});

test("GTW-04 a Redis that hangs holds up nobody for longer than its budget, then nobody at all", async () => {
	const limits = await gateway({ budget_ms: 200 });
	await take(limits, [minute(1_000)]);
	process.kill(server.pid, "SIGSTOP");
	for (let call = 0; call < 3; call++)
		expect(await take(limits, [minute(1_000)])).toMatchObject({ allowed: true });
	expect(limits.isAway).toBe(true);
	const before = performance.now();
	await take(limits, [minute(1_000)]);
	expect(performance.now() - before).toBeLessThan(200);
	process.kill(server.pid, "SIGCONT");
	await until(async () => {
		await take(limits, [minute(1_000)]);
		return !limits.isAway;
	});
});

test("GTW-20 a Redis that is silent while it owes an answer is given up within seconds, and found again", async () => {
	Object.assign(env, { redis_url: server.url });
	const connection = redis() as Redis;
	Object.assign(env, { redis_url: "" });
	await until(() => connection.status === "ready");
	process.kill(server.pid, "SIGSTOP");
	await expect(connection.ping()).rejects.toThrow();
	process.kill(server.pid, "SIGCONT");
	await until(() => connection.status === "ready");
	expect(await connection.ping()).toBe("PONG");
	connection.disconnect();
});

test("GTW-04 once Redis has rested, a gateway to which nobody comes no longer says that it counts alone", async () => {
	const limits = await gateway({ budget_ms: 200 });
	process.kill(server.pid, "SIGSTOP");
	for (let call = 0; call < 3; call++) await take(limits, [minute(1_000)]);
	process.kill(server.pid, "SIGCONT");
	expect(limits.isAway).toBe(true);
	await until(() => !limits.isAway);
});

test("GTW-13 what was used up is forgotten on an operator's word, of one or of all", async () => {
	const [first, second] = [await gateway(), await gateway()];
	const [mine, yours] = [minute(2), { ...minute(2), key: "ab:minute" }];
	for (const window of [mine, yours]) expect(await passedOf(first, 3, [window])).toBe(2);
	await first.reset("a");
	expect(await passedOf(second, 3, [mine])).toBe(2);
	expect(await passedOf(second, 3, [yours])).toBe(0);
	await second.reset();
	expect(await passedOf(first, 3, [yours])).toBe(2);
});

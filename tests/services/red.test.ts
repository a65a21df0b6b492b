import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Type from "typebox";
import { registry } from "../../config/metrics.ts";
import { action, contract } from "../../lib/contract.ts";
import { refusal } from "../../lib/refusal.ts";
import { service } from "../../lib/service.ts";
import { as, broker } from "../support/broker.ts";
import { faultsIn, valueIn } from "../support/promtool.ts";
import { until } from "../support/until.ts";

const sold = refusal("SOLD_OUT", 409, { en: "Sold out", fr: "Épuisé" });
const kettles = contract("kettles", {
	boil: action({ params: { cups: Type.Integer() }, returns: Type.Integer(), refusals: [sold] }),
	hold: action({ params: {}, roles: ["admin"] }),
	pass: action({ params: {}, timeout: 60 }),
	read: action({ params: {}, returns: Type.Integer(), cache: { ttl: 60 } }),
});
let gate = Promise.withResolvers<void>();

const kettlesService = service(kettles, {
	actions: {
		async boil({ params: { cups } }) {
			if (cups === 0) throw sold();
			if (cups < 0) throw Object.assign(new Error('a leak\n"'), { name: 'Leak\n"' });
			return cups;
		},
		async hold() {
			await gate.promise;
		},
		async pass(ctx) {
			await kettles.hold(ctx, {}, as("admin"));
		},
		async read() {
			return 7;
		},
	},
});
/** One call at a time of each action, and one that waits: the third is turned away. */
const narrow = { enabled: true, concurrency: 1, maxQueueSize: 1 };
const kitchen = broker([kettlesService], { bulkhead: narrow });
beforeAll(() => kitchen.start());
afterAll(() => kitchen.stop());

const DURATION = "moleculer_action_duration_seconds_count";
const count = async (name: string, labels: Record<string, string>) =>
	valueIn(await registry.metrics(), name, labels) ?? 0;
const ended = (action: string, outcome: string) =>
	count(DURATION, { service_name: "kettles", action: `kettles.${action}`, outcome });
const failed = (action: string, reason: string) =>
	count("moleculer_calls_failed_total", { action: `kettles.${action}`, reason });
const outcome = (call: Promise<unknown>) => call.then(String, ({ name }: Error) => name);

test("MON-13 calls are counted and timed by how they end: answered, refused, failed", async () => {
	for (const cups of [1, 2, 0, -1]) await outcome(kettles.boil(kitchen, { cups }));
	await outcome(kettles.boil(kitchen, { cups: "many" } as never)); // malformed
	await outcome(kettles.hold(kitchen, {}, as("cashier"))); // not allowed
	expect(await ended("boil", "ok")).toBe(2);
	expect(await ended("boil", "refused")).toBe(2);
	expect(await ended("boil", "error")).toBe(1);
	expect(await ended("hold", "refused")).toBe(1);
	expect(await failed("boil", "unavailable")).toBe(0); // an answer is no failure, whatever it says
});

test("MON-13 a cached reply is an answer like any other", async () => {
	for (let time = 0; time < 3; time++) await kettles.read(kitchen, {});
	expect(await ended("read", "ok")).toBe(3);
});

test("MON-15 saturation: calls in flight, calls that wait for room, and those turned away", async () => {
	const waiting = () => count("moleculer_bulkhead_queue", { action: "kettles.hold" });
	const calls = Array.from({ length: 3 }, () => outcome(kettles.hold(kitchen, {}, as("admin"))));
	await until(waiting, (queue) => queue === 1);
	expect(await count("moleculer_action_inflight", { service_name: "kettles" })).toBe(2);
	gate.resolve();
	expect((await Promise.all(calls)).sort()).toEqual(["QueueIsFullError", "undefined", "undefined"]);
	expect(await failed("hold", "queue_full")).toBe(1);
	expect(await waiting()).toBe(0);
	expect(await count("moleculer_action_inflight", { service_name: "kettles" })).toBe(0);
	gate = Promise.withResolvers();
});

test("MON-15 a call without an answer is counted by its caller, once, by why; whoever waits for it times out", async () => {
	expect(await outcome(kettles.pass(kitchen, {}))).toBe("RequestTimeoutError");
	expect(await ended("pass", "timeout")).toBe(1);
	expect((await failed("pass", "timeout")) + (await failed("hold", "timeout"))).toBe(1);
	gate.resolve();

	const nobody = contract("nobody", { come: action({ params: {} }) });
	expect(await outcome(nobody.come(kitchen, {}))).toBe("ServiceNotFoundError");
	const gone = { action: "nobody.come", reason: "unavailable" };
	expect(await count("moleculer_calls_failed_total", gone)).toBe(1);
});

test("MON-15 a circuit that opens is counted by the caller", async () => {
	const opened = () => count("moleculer_circuit_opened_total", { action: "kettles.boil" });
	expect(await opened()).toBe(0);
	for (let time = 0; time < 20; time++) await outcome(kettles.boil(kitchen, { cups: -1 }));
	expect(await opened()).toBe(1);
	expect(await failed("boil", "unavailable")).toBeGreaterThan(0); // by then it is not called any more
});

test("MON-01 Prometheus accepts the page, although an error's name has a newline and a quote in it", async () => {
	expect(faultsIn(await registry.metrics())).toBe("");
	expect(faultsIn("nodes_total 1\n")).toContain("nodes_total"); // it does look
});

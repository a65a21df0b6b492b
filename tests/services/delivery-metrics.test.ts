import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { Service } from "moleculer";
import { registry } from "../../config/metrics.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import type { Relay } from "../../mixins/delivery/relay.ts";
import { broker } from "../support/broker.ts";
import { kiosk, press, pressService } from "../support/press.ts";
import { again } from "../support/transport.ts";
import { until } from "../support/until.ts";

let gate: Promise<void> | undefined;
let failures = 0;
const before = () => {
	if (failures-- > 0) throw new Error("not now");
	return gate;
};
const town = broker([pressService, kiosk("swift"), kiosk("tardy", { before })]);
beforeAll(() => town.start());
afterAll(() => town.stop());

jest.setTimeout(20_000);
const print = (topic: string, ...texts: string[]) => press.print(town, { topic, texts });
const dbOf = (name: string) => (town.getLocalService(name) as Service & { db: Database }).db;
const linesOf = async (name: string) => {
	const page = await registry.metrics();
	const lines = page.split("\n").filter((line) => line.startsWith(`${name}{`));
	return lines.map((line) => line.slice(name.length));
};
const metric = async (name: string, ...labels: string[]) => {
	const all = (await linesOf(name)).filter((line) => labels.every((one) => line.includes(one)));
	return all.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
};
const PRESS = 'context="press"';
const heard = (context: string) => [`context="${context}"`, 'producer="press"'];
const becomes = (value: number, name: string, ...labels: string[]) =>
	until(
		() => metric(name, ...labels),
		(seen) => seen === value,
	);

test("MON-21 U-22 what is published, applied and still to come is counted for each reader", async () => {
	const { promise, resolve } = Promise.withResolvers<void>();
	gate = promise;
	await print("a", "1", "2", "3");
	await print("b", "4");
	await becomes(4, "outbox_published_total", PRESS);
	await becomes(4, "inbox_applied_total", ...heard("swift"));
	await becomes(0, "consumer_lag", ...heard("swift"));
	expect(await metric("consumer_lag", ...heard("tardy"))).toBe(4);
	expect(await metric("inbox_applied_total", ...heard("tardy"))).toBe(0);
	gate = undefined;
	resolve();
	await becomes(4, "inbox_applied_total", ...heard("tardy"));
	await becomes(0, "consumer_lag", ...heard("tardy"));
	expect(await metric("event_end_to_end_seconds_count", 'context="tardy"')).toBe(4);
	expect(await metric("outbox_pending", PRESS)).toBe(0);
	expect(await metric("outbox_oldest_seconds", PRESS)).toBe(0);
});

test("MON-21 what waits in an outbox is counted, with its age", async () => {
	const { relay } = town.getLocalService("press") as Service & { relay: Relay };
	const { wake } = relay;
	relay.wake = async () => {};
	try {
		await dbOf("press").write((tx) =>
			tx.script(`insert into outbox (message_id, type, version, key, key_seq, body, headers, created_at)
				values ('msg_old', 'press.torn', 1, 'topic:old', 1, '{}', '{}', ${Date.now() - 90_000})`),
		);
		expect(await metric("outbox_pending", PRESS)).toBe(1);
		expect(await metric("outbox_oldest_seconds", PRESS)).toBeGreaterThanOrEqual(90);
	} finally {
		relay.wake = wake;
	}
	await relay.wake();
	await becomes(0, "outbox_pending", PRESS);
	// Nobody reacts to it: it is taken in, and its age is nobody's.
	await becomes(5, "inbox_applied_total", ...heard("swift"));
	expect(await metric("event_end_to_end_seconds_count", 'context="swift"')).toBe(4);
});

test("MON-21 U-22 what fails, comes again or comes too early is counted", async () => {
	failures = 1;
	await print("c", "5");
	await becomes(6, "inbox_applied_total", ...heard("tardy"));
	expect(await metric("inbox_retries_total", ...heard("tardy"))).toBe(1);
	expect(await metric("inbox_retries_total", ...heard("swift"))).toBe(0);

	await becomes(0, "consumer_lag", ...heard("swift"));
	await town.destroyService(town.getLocalService("swift"));
	town.createService(kiosk("swift"));
	await town.waitForServices("swift");
	await becomes(0, "consumer_lag", ...heard("swift")); // who has heard all has nothing to catch up

	await town.destroyService(town.getLocalService("swift"));
	await again(town, "press", "swift");
	town.createService(kiosk("swift"));
	await town.waitForServices("swift");
	await print("d", "6");
	// Its six, and perhaps some that its place had not been written behind when it left before.
	await until(async () => (await metric("inbox_duplicates_total", ...heard("swift"))) >= 6);

	await print("e", "7", "8", "9");
	await becomes(10, "inbox_applied_total", ...heard("swift"));
	await dbOf("swift").write((tx) =>
		tx.script("update inbox set last_seq = 1 where key = 'topic:e'"),
	);
	await print("e", "10");
	await until(async () => (await metric("inbox_gaps_total", ...heard("swift"))) > 0);
	expect(await metric("dead_letters", ...heard("swift"))).toBe(0);
});

test("MON-21 no label is an id: contexts and producers only", async () => {
	const names = ["outbox_published_total", "inbox_applied_total", "consumer_lag", "dead_letters"];
	const lines = (await Promise.all(names.map(linesOf))).flat();
	const labels = lines.flatMap((line) => [...line.matchAll(/(\w+)="([^"]*)"/g)]);
	expect(new Set(labels.map(([, name]) => name))).toEqual(new Set(["context", "producer"]));
	const contexts = new Set(["press", "swift", "tardy"]);
	expect(labels.filter(([, , value]) => !contexts.has(value ?? ""))).toEqual([]);
});

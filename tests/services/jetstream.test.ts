import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { connect } from "nats";
import { FACT_BYTES_MAX } from "../../mixins/outbox.mixin.ts";
import { ask, overJetStream, server, stored } from "../support/buses.ts";
import { numbers, stage } from "../support/jetstream-stage.ts";
import { kiosk, press, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);
const SETTINGS = { check_ms: 200, ack_wait_ms: 600 };
const said: string[] = [];
const reader = () => kiosk("calm");

describe("JetStream", () => {
	let town: ServiceBroker;
	const { print, shows, safe, dbOf, count } = stage(() => town);
	beforeAll(async () => {
		const warn = (text: string, { err }: { err?: unknown }) => said.push(`${text}: ${err}`);
		town = overJetStream([pressService, reader()], { ...SETTINGS, warn });
		await town.start();
	});
	afterAll(() => town.stop());

	test("CLM-14 a fact is a message of its own subject and id, in a stream that drops nothing unread", async () => {
		await press.print(town, { topic: "told", texts: ["one"] }, { requestID: "request_7" });
		await shows("calm", "told", ["one"]);
		const [message] = await stored("press");
		const [row] = await dbOf("press").read((db) =>
			db.query<{ message_id: string }>("select message_id from outbox where key = 'topic:told'"),
		);
		expect(message?.subject).toBe("evt.press.printed");
		const names = ["Nats-Msg-Id", "key", "key_seq", "feed_seq", "correlation_id"];
		expect(names.map((name) => message?.header.get(name))).toEqual([
			row?.message_id,
			"topic:told",
			"1",
			"1",
			"request_7",
		]);
		const { config } = await ask((jsm) => jsm.streams.info("EVT_press"));
		expect(config).toMatchObject({
			subjects: ["evt.press.>"],
			storage: "file",
			retention: "limits",
			discard: "new",
			max_age: 7 * 24 * 3_600 * 1e9,
			duplicate_window: 120 * 1e9,
			num_replicas: 1,
		});
		const consumer = await ask((jsm) => jsm.consumers.info("EVT_press", "calm-press"));
		expect(consumer.config).toMatchObject({
			durable_name: "calm-press",
			ack_policy: "explicit",
			deliver_policy: "all",
			max_deliver: -1,
		});
	});

	test("G14 D13 CLM-11 nats-server is killed five times while facts are published: each is heard once, in order", async () => {
		const topicsOf = [0, 1, 2, 3, 4].map((n) => `killed ${n}`);
		let isOver = false;
		const printing = topicsOf.map(async (topic) => {
			let n = 0;
			while (!isOver || n < 100) await print(topic, `${n++}`, `${n++}`);
			return n;
		});
		for (let kill = 0; kill < 5; kill++) {
			const before = await count("calm");
			await until(
				() => count("calm"),
				(now) => now > before + 50,
				15_000,
			);
			await server.kill();
			await server.start();
		}
		isOver = true;
		const counts = await Promise.all(printing);
		for (const [index, topic] of topicsOf.entries())
			await shows("calm", topic, numbers(counts[index]!), 30_000);
		await safe();
		const places = new Map<string, number>();
		for (const { header } of await stored("press")) {
			const [key, key_seq] = [header.get("key"), Number(header.get("key_seq"))];
			const last = places.get(key) ?? 0;
			expect(key_seq).toBeLessThanOrEqual(last + 1); // again, or the next: never one too early
			places.set(key, Math.max(last, key_seq));
		}
	});

	test("D13 CLM-14 a reader that dies leaves its facts to its replica, which has them after a moment", async () => {
		await town.destroyService(town.getLocalService("calm")!);
		const topics = numbers(50).map((n) => `orphan ${n}`);
		for (const topic of topics) await print(topic, "one", "two");
		await safe();
		expect(await takeAndDie(40)).toBe(40);
		town.createService(reader());
		await town.waitForServices("calm");
		for (const topic of topics) await shows("calm", topic, ["one", "two"]);
	});

	/** Has facts delivered as a replica of `calm`, and says nothing more. */
	async function takeAndDie(max_messages: number): Promise<number> {
		const nats = await connect({ servers: server.url });
		const consumer = await nats.jetstream().consumers.get("EVT_press", "calm-press");
		let taken = 0;
		for await (const _ of await consumer.fetch({ max_messages, expires: 1_000 })) taken++;
		await nats.close();
		return taken;
	}

	test("CLM-14 replicas of a reader share its facts, each heard once and in order", async () => {
		const other = overJetStream([reader()], SETTINGS);
		await other.start();
		await Promise.all(
			numbers(40).map(async (n) => {
				for (let part = 0; part < 5; part++) await print(`both ${n}`, ...numbers(3, part * 3));
			}),
		);
		for (const n of numbers(40)) await shows("calm", `both ${n}`, numbers(15), 20_000);
		await other.stop();
	});

	test("CLM-14 an acknowledgement that is lost has its fact sent again, and heard once", async () => {
		await print("unheard", ...numbers(50));
		await shows("calm", "unheard", numbers(50));
		await safe();
		await town.destroyService(town.getLocalService("press")!);
		town.createService(pressService);
		// As if it had died before it could note them: by then they are in the stream.
		const back = "update outbox_cursor set feed_seq = feed_seq - 50 where sink = 'jetstream'";
		await dbOf("press").write((tx) => tx.script(back));
		await town.waitForServices("press");
		await print("unheard", "next");
		await shows("calm", "unheard", [...numbers(50), "next"]);
	});

	test("CLM-14 a stream that is not as it should be is left alone: facts wait, and the operator is told", async () => {
		await ask((jsm) => jsm.streams.update("EVT_press", { max_age: 3_600 * 1e9 }));
		await until(() => said.some((line) => /EVT_press is not as it should be: max_age/.test(line)));
		const waiting = "evt waits";
		await print(waiting, "one");
		const week = 7 * 24 * 3_600 * 1e9;
		await ask((jsm) => jsm.streams.update("EVT_press", { max_age: week }));
		await shows("calm", waiting, ["one"]);
	});

	test("CLM-11 once the transport is another, cursors of the old one keep nothing any more", async () => {
		const left = "insert into outbox_cursor (sink, feed_seq, updated_at) values ('calm', 1, 1)";
		await town.destroyService(town.getLocalService("press")!);
		town.createService(pressService);
		await dbOf("press").write((tx) => tx.script(left));
		await town.waitForServices("press");
		const sinks = () =>
			dbOf("press").read((db) => db.query<{ sink: string }>("select sink from outbox_cursor"));
		await until(sinks, (rows) => rows.map(({ sink }) => sink).join() === "jetstream");
	});

	test("CLM-14 a message that is no fact is dropped, and the facts around it are heard", async () => {
		const nats = await connect({ servers: server.url });
		const alien = {
			event: "press.printed",
			key: "topic:alien",
			key_seq: 1,
			message_id: "msg_alien",
		};
		for (const text of ["not JSON", "null", "{}", JSON.stringify({ ...alien, producer: "spy" })])
			nats.publish("evt.press.printed", text);
		await nats.flush();
		await print("after aliens", "one");
		await shows("calm", "after aliens", ["one"], 3_000);
		const isDropped = (line: string) => /^a message is no fact/.test(line);
		await until(() => said.filter(isDropped).length === 4);
		const left = () => ask((jsm) => jsm.consumers.info("EVT_press", "calm-press"));
		await until(left, ({ num_ack_pending }) => num_ack_pending === 0);
		await nats.close();
	});

	test("CLM-14 the largest fact that may be announced is carried; a larger one is refused, and its unit with it", async () => {
		const around = JSON.stringify({ topic: "large", text: "" }).length;
		const largest = "x".repeat(FACT_BYTES_MAX - around);
		await expect(print("large", "before", `${largest}x`)).rejects.toThrow(
			"press.printed of topic:large has 524289 bytes: a fact carries 524288 at most",
		);
		await print("large", largest);
		await shows("calm", "large", [largest]);
		await safe();
	});

	test("D13 while NATS is away a process starts, works and stops; its facts leave when both are back", async () => {
		await town.stop();
		await server.kill();
		town = overJetStream([pressService, reader()], SETTINGS);
		await town.start();
		await print("patient", "one", "two");
		const stopping = performance.now();
		await town.stop();
		expect(performance.now() - stopping).toBeLessThan(3_000);
		town = overJetStream([pressService, reader()], SETTINGS);
		await town.start();
		await print("patient", "three");
		await server.start();
		await shows("calm", "patient", ["one", "two", "three"]);
	});
});

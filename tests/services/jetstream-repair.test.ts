import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { open as openDatabase } from "../../mixins/database/open.ts";
import { repairs } from "../../mixins/delivery/jetstream/repair.ts";
import { ask, overJetStream, server, stored } from "../support/buses.ts";
import { numbers, stage } from "../support/jetstream-stage.ts";
import { kiosk, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);
describe("JetStream", () => {
	let town: ServiceBroker;
	let topics = 0;
	let topic: string;
	const { print, shows, safe, sql } = stage(() => town);
	const open = () => overJetStream([pressService, kiosk("calm")], { check_ms: 200 });

	beforeEach(async () => {
		topic = `topic_${topics++}`;
		town = open();
		await town.start();
	});
	afterEach(() => town.stop());

	const repaired = async () => {
		const { values } = await repairs.get();
		return values.find(({ labels }) => labels.context === "press")?.value ?? 0;
	};
	const leaves = async (name: string) => town.destroyService(town.getLocalService(name)!);
	const comes = async (name: string) => {
		town.createService(kiosk(name));
		await town.waitForServices(name);
	};
	const textsInStream = async () =>
		(await stored("press"))
			.map((message) => message.json<{ payload: { topic: string; text: string } }>().payload)
			.filter((payload) => payload.topic === topic)
			.map(({ text }) => text);

	test("G15 D13 U-22 a nats-server that has lost everything is filled again: nobody misses a fact, none is counted twice", async () => {
		await print(topic, ...numbers(400));
		await shows("calm", topic, numbers(400));
		await safe();
		await leaves("calm");
		await print(topic, ...numbers(300, 400)); // in the stream only: the reader is away
		await safe();
		const before = await repaired();
		await server.kill();
		server.wipe();
		await print(topic, "while away");
		await server.start();
		await comes("calm");
		await shows("calm", topic, [...numbers(700), "while away"]);
		expect(await repaired()).toBe(before + 1);
		expect(await textsInStream()).toEqual([...numbers(700), "while away"]);
	});

	test("G15 a nats-server that went back to an older copy of its store is filled again from there", async () => {
		await print(topic, ...numbers(100));
		await shows("calm", topic, numbers(100));
		await server.kill("SIGTERM");
		const rollBack = server.copy();
		await server.start();
		await safe();
		await leaves("calm");
		await print(topic, ...numbers(600, 100));
		await safe();
		const before = await repaired();
		await server.kill();
		rollBack();
		await server.start();
		await comes("calm");
		await shows("calm", topic, numbers(700));
		await print(topic, "next");
		await shows("calm", topic, [...numbers(700), "next"]);
		expect(await repaired()).toBeGreaterThan(before);
	});

	test("G15 a rollback that nobody saw happen, since all were down, is found at the next start", async () => {
		await print(topic, ...numbers(50));
		await shows("calm", topic, numbers(50));
		await server.kill("SIGTERM");
		const rollBack = server.copy();
		await server.start();
		await leaves("calm");
		await print(topic, ...numbers(50, 50));
		await safe();
		await town.stop();
		await server.kill();
		rollBack();
		await server.start();
		const before = await repaired();
		town = open();
		await town.start();
		await shows("calm", topic, numbers(100));
		expect(await repaired()).toBe(before + 1);
	});

	test("G15 a stream that is deleted while all are at work is made anew, with its consumers", async () => {
		await print(topic, ...numbers(300));
		await shows("calm", topic, numbers(300));
		await ask((jsm) => jsm.streams.delete("EVT_press"));
		await print(topic, ...numbers(100, 300));
		await shows("calm", topic, numbers(400));
		await until(
			async () => (await textsInStream()).length,
			(n) => n === 400,
		);
	});

	test("G15 a stream that is emptied is filled again, though it takes the same ids for duplicates", async () => {
		await leaves("calm");
		await print(topic, ...numbers(300));
		await safe();
		await ask((jsm) => jsm.streams.purge("EVT_press"));
		const before = await repaired();
		await until(async () => (await repaired()) > before);
		await comes("calm");
		await shows("calm", topic, numbers(300));
	});

	test("CLM-14 a consumer that is deleted is made anew, and what it brings again changes nothing", async () => {
		await print(topic, ...numbers(300));
		await shows("calm", topic, numbers(300));
		await ask((jsm) => jsm.consumers.delete("EVT_press", "calm-press"));
		await print(topic, "next");
		await shows("calm", topic, [...numbers(300), "next"]);
	});

	test("U-22 a false alarm costs duplicates in the stream, and nothing else", async () => {
		await print(topic, ...numbers(100));
		await shows("calm", topic, numbers(100));
		await safe();
		await leaves("press");
		town.createService(pressService);
		await sql("press", "update outbox_cursor set stream_created = 'another'");
		await town.waitForServices("press");
		await until(async () => (await textsInStream()).length > 100);
		await print(topic, "next");
		await shows("calm", topic, [...numbers(100), "next"]);
	});

	test("G15 a producer that dies in the middle of such a repair goes on with it", async () => {
		await leaves("calm");
		const topics = numbers(30).map((n) => `${topic} ${n}`);
		for (const one of topics) await print(one, "lost");
		await safe();
		await leaves("press");
		await ask((jsm) => jsm.streams.purge("EVT_press"));
		const left = openDatabase("press");
		await left.write((tx) => tx.script(REWOUND));
		await left.close();
		town.createService(pressService);
		await comes("calm");
		for (const one of topics) await shows("calm", one, ["lost"]);
	});
});

// The last is new to the stream: once it is acknowledged it is there, whatever is missing before it.
const REWOUND = `
	update outbox_cursor set feed_seq = 0, stream_seq = null, stream_message = null;
	update outbox set message_id = 'msg_new' where feed_seq = (select max(feed_seq) from outbox)`;

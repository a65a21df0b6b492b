import { afterAll, expect, jest, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { env } from "../../config/env.ts";
import { type Bus, type Reader, type Sink, useBus } from "../../mixins/bus.ts";
import { jetStream } from "../../mixins/delivery/jetstream/jetstream.ts";
import { broker } from "../support/broker.ts";
import { ask, server, stored } from "../support/buses.ts";
import { numbers, stage } from "../support/jetstream-stage.ts";
import { rows } from "../support/ledgers.ts";
import { kiosk, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);

/** A delivery that breaks one rule: `dying` begins where its process is about to be killed. */
type Mutant = (bus: Bus, dying: () => boolean) => Bus;
let town: ServiceBroker;
let isDying = false;
const { print, shows } = stage(() => town);

const healthy: Mutant = (bus, dying) => ({
	...bus,
	// Who dies while it applies has not applied it.
	subscribe: (reader) =>
		bus.subscribe(
			dyingReader(reader, dying, async () => {
				throw new Error("killed before the commit");
			}),
		),
});
const cursorBeforePubAck: Mutant = (bus, dying) => {
	const known = new WeakMap<Sink, Sink>();
	const hasty = (sink: Sink): Sink => {
		let taken = 0;
		return {
			...{ name: sink.name, open: (...place) => sink.open?.(...place) },
			...{ mark: () => sink.mark?.() ?? {}, finish: async () => sink.finish?.() },
			take(facts) {
				taken = facts.at(-1)?.feed_seq ?? taken;
				return sink.take(facts);
			},
			safe: () => Math.max(taken, sink.safe()),
		};
	};
	return {
		...healthy(bus, dying),
		sinks: (producer) =>
			bus.sinks(producer).map((sink) => {
				known.set(sink, known.get(sink) ?? hasty(sink));
				return known.get(sink) as Sink;
			}),
	};
};
const ackBeforeCommit: Mutant = (bus, dying) => ({
	...bus,
	subscribe: (reader) =>
		bus.subscribe(dyingReader(reader, dying, async (facts) => facts.map(() => "done"))),
});
const dyingReader = (reader: Reader, dying: () => boolean, apply: Reader["apply"]): Reader => ({
	...reader,
	apply: (facts) => (dying() ? apply(facts) : reader.apply(facts)),
});

async function open(mutant: Mutant, reader: string) {
	town = broker([]);
	const bus = jetStream({ url: server.url, ack_wait_ms: 600 });
	useBus(
		town,
		mutant(bus, () => isDying),
	);
	for (const schema of [pressService, kiosk(reader, { retries_ms: [60_000] })])
		town.createService(schema);
	await town.start();
}
const crash = () =>
	town.stop().finally(() => {
		isDying = false;
	});
afterAll(() => town?.stop());

/** I8: what the cursor calls safe is in the stream, what the stream calls heard is in the inbox. */
async function broken(reader: string): Promise<string[]> {
	const kept = await stored("press");
	const ids = new Set(kept.map((one) => one.json<{ message_id: string }>().message_id));
	const safe = rows<{ message_id: string; key: string; key_seq: number }>(
		env.data_dir,
		"press",
		"select * from outbox where feed_seq <= (select feed_seq from outbox_cursor)",
	);
	const marks = rows<{ key: string; last_seq: number }>(
		env.data_dir,
		reader,
		"select * from inbox",
	);
	const at = new Map(marks.map(({ key, last_seq }) => [key, last_seq]));
	const consumer = await ask((jsm) => jsm.consumers.info("EVT_press", `${reader}-press`));
	const heard = kept
		.filter(({ seq }) => seq <= consumer.ack_floor.stream_seq)
		.map((one) => one.json<{ key: string; key_seq: number }>());
	return [
		...safe.filter(({ message_id }) => !ids.has(message_id)).map(({ key }) => `unsent: ${key}`),
		...heard
			.filter(({ key, key_seq }) => key_seq > (at.get(key) ?? 0))
			.map(({ key }) => `unheard: ${key}`),
	];
}

const state = async () => (await ask((jsm) => jsm.streams.info("EVT_press"))).state;
let scenes = 0;
/** Killed while the stream is away, and facts wait for it. */
async function dieBeforePubAck(mutant: Mutant): Promise<[reader: string, topic: string]> {
	const [reader, topic] = [`reader_${scenes}`, `scene_${scenes++}`];
	await open(mutant, reader);
	await print(topic, ...numbers(50));
	await shows(reader, topic, numbers(50));
	await server.kill();
	await print(topic, ...numbers(50, 50));
	await crash();
	await server.start();
	return [reader, topic];
}
/** Killed with facts in hand that are not applied. */
async function dieBeforeCommit(mutant: Mutant): Promise<[reader: string, topic: string]> {
	const [reader, topic] = [`reader_${scenes}`, `scene_${scenes++}`];
	await open(mutant, reader);
	await print(topic, ...numbers(50));
	await shows(reader, topic, numbers(50));
	const { last_seq } = await state();
	isDying = true;
	await print(topic, ...numbers(50, 50));
	await until(
		() => ask((jsm) => jsm.consumers.info("EVT_press", `${reader}-press`)),
		({ delivered, ack_floor }) =>
			(mutant === ackBeforeCommit ? ack_floor : delivered).stream_seq === last_seq + 50,
	);
	await crash();
	return [reader, topic];
}

test.each([
	["before the stream has acknowledged", dieBeforePubAck],
	["before what was heard is committed", dieBeforeCommit],
])("G14 CLM-11 I8 a process that dies %s has lost nothing", async (_, die) => {
	const [reader, topic] = await die(healthy);
	expect(await broken(reader)).toEqual([]);
	await open(healthy, reader);
	await shows(reader, topic, numbers(100));
	await town.stop();
});

test("I8: the invariant finds a cursor that moves before the stream has acknowledged", async () => {
	const [reader] = await dieBeforePubAck(cursorBeforePubAck);
	expect((await broken(reader)).filter((one) => one.startsWith("unsent"))).toHaveLength(50);
});

test("I8: the invariant finds a fact that is acknowledged before it is committed", async () => {
	const [reader] = await dieBeforeCommit(ackBeforeCommit);
	expect((await broken(reader)).filter((one) => one.startsWith("unheard"))).toHaveLength(50);
});

import { join } from "node:path";
import { afterAll } from "@jest/globals";
import type { BrokerOptions, ServiceBroker, ServiceSchema } from "moleculer";
import { env } from "../../config/env.ts";
import { type Bus, useBus } from "../../mixins/bus.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { jetStream } from "../../mixins/delivery/jetstream/jetstream.ts";
import { broker } from "./broker.ts";
import { natsServer } from "./nats.ts";
import { freshDatabase } from "./postgres.ts";
import * as transport from "./transport.ts";

/**
 * What carries facts, for `describe.each(BUSES)("$name", (bus) => …)`. Make brokers in `beforeAll`:
 * each bus has a folder of databases of its own, and one process opens a context's only once.
 */
export interface TestBus {
	readonly name: string;
	/** A broker as `broker()` makes it, whose services meet over this bus. */
	broker(services: ServiceSchema[], options?: BrokerOptions): ServiceBroker;
	/** All facts that are kept come to it again. Only while the reader is away. */
	again(town: ServiceBroker, producer: string, reader: string): Promise<void>;
	/** The first facts of a key are kept no more. */
	forget(town: ServiceBroker, producer: string, key: string, up_to: number): Promise<void>;
}

/** Of this test file alone. It goes before hooks of the file's own: stop brokers in a `describe`. */
export const server = await natsServer();
afterAll(() => server.remove());

const folder = env.data_dir;
const databases = new Map<string, string>();
if (env.database_url)
	for (const name of ["process", "jetstream"])
		databases.set(name, await freshDatabase(env.database_url, name));
const dbOf = (town: ServiceBroker, name: string) =>
	(town.getLocalService(name) as unknown as { db: Database }).db;

const inOneProcess: TestBus = {
	name: "in one process",
	broker: (services, options) => made("process", services, options),
	again: transport.rewound,
	async forget(town, producer, key, up_to) {
		const sql = `delete from outbox where key = '${key}' and key_seq <= ${up_to}`;
		await dbOf(town, producer).write((tx) => tx.script(sql));
	},
};

/** A broker on JetStream, with these settings. */
export const overJetStream = (
	services: ServiceSchema[],
	settings: Partial<Parameters<typeof jetStream>[0]> = {},
	options: BrokerOptions = {},
) =>
	made(
		"jetstream",
		services,
		options,
		jetStream({ url: server.url, ack_wait_ms: transport.ACK_WAIT_MS, ...settings }),
	);

/** Asks the server itself, past our own code. */
export const ask = <T>(work: Parameters<typeof transport.ask<T>>[1]) =>
	transport.ask(server.url, work);

/** All that a stream keeps, in its order. */
export const stored = (producer: string) =>
	ask(async (jsm) => {
		const stream = await jsm.streams.get(`EVT_${producer}`);
		const { state } = await stream.info();
		const messages = [];
		for (let seq = state.first_seq; seq <= state.last_seq; seq++)
			messages.push(await stream.getMessage({ seq }));
		return messages;
	});

const jetstream: TestBus = {
	name: "over JetStream",
	broker: (services, options) => overJetStream(services, {}, options),
	again: (_, producer, reader) => transport.withoutPlace(server.url, producer, reader),
	async forget(_, producer, key, up_to) {
		const isGone = ({ header }: { header: { get(name: string): string } }) =>
			header.get("key") === key && Number(header.get("key_seq")) <= up_to;
		const last = (await stored(producer)).findLast(isGone)?.seq ?? 0;
		await ask((jsm) => jsm.streams.purge(`EVT_${producer}`, { seq: last + 1 }));
	},
};

export const BUSES: TestBus[] = [inOneProcess, jetstream];

function made(data: string, services: ServiceSchema[], options?: BrokerOptions, bus?: Bus) {
	env.data_dir = join(folder, data);
	env.database_url = databases.get(data) ?? "";
	const town = broker([], options);
	if (bus) useBus(town, bus);
	for (const schema of services) town.createService(schema);
	return town;
}

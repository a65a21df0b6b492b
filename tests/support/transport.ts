import type { ServiceBroker } from "moleculer";
import { connect } from "nats";
import { type Bus, useBus } from "../../mixins/bus.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { jetStream } from "../../mixins/delivery/jetstream/jetstream.ts";
import type { Relay } from "../../mixins/delivery/relay.ts";

/** Set for a file that runs over JetStream: see jest.config.ts. */
const url = process.env.TEST_NATS_URL;

/** Short, so that what a reader held when it stopped comes to the next at once. */
export const ACK_WAIT_MS = 600;

/** What carries the facts of this broker, whose services are yet to be created: the file's project says. */
export function useTransport(town: ServiceBroker): Bus | undefined {
	return url ? useBus(town, jetStream({ url, ack_wait_ms: ACK_WAIT_MS })) : undefined;
}

type JetStream = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>["jetstreamManager"]>>;

/** Asks the server itself, past our own code. */
export async function ask<T>(servers: string, work: (jsm: JetStream) => Promise<T>): Promise<T> {
	const nats = await connect({ servers });
	try {
		return await work(await nats.jetstreamManager());
	} finally {
		await nats.close();
	}
}

/** All facts that are kept come to the reader again. Only while it is away. */
export const again = (town: ServiceBroker, producer: string, reader: string) =>
	url ? withoutPlace(url, producer, reader) : rewound(town, producer, reader);

export const withoutPlace = (servers: string, producer: string, reader: string) =>
	ask(
		servers,
		async (jsm) => void (await jsm.consumers.delete(`EVT_${producer}`, `${reader}-${producer}`)),
	);

export async function rewound(town: ServiceBroker, producer: string, reader: string) {
	const { db, relay } = town.getLocalService(producer) as unknown as { db: Database; relay: Relay };
	await relay.wake(); // lets go of who is away: its place is not written again
	const sql = `update outbox_cursor set feed_seq = 0 where sink = '${reader}'`;
	await db.write((tx) => tx.script(sql));
}

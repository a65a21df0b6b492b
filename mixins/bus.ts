import type { ServiceBroker } from "moleculer";
import { env } from "../config/env.ts";
import type { Recorded } from "../lib/fact.ts";
import { jetStream } from "./delivery/jetstream/jetstream.ts";
import { KeyQueues } from "./delivery/key-queues.ts";

/** What carries facts from the outbox of one context to the inboxes of others. */
export interface Bus {
	/** Where facts of `producer` are to go now. Each has a cursor in that context's outbox. */
	sinks(producer: string): readonly Sink[];
	/** Brings the reader what it hears, from the first fact kept. Answers how to leave. */
	subscribe(reader: Reader): () => Promise<void>;
	/** Once all who use it have left. */
	close?(): Promise<void>;
}

export interface Sink {
	/** Names its cursor. */
	readonly name: string;
	/** Takes facts in the order of the feed; resolves once there is room for more, or never. */
	take(facts: readonly Sent[]): Promise<void>;
	/** All up to this `feed_seq` is safe there, and will not be sent again. */
	safe(): number;
	/** Of a sink that is a reader itself: what it has not applied, of a feed that ends at `head`. */
	lag?(head: number): number;
	/** Told once, before the first facts, where it was; `rewind` brings them again from earlier. */
	open?(place: Place, rewind: (place: Place) => Promise<void>): void;
	/** What its cursor remembers beside `safe`, to notice that what was safe has been lost. */
	mark?(): Mark;
	/** Waits for what is on its way, but not for long. */
	finish?(): Promise<void>;
}

/** The last fact that a stream has acknowledged. */
export interface Mark {
	readonly stream_created?: string | undefined;
	readonly stream_seq?: number | undefined;
	readonly stream_message?: string | undefined;
}
export interface Place extends Mark {
	readonly feed_seq: number;
}

/** A fact on its way, and its place in the feed of its producer. */
export interface Sent {
	readonly fact: Recorded;
	readonly feed_seq: number;
	/** The oldest that its outbox has kept of its key: who comes late begins there. */
	readonly is_first: boolean;
}

/** A `gap` is a fact that came before its turn: it must be brought again. */
export type Verdict = "done" | "duplicate" | "parked" | "gap";

/** An inbox, as a bus sees it. */
export interface Reader {
	readonly context: string;
	/** The contexts whose facts it hears; `"*"` is all others. */
	readonly producers: ReadonlySet<string>;
	hears(producer: string): boolean;
	/** Whether it does anything about a fact; without it, about all that it hears. */
	reacts?(fact: Recorded): boolean;
	/** Nobody waits for what it does: facts come to it in bigger, rarer batches, a moment later. */
	readonly isPatient?: boolean;
	/**
	 * Applies facts of one producer, each if it is the next of its key, in one unit of work: if
	 * one throws, none is applied.
	 */
	apply(facts: readonly Sent[]): Promise<Verdict[]>;
	/** How long to wait before each further attempt; after the last, the fact is parked. */
	readonly retries_ms: readonly number[];
	park(sent: Sent, error: unknown, attempts: number): Promise<void>;
	/** For an operator to see. */
	warn(text: string, details: object): void;
}

const buses = new WeakMap<ServiceBroker, Bus>();

/** Has the services that this broker is yet to create use it; it closes once the broker has stopped. */
export function useBus(broker: ServiceBroker, bus: Bus): Bus {
	buses.set(broker, bus);
	broker.middlewares.add({ stopped: async () => bus.close?.() });
	return bus;
}

/** A mesh needs a bus that crosses it; one process is its own. */
export function busOf(broker: ServiceBroker): Bus {
	const { nats_url: url, namespace: mesh, nats_replicas: replicas } = env;
	const warn = (text: string, details: object) => broker.logger.warn(text, details);
	const made = () =>
		broker.transit && url ? jetStream({ url, mesh, replicas, warn }) : inProcess(broker);
	return buses.get(broker) ?? useBus(broker, made());
}

/** Within one process the bus is the feed itself: each reader is a sink of each producer. */
function inProcess(broker: ServiceBroker): Bus {
	const readers = new Map<Reader, Map<string, KeyQueues>>();
	// To readers elsewhere it cannot bring anything: facts wait in the outbox for a bus that can.
	if (broker.transit) broker.logger.warn("facts wait: a mesh needs RETAIL_NATS_URL, or useBus");
	return {
		sinks(producer) {
			if (broker.transit) return [];
			return [...readers].flatMap(([reader, sinks]) => {
				if (!reader.hears(producer)) return [];
				const sink = sinks.get(producer) ?? new KeyQueues(reader);
				sinks.set(producer, sink);
				return [sink];
			});
		},
		subscribe(reader) {
			const sinks = new Map<string, KeyQueues>();
			readers.set(reader, sinks);
			return async () => {
				readers.delete(reader);
				await Promise.all([...sinks.values()].map((sink) => sink.close()));
			};
		},
	};
}

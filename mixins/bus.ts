import type { ServiceBroker } from "moleculer";
import type { Recorded } from "../lib/fact.ts";
import { KeyQueues } from "./delivery/key-queues.ts";

/** What carries facts from the outbox of one context to the inboxes of others. */
export interface Bus {
	/** Where facts of `producer` are to go now. Each has a cursor in that context's outbox. */
	sinks(producer: string): readonly Sink[];
	/** Brings the reader what it hears, from the first fact kept. Answers how to leave. */
	subscribe(reader: Reader): () => Promise<void>;
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
	hears(producer: string): boolean;
	/** Whether it does anything about such facts; without it, about all that it hears. */
	reacts?(event: string): boolean;
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

export const useBus = (broker: ServiceBroker, bus: Bus) => void buses.set(broker, bus);

export function busOf(broker: ServiceBroker): Bus {
	const bus = buses.get(broker) ?? inProcess(broker);
	buses.set(broker, bus);
	return bus;
}

/** Within one process the bus is the feed itself: each reader is a sink of each producer. */
function inProcess(broker: ServiceBroker): Bus {
	const readers = new Map<Reader, Map<string, KeyQueues>>();
	// To readers elsewhere it cannot bring anything: facts wait in the outbox for a bus that can.
	if (broker.transit) broker.logger.warn("facts wait: a mesh needs a bus that crosses it (useBus)");
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

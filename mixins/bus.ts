import type { ServiceBroker } from "moleculer";
import type { Recorded } from "../lib/fact.ts";

/** What carries facts between contexts. */
export interface Bus {
	/** Names the cursor that each outbox keeps for it. */
	readonly sink: string;
	/** Resolves once the fact is safe there. Until then it is published again. */
	publish(fact: Recorded): Promise<void>;
}

const buses = new WeakMap<ServiceBroker, Bus>();

export const useBus = (broker: ServiceBroker, bus: Bus) => void buses.set(broker, bus);
export const busOf = (broker: ServiceBroker): Bus => buses.get(broker) ?? inProcess(broker);

/** A fact is safe when every listener has handled it: one that throws is asked again. */
const inProcess = (broker: ServiceBroker): Bus => ({
	sink: "process",
	async publish({ event, payload, ...headers }) {
		if (broker.transit) throw new Error("A mesh needs a bus that crosses it: see useBus");
		void [event, payload, headers];
	},
});

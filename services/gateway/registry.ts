import type { ServiceBroker } from "moleculer";

/** A node that is heard from, and the contexts that it offers. */
export interface NodeView {
	readonly node: string;
	readonly contexts: readonly string[];
	/** It has the service that answers how it is. */
	readonly isAsked: boolean;
}
interface NodeItem {
	readonly id: string;
	readonly available: boolean;
	readonly services: readonly { readonly name: string }[];
}
interface Endpoint {
	readonly id: string;
	readonly name: string;
	readonly action: { readonly name: string };
	state: boolean;
}
/** What Moleculer's circuit breaker keeps of an endpoint. */
export interface Circuit {
	readonly ep: Endpoint;
	count: number;
	failures: number;
	state: "close" | "half_open" | "half_open_wait" | "open";
	cbTimer: NodeJS.Timeout | null;
}
interface Inside {
	readonly CircuitBreakerStore?: Map<string, Circuit>;
	readonly registry: {
		readonly actions: {
			readonly actions: Map<string, { readonly endpoints: readonly Endpoint[] }>;
		};
	};
}
const insideOf = (broker: ServiceBroker) => broker as unknown as Inside;

export const nodesOf = ({ registry }: ServiceBroker, onlyAvailable = true) =>
	registry.getNodeList({ withServices: true, onlyAvailable }) as unknown as NodeItem[];

/** The nodes that offer any of our contexts, or one of them. */
export function offered(broker: ServiceBroker, contexts: readonly string[], only?: string) {
	return nodesOf(broker).flatMap(({ id, services }): NodeView[] => {
		const names = services.map(({ name }) => name);
		const ours = names.filter((name) => (only ? name === only : contexts.includes(name)));
		const isAsked = names.includes("node");
		return ours.length > 0 ? [{ node: id, contexts: ours, isAsked }] : [];
	});
}

export const circuitsOf = (broker: ServiceBroker): Circuit[] => [
	...(insideOf(broker).CircuitBreakerStore?.values() ?? []),
];

/** Closes circuits by hand; what goes on failing opens them again. */
export function closeCircuits(broker: ServiceBroker, action?: string): number {
	const found = circuitsOf(broker).filter(({ ep }) => !action || ep.action.name === action);
	for (const circuit of found) {
		clearTimeout(circuit.cbTimer ?? undefined);
		Object.assign(circuit, { count: 0, failures: 0, state: "close", cbTimer: null });
		circuit.ep.state = true;
	}
	return found.length;
}

/**
 * Takes the endpoints of contexts that are down out of those that calls choose from, as long as
 * there are others, and puts them back once they are up. Where all are down, all are tried.
 */
export function skip(
	broker: ServiceBroker,
	down: readonly { readonly context: string; readonly node: string }[],
): void {
	const open = insideOf(broker).CircuitBreakerStore;
	const isDown = ({ id }: Endpoint, context: string) =>
		down.some((one) => one.node === id && one.context === context);
	for (const [action, { endpoints }] of insideOf(broker).registry.actions.actions) {
		const context = action.slice(0, action.lastIndexOf("."));
		const canSkip = endpoints.some((endpoint) => !isDown(endpoint, context));
		for (const endpoint of endpoints) {
			const circuit = open?.get(endpoint.name)?.state;
			const isOpen = circuit === "open" || circuit === "half_open_wait";
			endpoint.state = !isOpen && !(canSkip && isDown(endpoint, context));
		}
	}
}

import type { Middleware } from "moleculer";

/** What is Moleculer's own, and not in its types. */
interface Circuit {
	readonly ep: { readonly action: { readonly name: string } };
	readonly cbTimer: NodeJS.Timeout | null;
}
interface Insides {
	readonly CircuitBreakerStore?: Map<string, Circuit>;
	readonly registry: {
		getActionEndpoints(name: string): { readonly endpoints: readonly unknown[] } | undefined;
	};
}

/**
 * Forgets the circuits of endpoints that the registry has let go of. Moleculer keeps the first
 * endpoint that it saw under a name: after its node had left and come back, it would open and
 * close that one, and never again the one that is called.
 */
export const circuits: Middleware = {
	name: "Circuits",
	created(broker) {
		const inside = broker as unknown as Insides;
		const forget = () => {
			const { CircuitBreakerStore: store, registry } = inside;
			for (const [name, circuit] of store ?? []) {
				const known = registry.getActionEndpoints(circuit.ep.action.name)?.endpoints;
				if (known?.includes(circuit.ep)) continue;
				if (circuit.cbTimer) clearTimeout(circuit.cbTimer);
				store?.delete(name);
			}
		};
		for (const change of ["connected", "updated", "disconnected"])
			broker.localBus.on(`$node.${change}`, forget);
	},
};

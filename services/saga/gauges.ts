import { Gauge } from "prom-client";
import { registry } from "../../config/metrics.ts";

/** What an orchestrator knows of itself at this moment. */
export interface Shown {
	readonly in_flight: number;
	readonly pending: number;
	readonly leases_held: number;
	/** The actions that it calls, and whether nobody answered the last call of each. */
	readonly gates: ReadonlyMap<string, boolean>;
}

const sources = new Set<() => Shown>();

/** Shows it on the page of metrics, until what is returned is called. */
export function show(read: () => Shown): () => void {
	sources.add(read);
	return () => sources.delete(read);
}

const now = () => [...sources].map((read) => read());

const gauge = (name: Exclude<keyof Shown, "gates">, help: string) =>
	new Gauge({
		name: `saga_orchestrator_${name}`,
		help,
		registers: [registry],
		collect() {
			this.set(now().reduce((sum, shown) => sum + shown[name], 0));
		},
	});

gauge("in_flight", "Sagas that this process drives.");
gauge("pending", "Sagas that have been started and wait for room.");
gauge("leases_held", "Shards that this process may drive.");

new Gauge({
	name: "saga_orchestrator_gate_closed",
	help: "1 while nobody answers to an action, and sagas wait in front of it.",
	labelNames: ["action"],
	registers: [registry],
	collect() {
		this.reset();
		for (const { gates } of now())
			for (const [action, isClosed] of gates) this.set({ action }, Number(isClosed));
	},
});

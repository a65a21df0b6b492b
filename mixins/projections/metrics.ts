import { Gauge } from "prom-client";
import { registry } from "../../config/metrics.ts";
import type { Progress } from "./lag.ts";

type Read = () => Promise<readonly Progress[]>;
const running = new Set<Read>();

/** Both are read when the page is, so that the lag of one that stands still goes on growing. */
const gauge = (name: string, help: string, of: (one: Progress) => number) =>
	new Gauge({
		name,
		help,
		labelNames: ["projection"],
		registers: [registry],
		async collect() {
			this.reset();
			const all = await Promise.all([...running].map((read) => read().catch(() => [])));
			for (const one of all.flat()) this.set({ projection: one.name }, of(one));
		},
	});

gauge(
	"projection_lag_events",
	"Events that a projection has not seen yet.",
	({ lag_events }) => lag_events,
);
gauge(
	"projection_lag_seconds",
	"How old what a projection answers is.",
	({ lag_seconds }) => lag_seconds,
);

/** Shows how far they are for as long as they run. Answers how to leave. */
export function showLag(read: Read): () => void {
	running.add(read);
	return () => void running.delete(read);
}

import type { Context, Middleware } from "moleculer";
import { Gauge, Histogram } from "prom-client";
import { registry } from "./metrics.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

const registers = [registry];
/** Where objectives are: a threshold that is no edge could only be guessed at. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.105, 0.2, 0.5, 1, 2.5, 5];

const duration = new Histogram({
	name: "moleculer_action_duration_seconds",
	help: "Calls of the actions of this process, by how they ended.",
	labelNames: ["service_name", "action", "outcome"],
	buckets: SECONDS,
	registers,
});

const flights = new Map<string, { count: number }>();
new Gauge({
	name: "moleculer_action_inflight",
	help: "Calls that the services of this process are answering now.",
	labelNames: ["service_name"],
	registers,
	collect() {
		for (const [service_name, { count }] of flights) this.set({ service_name }, count);
	},
});

/**
 * Counts and times every call that this process answers. Outside all that may answer instead of
 * the handler: a cached reply, a refusal of the validator and a timeout are answers, too.
 */
export const red: Middleware = {
	name: "Red",
	localAction(next, action) {
		const service_name = action.service?.name ?? "";
		if (service_name.startsWith("$")) return next; // Moleculer's own
		const observe = observer(service_name, action.name ?? "");
		const flight = flights.get(service_name) ?? { count: 0 };
		flights.set(service_name, flight);
		return async function timed(this: unknown, ctx: Context) {
			const began = performance.now();
			let outcome: Outcome = "ok";
			flight.count++;
			try {
				return await next.call(this as never, ctx);
			} catch (err) {
				outcome = outcomeOf(err);
				throw err;
			} finally {
				flight.count--;
				observe(outcome, (performance.now() - began) / 1_000);
			}
		};
	},
};

/** Its series are made when they are first needed: most actions are never refused. */
function observer(service_name: string, action: string) {
	const series = new Map<Outcome, { observe(seconds: number): void }>();
	return (outcome: Outcome, seconds: number) => {
		const known = series.get(outcome) ?? duration.labels(service_name, action, outcome);
		series.set(outcome, known);
		known.observe(seconds);
	};
}

import type { Context, Middleware } from "moleculer";
import { Gauge } from "prom-client";
import { registry } from "./metrics.ts";

const lines = new Map<string, Set<Context>>();
const crowded = new Set<string>(); // few ever are: the others would fill the page with zeros

new Gauge({
	name: "moleculer_bulkhead_queue",
	help: "Calls that wait for room: so many of one action are answered at once.",
	labelNames: ["action"],
	registers: [registry],
	collect() {
		for (const action of crowded) this.set({ action }, lineOf(action).size);
	},
});

function lineOf(action: string): Set<Context> {
	const line = lines.get(action) ?? new Set();
	lines.set(action, line);
	return line;
}

/** Stands outside Moleculer's bulkhead, `begins` inside: who has passed only the first waits. */
export const waits: Middleware = {
	name: "Waits",
	localAction(next, { name = "" }) {
		const line = lineOf(name);
		return function wait(this: unknown, ctx: Context) {
			line.add(ctx);
			const answer = next.call(this as never, ctx);
			if (!line.has(ctx)) return answer; // most have begun by now
			crowded.add(name);
			answer.catch(() => line.delete(ctx)); // who is turned away never begins
			return answer;
		};
	},
};

export const begins: Middleware = {
	name: "Begins",
	localAction(next, { name = "" }) {
		const line = lineOf(name);
		return function begin(this: unknown, ctx: Context) {
			line.delete(ctx);
			return next.call(this as never, ctx);
		};
	},
};

import { Counter, Gauge, Histogram } from "prom-client";
import { registry } from "../../config/metrics.ts";
import type { Reader, Sent, Verdict } from "../bus.ts";

const registers = [registry];
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export const published = new Counter({
	name: "outbox_published_total",
	help: "Facts that left the outbox of a context: the bus has them.",
	labelNames: ["context"],
	registers,
});

const ofReader = (name: string, help: string) =>
	new Counter({ name, help, labelNames: ["context", "producer"], registers });
const applied = ofReader("inbox_applied_total", "Facts that a context took in, each once.");
const duplicates = ofReader("inbox_duplicates_total", "Facts brought to a context that had them.");
const gaps = ofReader("inbox_gaps_total", "Facts that came before the one in front of them.");
const retries = ofReader("inbox_retries_total", "Attempts to apply a fact that failed.");
const COUNTERS = [
	["done", applied],
	["duplicate", duplicates],
	["gap", gaps],
] as const;
const endToEnd = new Histogram({
	name: "event_end_to_end_seconds",
	help: "From the commit of a fact to the commit of the reaction to it.",
	labelNames: ["context"],
	buckets: SECONDS,
	registers,
});

/** The same reader, counted: a batch at a time, so that a fact costs next to nothing. */
export function counted(reader: Reader): Reader {
	const { context, reacts = () => true } = reader;
	const count = (facts: readonly Sent[], verdicts: readonly Verdict[]) => {
		const producer = facts[0]?.fact.producer ?? "";
		for (const [verdict, counter] of COUNTERS) {
			const count = verdicts.reduce((sum, one) => sum + Number(one === verdict), 0);
			if (count > 0) counter.inc({ context, producer }, count);
		}
		const now = Date.now();
		for (const [index, { fact }] of facts.entries())
			if (verdicts[index] === "done" && reacts(fact))
				endToEnd.observe({ context }, Math.max(0, now - fact.occurred_at) / 1_000);
	};
	return {
		...reader,
		async apply(facts) {
			try {
				const verdicts = await reader.apply(facts);
				count(facts, verdicts);
				return verdicts;
			} catch (error) {
				// Of several nobody knows yet which one it was: they are tried one by one.
				const [one] = facts;
				if (one && facts.length === 1) retries.inc({ context, producer: one.fact.producer });
				throw error;
			}
		},
	};
}

const GAUGES = {
	outbox_pending: ["Facts that have committed and have not left the outbox.", "context"],
	outbox_oldest_seconds: ["Age of the oldest of those, 0 when there is none.", "context"],
	dead_letters: ["Facts that wait for an operator.", "context", "producer"],
	consumer_lag: ["Facts that a reader has not yet applied.", "context", "producer"],
} as const;

/** What a gauge shows now. */
export interface Reading {
	readonly gauge: keyof typeof GAUGES;
	readonly labels: { readonly context: string; readonly producer?: string };
	readonly value: number;
}
type Source = () => Promise<readonly Reading[]>;

const sources = new Set<Source>();

/** Asks `source` whenever the page is read; answers how to end that. */
export function gauge(source: Source): () => void {
	sources.add(source);
	return () => void sources.delete(source);
}

let page: Promise<Reading[]> | undefined;
/** Read once for all gauges of a page; a context that is closing has nothing to say. */
function readings(): Promise<Reading[]> {
	page ??= Promise.all([...sources].map((source) => source().catch(() => [])))
		.then((all) => all.flat())
		.finally(() => {
			page = undefined;
		});
	return page;
}

for (const [name, [help, ...labelNames]] of Object.entries(GAUGES))
	new Gauge({
		name,
		help,
		labelNames,
		registers,
		async collect() {
			const all = await readings();
			this.reset();
			for (const { gauge, labels, value } of all)
				if (gauge === name) this.set({ ...labels }, value);
		},
	});

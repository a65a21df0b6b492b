import { Counter, Gauge, Histogram } from "prom-client";
import { registry } from "../../config/metrics.ts";

const registers = [registry];
const labelNames = ["context"] as const;
const COMMIT_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCH = [1, 2, 4, 8, 16, 32, 64];

/** What a database of this process has done, and does at this moment. */
export interface Seen {
	readonly context: string;
	readonly statements: { read: number; write: number };
	/** Units of work that wait for their turn, or for a connection. */
	readonly queued: number;
	/** Connections to a server, by what they do. */
	readonly pool?: { active: number; idle: number; waiting: number };
}

const commits = new Histogram({
	name: "db_write_commit_seconds",
	help: "How long a commit took.",
	labelNames,
	buckets: COMMIT_S,
	registers,
});
const batches = new Histogram({
	name: "db_write_batch_units",
	help: "Units of work that were committed together.",
	labelNames,
	buckets: BATCH,
	registers,
});

export type Committed = (seconds: number, units: number) => void;

/** Is to be told of each commit of a context's database. */
export const committedIn =
	(context: string): Committed =>
	(seconds, units) => {
		commits.observe({ context }, seconds);
		batches.observe({ context }, units);
	};

/** Shows the open databases, read when the page is. */
export function showDatabases(read: () => Iterable<Seen>): void {
	new Counter({
		name: "db_statements_total",
		help: "SQL statements of each context's database.",
		labelNames: ["context", "kind"],
		registers,
		collect() {
			this.reset();
			for (const { context, statements } of read())
				for (const [kind, count] of Object.entries(statements)) this.inc({ context, kind }, count);
		},
	});
	new Gauge({
		name: "db_writer_queue",
		help: "Units of work that wait for their turn, or for a connection.",
		labelNames,
		registers,
		collect() {
			this.reset();
			for (const { context, queued } of read()) this.set({ context }, queued);
		},
	});
	new Gauge({
		name: "pg_pool_connections",
		help: "Connections of this process to PostgreSQL; waiting: who would like one.",
		labelNames: ["state"],
		registers,
		collect() {
			this.reset();
			for (const { pool } of read())
				for (const [state, count] of Object.entries(pool ?? {})) this.inc({ state }, count);
		},
	});
}

import { Counter, Histogram } from "prom-client";
import { registry } from "../../config/metrics.ts";
import type { Journal } from "./journal.ts";

const registers = [registry];
const COMMIT_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH = [1, 2, 4, 8, 16, 32, 64];

const took = new Histogram({
	name: "saga_orchestrator_commit_seconds",
	help: "How long it took to commit transitions.",
	buckets: COMMIT_S,
	registers,
});
const sizes = new Histogram({
	name: "saga_orchestrator_commit_batch_size",
	help: "Transitions that were committed together.",
	buckets: BATCH,
	registers,
});
const lost = new Counter({
	name: "saga_orchestrator_cas_lost_total",
	help: "Transitions that another process was faster with.",
	registers,
});
const fenced = new Counter({
	name: "saga_orchestrator_fenced_total",
	help: "Commits that were refused, because another owner has the shard.",
	registers,
});

export const isFenced = (error: unknown): boolean => String(error).includes("SAGA_FENCED");

/** The same journal, with what its commits cost and what became of them. */
export const measured = (journal: Journal): Journal => ({
	...journal,
	async commit(batch) {
		const end = took.startTimer();
		try {
			const taken = await journal.commit(batch);
			end();
			sizes.observe(batch.length);
			// A start that is not taken has met its like: that is no race between owners.
			lost.inc(batch.filter(({ rev, head }) => rev > 0 && !taken.has(head.saga_id)).length);
			return taken;
		} catch (error) {
			if (isFenced(error)) fenced.inc();
			throw error;
		}
	},
});

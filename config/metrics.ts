import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { env } from "./env.ts";

/** Three of prom-client's own names fail Prometheus' lint: gauges that are called totals. */
const MISNAMED = ["handles", "requests", "resources"].map((what) => `nodejs_active_${what}_total`);

/** What this process counts: each serves its own on its ops port. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });
for (const name of MISNAMED) registry.removeSingleMetric(name);

const manifest = readFileSync(join(import.meta.dirname, "../package.json"), "utf8");
const { version } = JSON.parse(manifest) as { version: string };

new Gauge({
	name: "app_build_info",
	help: "What runs here: always 1.",
	labelNames: ["version", "commit", "node"],
	registers: [registry],
}).set({ version, commit: env.commit, node: process.versions.node }, 1);

new Gauge({
	name: "nodejs_heap_limit_bytes",
	help: "What the heap may grow to before the process ends.",
	registers: [registry],
}).set(getHeapStatistics().heap_size_limit);

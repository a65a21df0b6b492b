import { Counter } from "prom-client";
import { registry } from "../config/metrics.ts";
import type { Tx } from "./database.mixin.ts";

/**
 * Counts, on this process's page of metrics, what a unit of work has done once it has committed;
 * `refused` what it has not done, of which nothing is committed.
 */
export function counter<L extends string>(name: string, help: string, ...labelNames: L[]) {
	const counted = new Counter({ name, help, labelNames, registers: [registry] });
	const count = (tx: Tx, labels: Record<L, string>, by = 1): void =>
		tx.afterCommit(() => counted.inc(labels, by));
	return Object.assign(count, { refused: (labels: Record<L, string>) => counted.inc(labels) });
}

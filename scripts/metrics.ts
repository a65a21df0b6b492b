import type { Metric } from "prom-client";
import { registry } from "../config/metrics.ts";
import { CONTEXTS } from "../config/topology.ts";
import "../moleculer.config.ts";
import { FIGURES } from "../services/metrics/figures.ts";
import { tableOf } from "./markdown.ts";

const HEAD = ["name", "type", "labels", "what it says"];
/** What prom-client brings itself is described by it. */
const STOCK = /^(nodejs|process)_(?!heap_limit)/;

interface Described {
	readonly name: string;
	readonly type: string;
	readonly labelNames: readonly string[];
	readonly help: string;
}

/** What each process shows on its ops port, as its code registers it. */
export async function countsTable(): Promise<string> {
	for (const name of CONTEXTS) await import(`../services/${name}/${name}.service.ts`);
	const all = registry.getMetricsAsArray() as unknown as (Metric & Described)[];
	return table(all.filter(({ name }) => !STOCK.test(name)));
}

/** What the context `metrics` shows. */
export const figuresTable = (): string =>
	table(Object.entries(FIGURES).map(([name, figure]) => ({ name, ...figure })));

const table = (all: readonly Described[]): string =>
	tableOf(
		HEAD,
		all
			.toSorted((a, b) => (a.name < b.name ? -1 : 1))
			.map(({ name, type, labelNames, help }) => [
				`\`${name}\``,
				type.toLowerCase(),
				labelNames.map((label) => `\`${label}\``).join(" "),
				help,
			]),
	);

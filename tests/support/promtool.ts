import { spawnSync } from "node:child_process";
import { findPromtool } from "../../scripts/prometheus.ts";

/** What Prometheus has to say against a page of metrics: nothing, if it can be scraped as it is. */
export function faultsIn(page: string): string {
	const { stdout, stderr, error } = spawnSync(findPromtool(), ["check", "metrics"], {
		input: page,
		encoding: "utf8",
	});
	if (error) throw error;
	return `${stdout}${stderr}`;
}

/** The value of a series of a page: the first that has these labels, whatever others it has. */
export function valueIn(page: string, name: string, labels: Record<string, string> = {}) {
	const line = page
		.split("\n")
		.find(
			(one) =>
				/^\w+/.exec(one)?.[0] === name &&
				Object.entries(labels).every(([label, value]) => one.includes(`${label}="${value}"`)),
		);
	return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

/** The names that a page has series or help of. */
export const namesIn = (page: string): string[] =>
	[...page.matchAll(/^# TYPE (\w+) /gm)].map(([, name = ""]) => name);

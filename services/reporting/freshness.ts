import type { Freshness } from "./reporting.contract.ts";

interface Progress {
	readonly name: string;
	readonly as_of: number;
	readonly lag_events: number;
	readonly lag_seconds: number;
}

/** An answer made of several projections is as old as the oldest of them. */
export function freshnessOf(all: readonly Progress[], names: readonly string[]): Freshness {
	const used = all.filter(({ name }) => names.includes(name));
	return {
		as_of: new Date(Math.min(...used.map(({ as_of }) => as_of))).toISOString(),
		lag_events: Math.max(...used.map(({ lag_events }) => lag_events)),
		lag_seconds: Math.max(...used.map(({ lag_seconds }) => lag_seconds)),
	};
}

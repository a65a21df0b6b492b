import { isDeepStrictEqual } from "node:util";
import { Counter, Gauge } from "prom-client";
import { registry } from "./metrics.ts";

const COMPARE_MS = 10_000; // of each context: one hit in a while is asked for again
const SETTLE_MS = 1_000; // a write that is just being told of is no drift

const labelNames = ["context"] as const;
const registers = [registry];
const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });

const hits = counter("cache_hits_total", "Replies that were served from the cache.");
const misses = counter("cache_misses_total", "Replies that had to be made.");
const cleans = counter("cache_cleans_total", "Changes that made cached replies useless.");
const drift = new Gauge({
	name: "cache_drift",
	help: "Cached replies that differed, one after the other, from what is true: must be 0.",
	labelNames,
	registers,
});

export const cacheHit = (context: string): void => hits.inc({ context });
export const cacheMiss = (context: string): void => misses.inc({ context });
export const cacheCleaned = (context: string): void => cleans.inc({ context });

const compared = new Map<string, number>();

interface Comparison {
	readonly context: string;
	readonly kept: unknown;
	/** What the action answers now. */
	ask(): Promise<unknown>;
	/** False once something has changed: then they may well differ. */
	isCurrent(): Promise<boolean>;
}

/** Now and then asks again for what was served from the cache: both must say the same. */
export function compare({ context, kept, ask, isCurrent }: Comparison): void {
	const now = Date.now();
	const last_at = compared.get(context);
	if (last_at !== undefined && now - last_at < COMPARE_MS) return;
	compared.set(context, now);
	if (last_at === undefined) return; // its first hit: there has been no time to drift
	const look = async () => {
		// Over Redis it was JSON: what is undefined is not there.
		const said = JSON.parse(JSON.stringify((await ask()) ?? null));
		const known = JSON.parse(JSON.stringify(kept ?? null));
		if (isDeepStrictEqual(said, known)) return drift.set({ context }, 0);
		await new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref());
		if (await isCurrent()) drift.inc({ context });
	};
	look().catch(() => {}); // one that cannot be made now says nothing about the other
}

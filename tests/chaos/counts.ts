import type { Product } from "../support/product.ts";

const LIMIT_MS = 2_000;

/** Adds up what processes have counted, over the lives of all of them: a counter dies with its process. */
export function counts() {
	const lives = new Map<number, Map<string, number>>();
	return {
		/** One that does not answer keeps what it said before. */
		async read({ pid, counts_url }: Pick<Product, "pid" | "counts_url">): Promise<void> {
			const answer = await fetch(counts_url, { signal: AbortSignal.timeout(LIMIT_MS) })
				.then((page) => page.text())
				.catch(() => undefined);
			if (answer !== undefined) lives.set(pid, sumsOf(answer));
		},
		sum: (metric: string) =>
			[...lives.values()].reduce((sum, life) => sum + (life.get(metric) ?? 0), 0),
	};
}

/** The sum of each metric of a page, whatever its labels. */
function sumsOf(page: string): Map<string, number> {
	const sums = new Map<string, number>();
	for (const [, name = "", value] of page.matchAll(/^([a-z_]+)(?:\{[^}]*\})? (\S+)$/gm))
		sums.set(name, (sums.get(name) ?? 0) + Number(value));
	return sums;
}

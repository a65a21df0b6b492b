import { registry } from "../../config/metrics.ts";

/** The sum of the samples of this process's page of metrics whose lines hold all these words. */
export const counted = async (name: string, ...words: string[]): Promise<number> =>
	sumIn(await registry.metrics(), name, ...words);

/** The same of a page, or of those of several processes one after the other. */
export function sumIn(pages: string, name: string, ...words: string[]): number {
	const lines = pages.split("\n");
	const mine = lines.filter(
		(line) =>
			(line.startsWith(`${name}{`) || line.startsWith(`${name} `)) &&
			words.every((word) => line.includes(word)),
	);
	return mine.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

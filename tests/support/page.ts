import { registry } from "../../config/metrics.ts";

/** The sum of the samples of this process's page of metrics whose lines hold all these words. */
export async function counted(name: string, ...words: string[]): Promise<number> {
	const lines = (await registry.metrics()).split("\n");
	const mine = lines.filter(
		(line) =>
			(line.startsWith(`${name}{`) || line.startsWith(`${name} `)) &&
			words.every((word) => line.includes(word)),
	);
	return mine.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

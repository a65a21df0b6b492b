import { afterAll, describe, expect, test } from "@jest/globals";
import { MUTANTS } from "../../support/simulate-mutants.ts";
import { type Point, pointsOf, rehearsal } from "../../support/simulate-points.ts";
import { SCRIPTS } from "../../support/simulate-scripts.ts";

const LIMIT_MS = 30_000;
const matrix: string[] = [];
afterAll(() => void process.stdout.write(`${matrix.join("\n")}\n`));

/** Uncut runs of every script, then cut ones: until one of the laws is broken. */
async function hunt({ laws, ...mutant }: (typeof MUTANTS)[number]) {
	let runs = 0;
	const worlds = new Map<(typeof SCRIPTS)[number], Point[]>();
	for (const make of SCRIPTS) {
		runs++;
		const { world, broken } = await rehearsal(make, [], { mutant });
		const found = broken.find(({ law }) => laws.includes(law));
		if (found) return { runs, text: found.text };
		worlds.set(make, pointsOf(world));
	}
	for (const [make, points] of worlds)
		for (const point of points) {
			runs++;
			const { broken } = await rehearsal(make, [point], { mutant });
			const found = broken.find(({ law }) => laws.includes(law));
			if (found) return { runs, text: found.text };
		}
	return { runs, text: undefined };
}

describe("negative controls", () => {
	const title = "$laws G2 G3 G5 notice the mutant: $title";
	test.each(MUTANTS)(
		title,
		async (mutant) => {
			const { runs, text } = await hunt(mutant);
			matrix.push(`${text ? "caught" : "SURVIVED"}  ${mutant.title}: ${text} after ${runs} runs`);
			expect(text).toBeDefined();
		},
		LIMIT_MS,
	);
	test("are at least ten", () => expect(MUTANTS.length).toBeGreaterThanOrEqual(10));
});

import { describe, expect, test } from "@jest/globals";
import { isKill, pointsOf, rehearsal, tally } from "../../support/simulate-points.ts";
import { SCRIPTS, type Script } from "../../support/simulate-scripts.ts";

/** Fewer would mean that scripts or places have been lost, not that less can go wrong. */
const POINTS_MIN = 8_000;
const PAIRS_MIN = 2_000;
const LONG_TEST_MS = 60_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

const counts = tally();
const texts = (broken: { text: string }[]) => broken.map(({ text }) => text);

async function cutEverywhere(scripts: readonly (() => Script)[]) {
	const broken: string[] = [];
	let points = 0;
	for (const make of scripts) {
		const uncut = await rehearsal(make, [], { counts });
		broken.push(...texts(uncut.broken));
		for (const point of pointsOf(uncut.world)) {
			points++;
			broken.push(...texts((await rehearsal(make, [point], { counts })).broken));
		}
	}
	return { points, broken };
}

async function cutTwice(make: () => Script) {
	const broken: string[] = [];
	let pairs = 0;
	const uncut = await rehearsal(make, []);
	for (const first of pointsOf(uncut.world).filter(isKill)) {
		const once = await rehearsal(make, [first]);
		for (const second of pointsOf(once.world).filter(isKill)) {
			if (second.nth <= first.nth) continue;
			pairs++;
			broken.push(...texts((await rehearsal(make, [first, second], { counts })).broken));
		}
	}
	return { pairs, broken };
}

/** Those with the most places, leaving out those that only ask the same thing again and again. */
async function longest(definition: string): Promise<() => Script> {
	const sized = await Promise.all(
		SCRIPTS.filter((make) => make().title.startsWith(definition))
			.filter((make) => !make().title.includes("nobody"))
			.map(async (make) => ({ make, size: (await rehearsal(make, [])).world.places.length })),
	);
	sized.sort((a, b) => b.size - a.size);
	return (sized[0] as (typeof sized)[number]).make;
}

describe("a saga whose process is killed, or whose commit is answered by an error", () => {
	test(
		"SAG-25 SAG-29 G2 G3 ends whole or undone, wherever it is cut: I1 I2 I3 I4 I5 I7 I11",
		async () => {
			const { points, broken } = await cutEverywhere(SCRIPTS);
			say(`crash points tried: ${points}, of ${SCRIPTS.length} scripts`);
			expect(broken.slice(0, 10)).toEqual([]);
			expect(points).toBeGreaterThanOrEqual(POINTS_MIN);
		},
		LONG_TEST_MS,
	);

	test(
		"SAG-25 SAG-29 G2 G3 ends whole or undone, wherever it is killed twice",
		async () => {
			let sum = 0;
			for (const definition of ["order-processing", "order-cancellation"]) {
				const { pairs, broken } = await cutTwice(await longest(definition));
				expect(broken.slice(0, 10)).toEqual([]);
				sum += pairs;
			}
			say(`pairs of crash points tried: ${sum}`);
			expect(sum).toBeGreaterThanOrEqual(PAIRS_MIN);
		},
		LONG_TEST_MS,
	);

	test("what was shown is not empty: sagas ran, turned, were killed, and were asked twice", () => {
		const { sagas, ended, compensated, kills, duplicates, unknowns } = counts.sum;
		say(`crash runs: ${JSON.stringify(counts.sum)}`);
		expect(ended / sagas).toBeGreaterThanOrEqual(0.95);
		expect(sagas / counts.sum.runs).toBeGreaterThanOrEqual(0.95);
		expect(compensated / sagas).toBeGreaterThanOrEqual(0.1);
		expect(Math.min(kills, duplicates, unknowns)).toBeGreaterThan(1_000);
	});
});

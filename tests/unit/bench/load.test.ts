import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { filled, journeyOf, type Scenario, usersAt } from "../../../bench/load/scenario.ts";
import { SCENARIOS } from "../../../bench/load/scenarios.ts";
import { tally, verdicts } from "../../../bench/load/tally.ts";

const ROOT = join(import.meta.dirname, "../../..");

test("LOAD-02 the medium load has 50 users after 2 minutes, 100 after 7, none after 9", () => {
	const { stages } = SCENARIOS.medium;
	const users = [0, 1, 2, 4.5, 7, 8, 8.999, 9].map((minutes) => usersAt(stages, minutes));
	expect(users).toEqual([0, 25, 50, 75, 100, 50, 0, undefined]);
});

test("LOAD-03 the stress has 100 users after 5 minutes, 300 after 15, none after 20", () => {
	const { stages } = SCENARIOS.stress;
	expect([5, 10, 15, 17.5, 20].map((minutes) => usersAt(stages, minutes))).toEqual([
		100,
		200,
		300,
		150,
		undefined,
	]);
});

test("LOAD-04 D18 no scenario lets more than one request in a hundred fail", () => {
	for (const { holds } of Object.values(SCENARIOS)) expect(holds.failed).toBeLessThanOrEqual(0.01);
	const most = ({ stages }: Scenario) => Math.max(...stages.map(({ users }) => users));
	expect(most(SCENARIOS.mixed)).toBeGreaterThan(100);
	expect(most(SCENARIOS.crowd)).toBe(300);
});

test("LOAD-09 journeys are chosen by their shares", () => {
	const { journeys } = SCENARIOS.mixed;
	const counts = journeys.map(() => 0);
	for (let n = 0; n < 1_000; n++) {
		const index = journeys.indexOf(journeyOf(SCENARIOS.mixed, n / 1_000) as never);
		counts[index] = (counts[index] ?? 0) + 1;
	}
	expect(counts).toEqual([700, 150, 100, 50]);
});

test("LOAD-09 places are filled, and what has no value stays", () => {
	expect(filled("/carts/{cart}/items?session_id={session}", { cart: "c1" })).toBe(
		"/carts/c1/items?session_id={session}",
	);
});

test("LOAD-02 a threshold that is missed says by how much", () => {
	const seen = tally();
	for (let n = 1; n <= 100; n++) seen.add("products", n, n === 100 ? 503 : 200, n < 100);
	const whole = seen.whole();
	expect(whole).toMatchObject({ count: 100, failed: 1, p50: 50, p95: 95, wrong: { 503: 1 } });
	expect(verdicts(whole, { p95_ms: 95, failed: 0.02 })).toEqual([
		{ text: "p95 95.0 ms, under 95 ms wanted", isHeld: false },
		{ text: "failed 1.000 %, under 2.000 % wanted", isHeld: true },
	]);
	expect(verdicts(tally().whole(), { p95_ms: 95, failed: 1 })[1]?.isHeld).toBe(false);
});

test("LOAD-01 LOAD-08 LOAD-09 each script for k6 walks a scenario of ours, and load_tests has them", () => {
	const scripts = globSync("*-test.ts", { cwd: join(ROOT, "load_tests/k6") });
	expect(scripts).toEqual(
		expect.arrayContaining(["medium-load-test.ts", "loadbalanced-stress-test.ts"]),
	);
	for (const script of scripts) {
		const source = readFileSync(join(ROOT, "bench/k6", script), "utf8");
		const [, name = ""] = /optionsOf\(SCENARIOS\.(\w+)\)/.exec(source) ?? [];
		expect(Object.keys(SCENARIOS)).toContain(name);
		expect(source).toContain(`walk(SCENARIOS.${name}, known)`);
	}
});

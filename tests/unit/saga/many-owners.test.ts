import { describe, expect, test } from "@jest/globals";
import { orderProcessing } from "../../../sagas/order-processing.saga.ts";
import { type Actor, simulate } from "../../support/simulate.ts";
import { customer } from "../../support/simulate-actors.ts";
import { violations } from "../../support/simulate-invariants.ts";
import { runsOf } from "../../support/simulate-journal.ts";
import { tally } from "../../support/simulate-points.ts";
import { anything } from "../../support/simulate-random.ts";

const RUNS = 500;
const LONG_TEST_MS = 60_000;
/** `SIM_SEED=417 npm run jest -- many-owners` plays that one run again. */
const only = process.env.SIM_SEED;
const seeds = only ? [Number(only)] : Array.from({ length: RUNS }, (_, n) => n + 1);

const orders = [{ order_id: "ord_1" }];
/** A second process takes the saga while the first still drives it. */
const thief: Actor = async ({ engine, journal }) => {
	const run = await journal.asked("request/ord_1");
	if (!run || engine.drives(run.head.saga_id)) return false;
	return engine.adopt(run);
};

describe("several orchestrators on the same rows, without leases", () => {
	test("G12 G2 do not take a saga from each other for ever", async () => {
		for (let at_ms = 3; at_ms < 40; at_ms++) {
			const actors = [
				{ actor: customer(orderProcessing, "ord_1"), at_ms: 0 },
				{ actor: thief, at_ms },
			];
			const world = await simulate({ orders, actors, processes: 2, fateOf: () => "ok" });
			const [run] = runsOf(world.kept);
			expect({ at_ms, status: run?.state.status }).toEqual({ at_ms, status: "COMPLETED" });
			expect(run?.rev).toBeLessThan(20);
			expect(violations(world, orders)).toEqual([]);
		}
	});

	test(
		"G12 SAG-28 whatever is lost, late, repeated or killed, each saga ends whole or undone",
		async () => {
			const counts = tally();
			const broken: string[] = [];
			for (const seed of seeds) {
				const { setting, orders } = anything(seed);
				const world = await simulate(setting);
				counts.add(world);
				for (const { law, why } of violations(world, orders))
					broken.push(`${law} ${why} (SIM_SEED=${seed})`);
			}
			process.stdout.write(`random runs: ${JSON.stringify(counts.sum)}\n`);
			expect(broken.slice(0, 10)).toEqual([]);
			if (only) return;
			const { sagas, ended, compensated, kills, duplicates, unknowns } = counts.sum;
			expect(sagas).toBeGreaterThan(RUNS * 3);
			expect(ended / sagas).toBeGreaterThanOrEqual(0.95);
			expect(compensated / sagas).toBeGreaterThanOrEqual(0.1);
			expect(Math.min(kills, duplicates, unknowns)).toBeGreaterThan(RUNS);
		},
		LONG_TEST_MS,
	);
});

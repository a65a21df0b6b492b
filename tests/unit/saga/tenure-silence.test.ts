import { afterEach, expect, jest, test } from "@jest/globals";
import type { Database, Tx } from "../../../mixins/database.mixin.ts";
import { tenure } from "../../../services/saga/tenure.ts";
import { until } from "../../support/until.ts";

afterEach(() => void jest.restoreAllMocks());

/** A shared database with one shard, ours, whose units take as long as `waits` says, by our clock. */
function slow(waits: (() => void)[]) {
	const tx = {
		hold: async () => {},
		query: async (sql: string) =>
			sql.includes("now") && !sql.includes("lease") ? [{ now: 0 }] : [],
		claim: async () => {},
		get: async () => ({ epoch: 0 }),
		update: async () => 1,
	} as unknown as Tx;
	const write = async (work: (tx: Tx) => unknown) => {
		const done = await work(tx);
		waits.shift()?.();
		return done;
	};
	return { isShared: true, write } as unknown as Database;
}

test("I4 I10 an orchestrator that was silent for a moment, since its database took long, drives again", async () => {
	let late_ms = 0;
	const real = performance.now.bind(performance);
	jest.spyOn(performance, "now").mockImplementation(() => real() + late_ms);
	const told: string[] = [];
	const waits = [
		() => {}, // the shard is taken
		() => {
			late_ms += 6_000; // it is renewed
		},
		() => {
			late_ms += 2_000; // what others have left is looked for
			one.fenced(); // it is time to renew again: meanwhile it has become silent
		},
	];
	const one = tenure(slow(waits), {
		gained: () => void told.push("gained"),
		lost: async () => void told.push("lost"),
		regained: () => void told.push("regained"),
		warn: (text, error) => void told.push(`${text}: ${error}`),
	});
	await one.start();
	one.fenced();
	await until(() => told.includes("lost"));
	await until(() => told.includes("regained"));
	expect(told).toEqual(["gained", "lost", "lost", "gained", "regained"]);
	await one.stop();
});

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

test("I4 I10 looking for what others have left is not taken for a renewal", async () => {
	let late_ms = 0;
	const real = performance.now.bind(performance);
	jest.spyOn(performance, "now").mockImplementation(() => real() + late_ms);
	let looked = false;
	const waits = [
		() => {}, // the shard is taken
		() => {
			late_ms += 6_000; // it is renewed
		},
		() => {
			looked = true; // what others have left is looked for
		},
	];
	const one = tenure(slow(waits), {
		gained: () => {},
		lost: async () => {},
		regained: () => {},
		warn: () => {},
	});
	await one.start();
	one.fenced();
	await until(() => looked);
	await new Promise((resolve) => setImmediate(resolve)); // it has been answered
	late_ms += 2_000; // eight seconds after the renewal was asked for
	expect(one.isSure()).toBe(false);
	await one.stop();
});

test("I10 an orchestrator that is told to stop while it begins anew does not drive again", async () => {
	const told: string[] = [];
	const losing = Promise.withResolvers<void>();
	const db = slow([]);
	const one = tenure(db, {
		gained: () => {},
		lost: () => {
			told.push("lost");
			return losing.promise;
		},
		regained: () => void told.push("regained"),
		warn: (text) => void told.push(text),
	});
	const real = performance.now.bind(performance);
	await one.start();
	jest.spyOn(performance, "now").mockImplementation(() => real() + 8_000);
	one.fenced();
	await until(() => told.length === 2); // it is silent, and begins anew
	const stopping = one.stop();
	losing.resolve();
	await stopping;
	expect(told).toEqual(["lost", "lost"]);
});

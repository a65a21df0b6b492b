import { describe, expect, test } from "@jest/globals";
import type { Engine } from "../../../services/saga/engine.ts";
import type { Journal, Run } from "../../../services/saga/journal.ts";
import { recovery } from "../../../services/saga/recovery.ts";
import { virtualClock } from "../../support/simulate-clock.ts";

const run = (saga_id: string, wake_at: number) =>
	({ head: { saga_id }, state: { wake_at } }) as unknown as Run;

/** What recovery finds, and what the engine does about it. */
function scene(rows: Run[], rooms: number) {
	const clock = virtualClock(() => 0);
	const adopted: string[] = [];
	const driven = new Set<string>();
	const nudged: string[] = [];
	const asked: number[] = [];
	const journal = {
		blocked: async () => rows,
		async due(until: number, limit: number) {
			asked.push(until);
			const due = rows.filter(({ state }) => (state.wake_at ?? 0) <= until);
			return due.sort((a, b) => (a.state.wake_at ?? 0) - (b.state.wake_at ?? 0)).slice(0, limit);
		},
	} as unknown as Journal;
	const engine = {
		drives: (saga_id: string) => driven.has(saga_id),
		adopt({ head: { saga_id } }: Run) {
			if (driven.size >= rooms) return false;
			driven.add(saga_id);
			adopted.push(saga_id);
			return true;
		},
		nudge({ head: { saga_id } }: Run) {
			if (driven.size >= rooms) return false;
			nudged.push(saga_id);
			return true;
		},
	} as unknown as Engine;
	const warned: string[] = [];
	const found = recovery({ journal, engine, clock }, (text) => void warned.push(text));
	return { ...found, adopted, nudged, driven, asked, warned, clock, journal };
}

describe("G2 recovery", () => {
	test("takes all that lives at the start, whenever it is due, then what is overdue", async () => {
		const { poll, adopted, asked, clock } = scene([run("a", 1), run("b", 9e15)], 10);
		await poll();
		expect(adopted).toEqual(["a", "b"]);
		await clock.run(() => false, 1_000);
		expect(asked).toEqual([Number.MAX_SAFE_INTEGER, clock.now()]);
	});
	test("goes on when there is room again", async () => {
		const rows = [run("a", 1), run("b", 2)];
		const { poll, adopted, driven, clock } = scene(rows, 1);
		await poll();
		driven.delete("a");
		rows.shift(); // it has ended
		await clock.run(() => false, 1_000);
		expect(adopted).toEqual(["a", "b"]);
	});
	test("G12 takes all that lives once more when it has gained some while it looked", async () => {
		const { poll, catchUp, asked, clock } = scene([], 10);
		const looking = poll();
		catchUp();
		await looking;
		await clock.run(() => false, 2_000);
		expect(asked.map((until) => until === Number.MAX_SAFE_INTEGER)).toEqual([true, true, false]);
	});
	test("has taken all that lives once nothing is new, though there is more than one page of it", async () => {
		const rows = Array.from({ length: 600 }, (_, n) => run(`saga_${n}`, 9e14 + n));
		const { poll, asked, clock } = scene(rows, 1_000);
		await poll();
		await clock.run(() => false, 2_000);
		expect(asked.map((until) => until === Number.MAX_SAFE_INTEGER)).toEqual([true, true, false]);
	});
	test("while it catches up, leaves alone what it has taken and let go until its alarm", async () => {
		const { poll, adopted, driven, clock } = scene([run("a", 9e14), run("b", 9e15)], 1);
		await poll();
		driven.clear();
		await clock.run(() => false, 1_000);
		expect(adopted).toEqual(["a", "b"]);
	});
	test("while it catches up, takes again what was lost and is overdue", async () => {
		const { poll, adopted, driven, clock } = scene([run("a", 1), run("b", 2), run("c", 3)], 2);
		await poll();
		expect(adopted).toEqual(["a", "b"]);
		driven.delete("a"); // its commit failed: it was dropped
		await clock.run(() => false, 1_000);
		expect(adopted).toEqual(["a", "b", "a"]);
	});
	test("is not stopped by a database that fails once", async () => {
		const { poll, adopted, warned, clock, journal } = scene([run("a", 1)], 10);
		const { due } = journal;
		journal.due = () => Promise.reject(new Error("down"));
		await poll();
		journal.due = due;
		await clock.run(() => false, 1_000);
		expect([warned.length, adopted]).toEqual([1, ["a"]]);
	});
	test("stopped while it looks, it does not look again", async () => {
		const { poll, stop, asked, clock } = scene([], 10);
		const looking = poll();
		stop();
		await looking;
		await clock.run(() => false, 5_000);
		expect(asked).toHaveLength(1);
	});
	test("wakes what is blocked when somebody answers again, each a little later; stopped, nobody", async () => {
		const { unblock, stop, nudged, clock } = scene([run("a", 9e15)], 10);
		await unblock();
		await clock.run(() => false, 20_000);
		expect(nudged).toEqual(["a"]);
		await unblock();
		stop();
		await clock.run(() => false, 20_000);
		expect(nudged).toEqual(["a"]);
	});
	test("G9 says that it cannot look for what is blocked, and looks again", async () => {
		const { unblock, journal, warned, nudged, clock } = scene([run("a", 9e15)], 10);
		const { blocked } = journal;
		journal.blocked = () => Promise.reject(new Error("down"));
		await unblock();
		expect(warned).toHaveLength(1);
		journal.blocked = blocked;
		await clock.run(() => false, 20_000);
		expect(nudged).toEqual(["a"]);
	});
	test("G9 what is blocked and finds no room is woken when there is some", async () => {
		const { unblock, driven, nudged, clock } = scene([run("a", 9e15)], 1);
		driven.add("b");
		await unblock();
		await clock.run(() => false, 5_000);
		driven.clear();
		await clock.run(() => false, 5_000);
		expect(nudged).toEqual(["a"]);
	});
	test("G9 looks for what is blocked once a second, however often somebody answers again", async () => {
		const { unblock, journal, clock } = scene([run("a", 9e15)], 10);
		const { blocked } = journal;
		let looks = 0;
		journal.blocked = () => {
			looks++;
			return blocked();
		};
		await Promise.all([unblock(), unblock(), unblock()]);
		expect(looks).toBe(1);
		await clock.run(() => false, 20_000);
		expect(looks).toBe(2); // the others may have been told of what came later
	});
});

import { describe, expect, test } from "@jest/globals";
import type { Recorded } from "../../../lib/fact.ts";
import { read, signed } from "../../../services/audit/anchor.ts";
import { belongsAt, firstBreak, GENESIS, hashOf } from "../../../services/audit/chain.ts";
import { chained, type EventRow } from "../../../services/audit/event.ts";
import { isDone, progressOf, rangeOf } from "../../../services/audit/replay.ts";
import { folded, UNKNOWN } from "../../../services/audit/state.ts";

const START = { position: 0, hash: GENESIS, recorded_at: 0, late_ms: 0, early_ms: 0 };
const fact = (n: number, over: Partial<Recorded> = {}): Recorded => ({
	event: "orders.created",
	version: 1,
	key: `order:${n}`,
	payload: { n },
	message_id: `msg_${n}`,
	producer: "orders",
	key_seq: 1,
	occurred_at: 1_000 + n,
	headers: { actor: "user_1", actor_role: "customer", correlation_id: "req" },
	...over,
});
const { rows, head } = chained(
	START,
	[1, 2, 3, 4].map((n) => fact(n)),
	1_010,
);
const broken = (change: (rows: EventRow[]) => EventRow[]) => firstBreak(change([...rows]), START);
const edited = (at: number, change: Partial<EventRow>) => (all: EventRow[]) =>
	all.map((row, index) => (index === at ? { ...row, ...change } : row));

describe("AUD-04 the chain", () => {
	test("follows from the head, whose clock never goes back", () => {
		expect(head).toEqual({
			position: 4,
			hash: rows[3]?.hash,
			recorded_at: 1_010,
			late_ms: 9,
			early_ms: 0,
		});
		const next = chained(head, [fact(5, { occurred_at: 2_000 })], 900);
		expect(next.rows[0]).toMatchObject({ position: 5, prev_hash: head.hash, recorded_at: 1_010 });
		expect(next.head).toMatchObject({ late_ms: 9, early_ms: 990 });
		expect(firstBreak(rows, START)).toBeUndefined();
	});
	test.each(Object.keys(rows[0] ?? {}).filter((column) => column !== "position"))(
		"seals %s: another value of it breaks the chain there",
		(column) => {
			const value = typeof rows[1]?.[column as keyof EventRow] === "number" ? 77 : "other";
			expect(broken(edited(1, { [column]: value }))).toMatchObject({ position: 2, isWhole: false });
		},
	);
	test("breaks where a row is missing, and where a whole row follows another", () => {
		expect(broken((all) => all.toSpliced(2, 1))).toEqual({ position: 3, isWhole: true });
		const forged = { ...(rows[1] as EventRow), data: "{}" };
		const sealed = { ...forged, hash: hashOf(forged) };
		expect(broken(edited(1, sealed))).toMatchObject({ position: 3, isWhole: true });
	});
	test("knows where a row that was moved belongs", () => {
		const row = { ...(rows[2] as EventRow), position: 2 };
		expect([1, 2, 3, 4].filter((position) => belongsAt(row, position))).toEqual([3]);
	});
});

test("AUD-04 an anchor is read back only if one of our keys has signed exactly it", () => {
	const anchor = { position: 4, hash: head.hash, at: "2026-03-01T12:00:00.000Z" };
	const line = signed(anchor, "key");
	expect(read(line, ["other", "key"])).toEqual(anchor);
	expect(read(line, ["other"])).toBeUndefined();
	expect(read(line.replace('"position":4', '"position":5'), ["key"])).toBeUndefined();
	expect(read("torn", ["key"])).toBeUndefined();
});

test("AUD-05 a state is a fold of events: the latest word on each field, however they are cut", () => {
	const told = chained(
		START,
		[
			fact(1, { payload: { a: 1, b: 1 } }),
			fact(2, { payload: { b: 2 } }),
			fact(3, { payload: { c: 3 } }),
		],
		0,
	).rows;
	const whole = folded(UNKNOWN, told);
	expect(whole).toEqual({
		version: 3,
		last_event: "orders.created",
		last_position: 3,
		state: { a: 1, b: 2, c: 3 },
	});
	expect(folded(folded(UNKNOWN, told.slice(0, 1)), told.slice(1))).toEqual(whole);
});

describe("AUD-03 a replay", () => {
	const job = {
		id: "rpy_1",
		target: "rm",
		from_seq: 11,
		to_seq: 20,
		status: "RUNNING" as const,
		requested_by: "a",
		requested_at: "",
	};
	test("counts in its range", () => {
		expect(rangeOf({}, 20)).toEqual({ from_seq: 1, to_seq: 20 });
		expect(rangeOf({}, 0)).toEqual({ from_seq: 1, to_seq: 0 });
		expect(() => rangeOf({ from_seq: 9, to_seq: 3 }, 20)).toThrow("9");
		expect(
			[10, 15, 20, 30].map((position) => progressOf(job, { position, state: "LIVE" })),
		).toEqual([0, 0.5, 1, 1]);
	});
	test("has ended once what answers has passed its end, not what is being made", () => {
		const at = (position: number, state: "LIVE" | "REBUILDING") => isDone(job, { position, state });
		expect([at(19, "LIVE"), at(20, "LIVE"), at(20, "REBUILDING")]).toEqual([false, true, false]);
	});
});

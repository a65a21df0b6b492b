import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { limiter } from "../../../services/gateway/limits.ts";

const minute = (limit: number, key = "a") => ({ key, name: "minute", limit, seconds: 60 });
const hour = (limit: number, key = "b") => ({ key, name: "hour", limit, seconds: 3_600 });

test("GTW-04 a whole limit may come at once, then one for each gap", () => {
	const limits = limiter(10);
	const at = (ms: number) => limits.take([minute(100)], ms);
	const passed = Array.from({ length: 150 }, () => at(0)).filter(({ allowed }) => allowed);
	expect(passed.map(({ windows }) => windows[0]!.remaining)).toEqual(
		Array.from({ length: 100 }, (_, nth) => 99 - nth),
	);
	expect(at(0)).toMatchObject({ allowed: false, wait_s: 1 });
	expect(at(599).allowed).toBe(false);
	expect(at(600).allowed).toBe(true);
	expect(at(600).allowed).toBe(false);
	expect(
		Array.from({ length: 150 }, () => at(60_600)).filter(({ allowed }) => allowed),
	).toHaveLength(100);
});

test("a request passes all its windows or is charged to none", () => {
	const limits = limiter(10);
	const both = (ms: number) => limits.take([minute(3), hour(5)], ms);
	for (let nth = 0; nth < 3; nth++) expect(both(0).allowed).toBe(true);
	for (let nth = 0; nth < 9; nth++) expect(both(0).allowed).toBe(false);
	expect(both(20_000).allowed).toBe(true);
	expect(both(40_000).windows.map(({ remaining }) => remaining)).toEqual([0, 0]);
	expect(both(60_000)).toMatchObject({ allowed: false, wait_s: 660 });
});

test("a clock that steps back gives nothing away, and is no trap", () => {
	const limits = limiter(10);
	for (let nth = 0; nth < 3; nth++) limits.take([minute(3)], 100_000);
	expect(limits.take([minute(3)], 90_000)).toMatchObject({ allowed: false, wait_s: 30 });
	expect(limits.take([minute(3)], 120_000).allowed).toBe(true);
});

test("in no window of a minute do more than twice the limit pass, nor fewer than may", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 30 }),
			fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 }),
			(limit, gaps) => {
				const limits = limiter(2);
				let now = 0;
				let passed = 0;
				for (const gap of gaps) {
					now += gap;
					if (limits.take([minute(limit)], now).allowed) passed++;
				}
				const allowed = limit + Math.floor((now * limit) / 60_000);
				expect(passed).toBeLessThanOrEqual(allowed);
				expect(passed).toBeGreaterThanOrEqual(Math.min(gaps.length, limit));
			},
		),
	);
});

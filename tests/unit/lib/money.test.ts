import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
	allocate,
	amountPrecision,
	CENTS_MAX,
	centsOf,
	round5,
	shareOf,
} from "../../../lib/money.ts";

const sum = (parts: number[]) => parts.reduce((so_far, one) => so_far + one, 0);
const anyCents = fc.integer({ min: -CENTS_MAX, max: CENTS_MAX });
const weights = fc
	.array(fc.integer({ min: 0, max: CENTS_MAX }), { minLength: 1, maxLength: 30 })
	.filter((all) => sum(all) > 0);

describe("allocate", () => {
	test.each([
		["GST 50 of three", 50, [333, 333, 334], [17, 16, 17]],
		["QST 100 of three", 100, [333, 333, 334], [33, 33, 34]],
		["GST 3 of ten", 3, Array(10).fill(5), [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
		["QST 5 of ten", 5, Array(10).fill(5), [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]],
		["a refund of GST 50", -50, [333, 333, 334], [-17, -16, -17]],
		["nothing", 0, [5, 5], [0, 0]],
		["nothing among what is free", 0, [0, 0], [0, 0]],
		["all to what weighs", 7, [0, 3, 0], [0, 7, 0]],
		["nobody", 0, [], []],
	])("D24 %s: %i by %j is %j", (_, total, by, shares) => {
		expect(allocate(total, by)).toEqual(shares);
	});

	test("U-12 the shares sum to the total, each within a cent of its exact part", () => {
		fc.assert(
			fc.property(anyCents, weights, (total, by) => {
				const shares = allocate(total, by);
				expect(sum(shares)).toBe(total);
				const whole = BigInt(sum(by));
				for (const [line, share] of shares.entries()) {
					const apart = BigInt(share) * whole - BigInt(total) * BigInt(by[line]!);
					expect(apart < whole && -apart < whole).toBe(true);
				}
			}),
		);
	});

	test("U-12 exhaustive: every total to 60 cents, every three weights to 12", () => {
		const to = (max: number) => Array.from({ length: max + 1 }, (_, one) => one);
		const triples = to(12).flatMap((a) => to(12).flatMap((b) => to(12).map((c) => [a, b, c])));
		const cases = triples.flatMap((by) => to(sum(by) > 0 ? 60 : 0).map((total) => ({ by, total })));
		expect(cases.filter(({ by, total }) => sum(allocate(total, by)) !== total)).toEqual([]);
	});

	test("U-12 among equal weights the first lines get the odd cents", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: CENTS_MAX }),
				fc.integer({ min: 1, max: 200 }),
				(total, lines) => {
					const shares = allocate(total, Array(lines).fill(7));
					expect(shares).toEqual(shares.toSorted((a, b) => b - a));
					expect(shares[0]! - shares.at(-1)!).toBeLessThanOrEqual(1);
				},
			),
		);
	});

	test("D23 the largest amount times the largest weight keeps every cent", () => {
		expect(allocate(CENTS_MAX, [CENTS_MAX, CENTS_MAX, 1])).toEqual([
			5_000_000_000, 5_000_000_000, 0,
		]);
		expect(allocate(9_999_999_999, [9_999_999_999, 9_999_999_998])).toEqual([
			5_000_000_000, 4_999_999_999,
		]);
	});

	test("what cannot be shared is refused loudly", () => {
		expect(() => allocate(1, [0, 0])).toThrow(RangeError);
		expect(() => allocate(1, [-1, 2])).toThrow(RangeError);
		expect(() => allocate(1, [0.5])).toThrow(RangeError);
		expect(() => allocate(0.5, [1])).toThrow(RangeError);
	});
});

describe("shareOf", () => {
	test("D24 QST 998 of three units, returned one by one, is 332, 333, 333", () => {
		expect([0, 1, 2].map((before) => shareOf(998, before, 1, 3))).toEqual([332, 333, 333]);
	});

	test("U-10 however a line is returned, the parts sum to the whole: sale + refund = 0", () => {
		const parts = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 20 });
		fc.assert(
			fc.property(anyCents, parts, (amount, returns) => {
				const quantity = sum(returns);
				let before = 0;
				let back = 0;
				for (const units of returns) {
					back += shareOf(-amount, before, units, quantity);
					before += units;
				}
				expect(amount + back).toBe(0);
			}),
		);
	});
});

describe("round5", () => {
	test.each([
		[1, 0],
		[2, 0],
		[3, 5],
		[4, 5],
		[5, 5],
		[6, 5],
		[7, 5],
		[8, 10],
		[9, 10],
		[598, 600],
		[597, 595],
		[-598, -600],
	])("U-09 U-10 %i is paid %i in cash", (cents, cash) => {
		expect(round5(cents)).toBe(cash);
	});

	test("U-09 U-10 exhaustive to 1 000 $: a multiple of 5, at most 2 cents away, back as it came", () => {
		let wrong = 0;
		for (let cents = 0; cents <= 100_000; cents++) {
			const cash = round5(cents);
			if (cash % 5 || Math.abs(cash - cents) > 2 || round5(-cents) !== 0 - cash) wrong++;
		}
		expect(wrong).toBe(0);
	});

	test("U-09 other tenders first: of 11498, 10000 by card leaves 1500 in cash", () => {
		expect(round5(11_498 - 10_000)).toBe(1_500);
	});
});

describe("centsOf", () => {
	test.each([
		["159.99", 15_999],
		[159.99, 15_999],
		[0.1, 10],
		["0.10", 10],
		[1.1, 110],
		[4.35, 435],
		[19.9, 1_990],
		[0, 0],
		["100000000.00", CENTS_MAX],
	])("D23 %j $ is %i cents", (amount, cents) => {
		expect(centsOf(amount)).toBe(cents);
	});

	test("D23 every cent to 1 000 $ is read, as a number and as a text", () => {
		let wrong = 0;
		for (let cents = 0; cents <= 100_000; cents++) {
			const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
			if (centsOf(text) !== cents || centsOf(Number(text)) !== cents) wrong++;
		}
		expect(wrong).toBe(0);
	});

	test.each(["159.999", 159.999, 0.1 + 0.2, 1e-7, "1.000"])("AMOUNT_PRECISION: %j", (amount) => {
		let err: unknown;
		try {
			centsOf(amount, "payment_info.amount");
		} catch (thrown) {
			err = thrown;
		}
		expect(amountPrecision.is(err)).toBe(true);
		expect(err).toMatchObject({ code: 422, data: { field: "payment_info.amount" } });
	});

	test.each(["", "abc", "-5.00", -5, "1e3", 1e21, Number.NaN, "12,50", "100000000.01"])(
		"%j is no amount",
		(amount) => {
			expect(() => centsOf(amount, "amount")).toThrow(
				expect.objectContaining({ type: "VALIDATION_ERROR", code: 422 }),
			);
		},
	);
});

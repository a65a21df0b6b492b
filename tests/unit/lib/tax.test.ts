import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { TAX_RATES } from "../../../config/tax.ts";
import { allocate, CENTS_MAX, round5, shareOf } from "../../../lib/money.ts";
import { rateOn, type Taxable, taxLines, taxOn, totals } from "../../../lib/tax.ts";
import { TaxClass } from "../../../services/catalog/catalog.contract.ts";

const DAY = "2026-03-02";
const standard = (net_cents: number): Taxable => ({ net_cents, tax_class: "STANDARD" });
const ten = Array.from({ length: 10 }, () => standard(5));
const sum = (parts: number[]) => parts.reduce((so_far, one) => so_far + one, 0);

/** A document as the contexts make it: its lines taxed, and its totals. */
function document(lines: Taxable[], date = DAY) {
	const taxes = taxLines(lines, date, TAX_RATES);
	return totals(lines.map((line, at) => ({ ...line, ...taxes.lines[at]! })));
}

describe("golden vectors", () => {
	test.each([
		["1", [standard(1)], 0, 0, 1, 0],
		["10", [standard(10)], 1, 1, 12, 10],
		["50", [standard(50)], 3, 5, 58, 60],
		["99", [standard(99)], 5, 10, 114, 115],
		["1000", [standard(1_000)], 50, 100, 1_150, 1_150],
		["2500", [standard(2_500)], 125, 249, 2_874, 2_875],
		["9999", [standard(9_999)], 500, 997, 11_496, 11_495],
		["10000", [standard(10_000)], 500, 998, 11_498, 11_500],
		["17900", [standard(17_900)], 895, 1_786, 20_581, 20_580],
		["10 lines × 5", ten, 3, 5, 58, 60],
		["4000", [standard(4_000)], 200, 399, 4_599, 4_600],
		["13915", [standard(13_915)], 696, 1_388, 15_999, 16_000],
		["9523 BOOK_ISBN", [{ net_cents: 9_523, tax_class: "BOOK_ISBN" }], 476, 0, 9_999, 10_000],
		["15000, as order 456", [standard(5_000), standard(10_000)], 750, 1_496, 17_246, 17_245],
	])("CRT-05 U-09 U-11 base %s", (_, lines, gst_cents, qst_cents, total_cents, cash) => {
		const found = document(lines);
		expect(found).toMatchObject({ gst_cents, qst_cents, total_cents });
		expect(round5(found.total_cents)).toBe(cash);
	});

	test("CRT-05 a manufacturer's coupon is like cash: taxes first, then 1874 left, 1875 in coins", () => {
		const { total_cents } = document([standard(2_500)]);
		expect([total_cents, total_cents - 1_000, round5(total_cents - 1_000)]).toEqual([
			2_874, 1_874, 1_875,
		]);
	});

	test("CRT-05 a line by itself of ten × 5 would bear no tax: taxes are of the document", () => {
		expect(document([standard(5)])).toMatchObject({ gst_cents: 0, qst_cents: 0 });
		expect(taxLines(ten, DAY, TAX_RATES).lines.map(({ qst_cents }) => qst_cents)).toEqual([
			1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
		]);
	});
});

describe("taxes", () => {
	test("U-11 two steps, never one at 14.975 %: they differ by a cent in a quarter of cases", () => {
		let differ = 0;
		for (let base = 1; base <= 100_000; base++)
			if (taxOn(base, 50_000) + taxOn(base, 99_750) !== taxOn(base, 149_750)) differ++;
		expect(differ / 100_000).toBeCloseTo(0.25, 2);
	});

	test("U-11 half a cent goes up, and what is given back is the opposite of what was taken", () => {
		expect([taxOn(10, 50_000), taxOn(9, 50_000), taxOn(-10, 50_000)]).toEqual([1, 0, -1]);
		fc.assert(
			fc.property(fc.integer({ min: 0, max: CENTS_MAX }), (base) => {
				expect(taxOn(base, 99_750) + taxOn(-base, 99_750)).toBe(0);
			}),
		);
	});

	test("D23 the largest amount is taxed exactly", () => {
		expect(taxOn(CENTS_MAX, 99_750)).toBe(997_500_000);
		expect(taxOn(CENTS_MAX * 200, 99_750)).toBe(199_500_000_000);
	});

	test("U-11 each tax is on the lines that it applies to, and on no others", () => {
		const lines = [
			standard(1_000),
			{ net_cents: 9_523, tax_class: "BOOK_ISBN" },
			{ net_cents: 699, tax_class: "BASIC_GROCERY" },
			{ net_cents: 2_500, tax_class: "GIFT_CARD" },
		];
		const { lines: taxed, ...whole } = taxLines(lines, DAY, TAX_RATES);
		expect(whole).toEqual({ gst_cents: 526, qst_cents: 100 });
		expect(taxed.map(({ qst_cents }) => qst_cents)).toEqual([100, 0, 0, 0]);
		expect(taxed.slice(2)).toEqual(Array(2).fill({ gst_cents: 0, qst_cents: 0 }));
	});

	test("U-11 snacks: QST until 2026-07-14, none from 2026-07-15, GST on both days", () => {
		const snack = [{ net_cents: 1_000, tax_class: "SNACK_QST_ZERO" }];
		expect(document(snack, "2026-07-14")).toMatchObject({ gst_cents: 50, qst_cents: 100 });
		expect(document(snack, "2026-07-15")).toMatchObject({ gst_cents: 50, qst_cents: 0 });
	});

	test("U-11 every class of the catalogue has one rate of each tax on every day", () => {
		const days = ["2013-01-01", "2026-07-14", "2026-07-15", "2099-12-31"];
		for (const tax_class of TaxClass.enum)
			for (const tax of ["GST", "QST"] as const)
				for (const date of days) {
					const held = TAX_RATES.filter(
						(one) =>
							one.tax === tax &&
							one.tax_class === tax_class &&
							one.valid_from <= date &&
							date <= (one.valid_to ?? date),
					);
					expect([tax_class, tax, date, held.length]).toEqual([tax_class, tax, date, 1]);
				}
	});

	test("a class or a day without a rate is a fault, never a free sale", () => {
		expect(() => rateOn({ tax: "GST", tax_class: "MISC", date: DAY }, TAX_RATES)).toThrow();
		expect(() => document([standard(100)], "2012-12-31")).toThrow(RangeError);
		expect(() => document([standard(100), standard(-100)])).toThrow(RangeError);
	});
});

describe("properties of a document", () => {
	const line = fc.record({
		net_cents: fc.integer({ min: 0, max: CENTS_MAX }),
		tax_class: fc.constantFrom(...TaxClass.enum),
	});
	const lines = fc.array(line, { maxLength: 40 });

	test("U-12 lines sum to the document, in whole cents, whatever is sold", () => {
		fc.assert(
			fc.property(lines, fc.constantFrom("2026-07-14", "2026-07-15"), (sold, date) => {
				const { lines: taxed, ...whole } = taxLines(sold, date, TAX_RATES);
				expect(sum(taxed.map(({ gst_cents }) => gst_cents))).toBe(whole.gst_cents);
				expect(sum(taxed.map(({ qst_cents }) => qst_cents))).toBe(whole.qst_cents);
				const all = Object.values(document(sold, date));
				expect(all.every(Number.isSafeInteger)).toBe(true);
			}),
		);
	});

	test("U-10 a sale and its full refund are nothing, in every amount and in cash", () => {
		fc.assert(
			fc.property(lines, (sold) => {
				const back = sold.map((one) => ({ ...one, net_cents: 0 - one.net_cents }));
				const [sale, refund] = [document(sold), document(back)];
				for (const field of Object.keys(sale) as (keyof typeof sale)[])
					expect(sale[field] + refund[field]).toBe(0);
				expect(round5(sale.total_cents) + round5(refund.total_cents)).toBe(0);
			}),
		);
	});

	test("D24 a line given back unit by unit gives back the taxes actually charged", () => {
		fc.assert(
			fc.property(lines, fc.integer({ min: 1, max: 50 }), (sold, quantity) => {
				for (const { gst_cents, qst_cents } of taxLines(sold, DAY, TAX_RATES).lines)
					for (const tax of [gst_cents, qst_cents]) {
						const parts = Array.from({ length: quantity }, (_, before) =>
							shareOf(tax, before, 1, quantity),
						);
						expect(sum(parts)).toBe(tax);
					}
			}),
			{ numRuns: 30 },
		);
	});

	test("CRT-05 a discount on the whole cart lowers the base, line by line", () => {
		const gross = [333, 333, 334];
		const net = allocate(100, gross).map((discount, at) => ({
			net_cents: gross[at]! - discount,
			discount_cents: discount,
			tax_class: "STANDARD",
		}));
		const taxes = taxLines(net, DAY, TAX_RATES);
		expect(totals(net.map((one, at) => ({ ...one, ...taxes.lines[at]! })))).toEqual({
			subtotal_cents: 1_000,
			discount_cents: 100,
			gst_cents: 45,
			qst_cents: 90,
			total_cents: 1_035,
		});
	});
});

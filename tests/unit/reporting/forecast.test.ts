import { expect, test } from "@jest/globals";
import { forecast } from "../../../services/reporting/forecast.ts";
import { periodOf } from "../../../services/reporting/period.ts";
import {
	dayAfter,
	dayOf,
	entriesOf,
	type SaleStory,
	weekOf,
} from "../../../services/reporting/sale.ts";

const TODAY = "2026-03-11"; // a Wednesday
const sold = (weeks: number, units: number) => ({
	business_date: dayAfter("2026-03-12", -7 * weeks),
	units,
	net_cents: units * 100,
});

test("REP-09 the forecast of a day is the mean of the same weekday over eight weeks, with the range seen", () => {
	const past = [8, 7, 6, 5, 4, 3, 2, 1].map((weeks) => sold(weeks, weeks));
	const [thursday] = forecast([...past, sold(9, 1_000)], "2025-01-01", TODAY, 2);
	expect(thursday).toEqual({
		...{ business_date: "2026-03-12", weeks: 8 },
		...{ mean_units: 4.5, low_units: 1, high_units: 8 },
		...{ mean_cents: 450, low_cents: 100, high_cents: 800 },
	});
});

test("REP-09 a weekday without a sale counts as none, but not before the first sale on record", () => {
	const [thursday] = forecast([sold(1, 3)], dayAfter("2026-03-12", -14), TODAY, 1);
	expect(thursday).toMatchObject({ weeks: 2, mean_units: 1.5, low_units: 0, high_units: 3 });
	const [nothing] = forecast([], undefined, TODAY, 1);
	expect(nothing).toMatchObject({ weeks: 0, mean_units: 0, low_units: 0, high_units: 0 });
});

const line = { location_id: "1", product_id: "7", quantity: 3 };
const story: SaleStory = {
	lines: [
		{ ...line, net_cents: 1_001, gst_cents: 50, qst_cents: 100 },
		{ ...line, product_id: "8", net_cents: 333, gst_cents: 17, qst_cents: 33 },
	],
	created: TODAY,
	confirmed: TODAY,
};
const sum = (entries: readonly object[], name: string) =>
	entries.reduce((so_far, one) => so_far + ((one as Record<string, number>)[name] ?? 0), 0);

test("REP-10 refunds in parts give back to the cent what was paid, and no part more than its own", () => {
	for (const parts of [[1_534], [1, 1_533], [500, 500, 534], [7, 7, 7]]) {
		const refunds = parts.map((cents) => ({ day: TODAY, cents }));
		const entries = entriesOf({ ...story, refunds });
		const back = ["refund_cents", "gst_refund_cents", "qst_refund_cents"].map((name) =>
			sum(entries, name),
		);
		const total = parts.reduce((a, b) => a + b, 0);
		expect(back.reduce((a, b) => a + b, 0)).toBe(total);
		if (total === 1_534) expect(back).toEqual([1_334, 67, 133]);
	}
});

test("REP-10 what was never confirmed is in no book, whatever came back of it", () => {
	const { confirmed: _, ...unpaid } = story;
	const entries = entriesOf({
		...unpaid,
		cancelled: TODAY,
		refunds: [{ day: TODAY, cents: 1_534 }],
	});
	expect(entries).toEqual([{ day: TODAY, location_id: "1", created: 1 }]);
});

test("U-19 a day and its week are those of the wall in Québec", () => {
	expect(dayOf(Date.parse("2026-11-01T03:59:00Z"))).toBe("2026-10-31");
	expect(dayOf(Date.parse("2026-11-02T04:59:00Z"))).toBe("2026-11-01");
	expect(weekOf("2026-11-01")).toBe("2026-10-26");
});

test("a period goes forward, and is a month unless it is said", () => {
	expect(periodOf({}, TODAY)).toEqual({ from: "2026-02-10", to: TODAY });
	expect(() => periodOf({ from: "2026-03-12", to: TODAY }, TODAY)).toThrow(/forward/);
	expect(() => periodOf({ from: "1999-01-01", to: TODAY }, TODAY)).toThrow(/at most/);
});

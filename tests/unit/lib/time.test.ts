import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { businessDate, TIMEZONE } from "../../../lib/time.ts";

describe("businessDate", () => {
	test.each([
		["winter, a minute before midnight", "2026-01-15T04:59:59.999Z", "2026-01-14"],
		["winter, midnight", "2026-01-15T05:00:00.000Z", "2026-01-15"],
		["summer, a minute before midnight", "2026-07-15T03:59:59.999Z", "2026-07-14"],
		["summer, midnight", "2026-07-15T04:00:00.000Z", "2026-07-15"],
		["spring: the day of 23 hours begins", "2026-03-08T05:00:00.000Z", "2026-03-08"],
		["spring: before the hour that is not", "2026-03-08T06:59:59.999Z", "2026-03-08"],
		["spring: after the hour that is not", "2026-03-08T07:00:00.000Z", "2026-03-08"],
		["spring: its last instant", "2026-03-09T03:59:59.999Z", "2026-03-08"],
		["spring: the next day", "2026-03-09T04:00:00.000Z", "2026-03-09"],
		["autumn: the day of 25 hours begins", "2026-11-01T04:00:00.000Z", "2026-11-01"],
		["autumn: 1:30 the first time", "2026-11-01T05:30:00.000Z", "2026-11-01"],
		["autumn: 1:30 the second time", "2026-11-01T06:30:00.000Z", "2026-11-01"],
		["autumn: its last instant", "2026-11-02T04:59:59.999Z", "2026-11-01"],
		["autumn: the next day", "2026-11-02T05:00:00.000Z", "2026-11-02"],
		["new year", "2027-01-01T04:59:59.999Z", "2026-12-31"],
	])("U-19 %s", (_, instant, date) => {
		expect(businessDate(instant)).toBe(date);
		expect(businessDate(new Date(instant), TIMEZONE, "00:00")).toBe(date);
		expect(businessDate(Date.parse(instant), TIMEZONE)).toBe(date);
	});

	test.each([
		["before it, the day before", "2026-11-01T08:59:59.999Z", "2026-10-31"],
		["at it, the day itself", "2026-11-01T09:00:00.000Z", "2026-11-01"],
		["spring, before it", "2026-03-08T07:59:59.999Z", "2026-03-07"],
		["spring, at it", "2026-03-08T08:00:00.000Z", "2026-03-08"],
		["the first of March, of a year without the 29th", "2026-03-01T08:00:00.000Z", "2026-02-28"],
	])("U-19 a cutoff at 04:00: %s", (_, instant, date) => {
		expect(businessDate(instant, TIMEZONE, "04:00")).toBe(date);
	});

	test("U-19 time never goes back: of two instants the later has the later date", () => {
		const instant = fc.integer({ min: Date.UTC(2013, 0), max: Date.UTC(2040, 0) });
		fc.assert(
			fc.property(instant, fc.integer({ min: 0, max: 90_000_000 }), (at, after) => {
				expect(businessDate(at) <= businessDate(at + after)).toBe(true);
			}),
		);
	});

	test("U-19 a year has each of its days once, 23 and 25 hours long too", () => {
		const hours = new Map<string, number>();
		for (let at = Date.UTC(2026, 0, 1, 5); at < Date.UTC(2027, 0, 1, 5); at += 3_600_000)
			hours.set(businessDate(at), (hours.get(businessDate(at)) ?? 0) + 1);
		expect(hours.size).toBe(365);
		expect([...hours].filter(([, count]) => count !== 24)).toEqual([
			["2026-03-08", 23],
			["2026-11-01", 25],
		]);
	});
});

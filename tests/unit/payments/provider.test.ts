import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { faced, faceOf } from "../../../services/payments/card.ts";
import {
	type Charge,
	isDeclined,
	leftOf,
	NO_FAILURE,
	type Operation,
} from "../../../services/payments/provider.ts";

const at = Date.parse("2026-03-01T14:05:00.000Z");
const declines = (
	config: object,
	amount_cents = 9_999,
	draw = 0,
	operation: Operation = "capture",
) => isDeclined({ ...NO_FAILURE, ...config }, { operation, amount_cents, at, draw });

describe("the simulated provider", () => {
	test("PAY-03 with no configuration declines nothing", () => {
		fc.assert(fc.property(fc.nat(), fc.nat(99), (cents, draw) => !declines({}, cents, draw)));
	});
	test("PAY-03 declines at the rate given: of 100 draws, as many as its per cent", () => {
		const draws = Array.from({ length: 100 }, (_, draw) => draw);
		const share = fc.property(fc.integer({ min: 0, max: 100 }), (failure_rate) => {
			const declined = draws.filter((draw) => declines({ failure_rate }, 1, draw));
			return declined.length === failure_rate;
		});
		fc.assert(share);
	});
	test("PAY-04 with amounts given only those fail, at the rate given", () => {
		const config = { failure_rate: 50, failure_amounts_cents: [9_999] };
		expect(declines(config, 9_999, 49)).toBe(true);
		expect(declines(config, 9_999, 50)).toBe(false);
		expect(declines(config, 15_999, 0)).toBe(false);
	});
	test("PAY-03 forgets at the instant when its configuration expires", () => {
		const until = (ms: number) => new Date(at + ms).toISOString();
		expect(declines({ failure_rate: 100, expires_at: until(1) })).toBe(true);
		expect(declines({ failure_rate: 100, expires_at: until(0) })).toBe(false);
	});
	test("CLM-09 fails captures alone, unless its configuration names what fails", () => {
		const fails = (config: object) =>
			(["capture", "refund", "reversal"] as const).filter((operation) =>
				declines({ failure_rate: 100, ...config }, 1, 0, operation),
			);
		expect(fails({})).toEqual(["capture"]);
		expect(fails({ operations: ["refund", "reversal"] })).toEqual(["refund", "reversal"]);
	});
	test("of what was not captured there is nothing to give back", () => {
		const charge = { amount_cents: 100, refunded_cents: 30, status: "captured" } as Charge;
		expect(leftOf(charge)).toBe(70);
		expect(leftOf({ ...charge, status: "declined" })).toBe(0);
		expect(leftOf({ ...charge, status: "cancelled" })).toBe(0);
	});
});

describe("a card", () => {
	test.each([
		["4111111111111111", "visa", "1111"],
		["5555 5555 5555 4444", "mastercard", "4444"],
		["2223003122003222", "mastercard", "3222"],
		["378282246310005", "amex", "0005"],
		["6011111111111117", "discover", "1117"],
		["9999999999999995", "card", "9995"],
	])("PAY-07 %s is kept as %s, %s", (number, card_brand, card_last4) => {
		expect(faceOf(number)).toEqual({ card_brand, card_last4 });
	});
	test.each(["", "4111", "41111111111111111111", "4111-1111-1111-1111"])("%p is none", (number) => {
		expect(() => faceOf(number)).toThrow("malformed");
	});
	test("PAY-07 its number is not in the request that goes on", () => {
		const request: { card?: string; order_id: string } = { order_id: "ord_1" };
		const on = faced({ ...request, card: "4111111111111111" });
		expect(on).toEqual({ ...request, face: { card_brand: "visa", card_last4: "1111" } });
		expect(faced(request)).toEqual(request);
	});
});

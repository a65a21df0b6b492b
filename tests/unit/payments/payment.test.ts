import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
	created,
	left,
	next,
	type PaymentRow,
	promise,
	refundEnded,
	settled,
	shown,
} from "../../../services/payments/payment.ts";
import {
	type Refund,
	refundExceedsCaptured,
} from "../../../services/payments/payments.contract.ts";
import type { Charge } from "../../../services/payments/provider.ts";

const intent = created({
	id: "pay_1",
	key: "saga_1:PROCESS_PAYMENT",
	ref_id: "ord_1",
	amount_cents: 1_000,
	method: "credit_card",
	created_at: "2026-03-01T14:05:00.000Z",
});
const charge = (status: Charge["status"], over = {}): Charge => ({
	key: intent.key,
	amount_cents: 1_000,
	refunded_cents: 0,
	status,
	provider_ref: "sim_1",
	created_at: 0,
	...over,
});
const captured = settled(intent, charge("captured"));
const refund = (amount_cents: number, status: Refund["status"]) =>
	({ amount_cents, status }) as Refund;

describe("a payment", () => {
	test("is an intent before the provider has answered: no money has moved", () => {
		expect(intent).toMatchObject({ status: "CREATED", captured_cents: 0, owned: false });
	});
	test("becomes what the provider says, and says why when it has failed", () => {
		expect(captured).toMatchObject({ status: "CAPTURED", captured_cents: 1_000 });
		const declined = charge("declined", { failure_code: "card_declined" });
		expect(settled(intent, declined)).toMatchObject({
			status: "FAILED",
			captured_cents: 0,
			failure_code: "card_declined",
		});
		expect(settled(intent, charge("cancelled")).failure_code).toBe("cancelled");
	});
	test("shows nothing of what only we and the provider know", () => {
		expect(Object.keys(shown(captured))).not.toEqual(
			expect.arrayContaining(["key", "provider_ref", "owned"]),
		);
	});
	test("ends when it has failed; only a reversal gives a refunded one something back", () => {
		expect(next.FAILED).toEqual([]);
		expect(next.REFUNDED).not.toContain("REFUNDED");
	});
});

describe("refunds", () => {
	type Ask = [amount_cents: number, succeeds: boolean];
	const give = (payment: PaymentRow, [amount_cents, succeeds]: Ask): PaymentRow => {
		try {
			const promised = promise(payment, amount_cents);
			return refundEnded(promised, refund(amount_cents, succeeds ? "SUCCEEDED" : "FAILED"));
		} catch (error) {
			expect(refundExceedsCaptured.is(error)).toBe(true);
			expect(amount_cents <= 0 || amount_cents > left(payment)).toBe(true);
			return payment;
		}
	};

	test("PAY-02 never exceed the capture, whatever is asked and however it ends", () => {
		const asked = fc.array(fc.tuple(fc.integer({ min: -5, max: 600 }), fc.boolean()));
		const property = fc.property(asked, (all) => {
			const { refunded_cents, captured_cents, status } = all.reduce(give, captured);
			expect(refunded_cents).toBeLessThanOrEqual(captured_cents);
			const whole = refunded_cents === captured_cents ? "REFUNDED" : "PARTIALLY_REFUNDED";
			expect(status).toBe(refunded_cents === 0 ? "CAPTURED" : whole);
		});
		fc.assert(property);
	});
	test("PAY-02 that the provider refuses leave the money to be given back", () => {
		expect(left(give(captured, [600, false]))).toBe(1_000);
		expect(left(give(give(captured, [600, false]), [600, true]))).toBe(400);
	});
	test("PAY-02 count from when they are promised: two cannot promise the same money", () => {
		expect(() => promise(promise(captured, 600), 600)).toThrow();
		expect(left(promise(captured, 600))).toBe(400);
		expect(promise(captured).refunded_cents).toBe(1_000);
	});
	test("PAY-02 of what was not captured are refused", () => {
		expect(() => promise(intent)).toThrow();
		expect(() => promise(settled(intent, charge("declined")), 1)).toThrow();
	});
});

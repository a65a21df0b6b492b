import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { refundOf, shareOfClaim } from "../../../services/payments/claim-refund.ts";
import {
	created,
	left,
	type PaymentRow,
	promise,
	refundEnded,
	settled,
} from "../../../services/payments/payment.ts";
import type { Refund } from "../../../services/payments/payments.contract.ts";
import type { Charge } from "../../../services/payments/provider.ts";

const order_id = "ord_1";
const card = { method: "credit_card" as const, created_at: "2026-03-01T14:05:00.000Z" };
const paid = (amount_cents: number, over = {}) => {
	const intent = { id: "pay_1", key: "k", ref_id: order_id, amount_cents, ...card, ...over };
	const charge = { status: "captured", provider_ref: "sim_1" } as Charge;
	return settled(created(intent), charge);
};
const line = (over = {}) => ({
	...{ order_id, quantity: 3, claimed_before: 0 },
	...{ net_cents: 10_000, gst_cents: 500, qst_cents: 998 },
	...over,
});
type Line = ReturnType<typeof line>;
const totalOf = ({ net_cents, gst_cents, qst_cents }: Line) => net_cents + gst_cents + qst_cents;

const cents = fc.integer({ min: 0, max: 10_000_000 });
const lines = fc.record({
	...{ order_id: fc.constant(order_id), claimed_before: fc.constant(0) },
	quantity: fc.integer({ min: 1, max: 60 }),
	...{ net_cents: cents, gst_cents: cents, qst_cents: cents },
});
/** A line, and the quantities of claims for all of its units. */
const claimed = lines.chain((bought) =>
	fc.array(fc.integer({ min: 1, max: bought.quantity }), { maxLength: 60 }).map((wished) => {
		const quantities: number[] = [];
		for (const wish of [...wished, bought.quantity]) {
			const before = quantities.reduce((sum, one) => sum + one, 0);
			const quantity = Math.min(wish, bought.quantity - before);
			if (quantity > 0) quantities.push(quantity);
		}
		return { bought, quantities };
	}),
);

describe("the share of a claim", () => {
	test("CLM-04 of 998 of QST of a line of 3, unit by unit: 332, 333, 333", () => {
		const shares = [0, 1, 2].map((claimed_before) =>
			shareOfClaim({ quantity: 1, purchase: line({ claimed_before }) }),
		);
		expect(shares.map(({ qst_cents }) => qst_cents)).toEqual([332, 333, 333]);
		expect(shares.map(({ gst_cents }) => gst_cents)).toEqual([166, 167, 167]);
		expect(shares.map(({ refund_cents }) => refund_cents)).toEqual([3_831, 3_833, 3_834]);
	});
	test("CLM-04 claims for all units of a line give back the line, and each of its taxes", () => {
		const sums = fc.property(claimed, ({ bought, quantities }) => {
			let claimed_before = 0;
			const shares = quantities.map((quantity) => {
				const share = shareOfClaim({ quantity, purchase: { ...bought, claimed_before } });
				claimed_before += quantity;
				return share;
			});
			const sum = (part: keyof (typeof shares)[number]) =>
				shares.reduce((so_far, share) => so_far + share[part], 0);
			expect(sum("refund_cents")).toBe(totalOf(bought));
			expect([sum("gst_cents"), sum("qst_cents")]).toEqual([bought.gst_cents, bought.qst_cents]);
		});
		fc.assert(sums);
	});
	test("CLM-04 with an amount is no more than that, split to the cent in proportion", () => {
		const granted = fc.tuple(lines, cents);
		const capped = fc.property(granted, ([purchase, amount_cents]) => {
			const whole = shareOfClaim({ quantity: 1, purchase });
			const share = shareOfClaim({ quantity: 1, purchase, amount_cents });
			expect(share.refund_cents).toBe(Math.min(amount_cents, whole.refund_cents));
			const parts = [
				[share.gst_cents, whole.gst_cents],
				[share.qst_cents, whole.qst_cents],
			] as const;
			for (const [part, of] of parts) {
				const exact = (of * share.refund_cents) / (whole.refund_cents || 1);
				expect(Math.abs(part - exact)).toBeLessThan(1);
			}
			expect(share.gst_cents + share.qst_cents).toBeLessThanOrEqual(share.refund_cents);
		});
		fc.assert(capped);
	});
});

describe("a refund of a claim", () => {
	test.each([
		["PAYMENT_NOT_FOUND", undefined, {}],
		["PAYMENT_OF_ANOTHER_ORDER", paid(11_498, { ref_id: "ord_2" }), {}],
		["PAID_IN_CASH", paid(11_498, { method: "cash" }), {}],
		["CLAIM_EXCEEDS_PURCHASE", paid(11_498), { claimed_before: 3 }],
		["NOTHING_TO_REFUND", paid(11_498), { net_cents: 0, gst_cents: 0, qst_cents: 0 }],
		["REFUND_EXCEEDS_CAPTURED", paid(3_830), {}],
		["REFUND_EXCEEDS_CAPTURED", promise(paid(11_498), 7_668), {}],
	])("CLM-04 is refused, not cut: %s", (reason, payment, over) => {
		expect(refundOf({ quantity: 1, purchase: line(over) }, payment).refused).toBe(reason);
	});
	test("CLM-04 of nothing is refused: an amount of 0", () => {
		const granted = { quantity: 1, amount_cents: 0, purchase: line() };
		expect(refundOf(granted, paid(11_498)).refused).toBe("NOTHING_TO_REFUND");
	});
	type End = "SUCCEEDED" | "FAILED" | "REVERSED";
	type Books = { payment: PaymentRow; kept: number };
	const give = (books: Books, [purchase, status]: [Line, End]): Books => {
		const { refused, refund_cents } = refundOf({ quantity: 1, purchase }, books.payment);
		if (refused) return books;
		const refund = { amount_cents: refund_cents, status } as Refund;
		const payment = refundEnded(promise(books.payment, refund_cents), refund);
		const kept = books.kept + (status === "SUCCEEDED" ? refund_cents : 0);
		expect(payment.refunded_cents).toBe(kept);
		expect(left(payment)).toBeGreaterThanOrEqual(0);
		return { payment, kept };
	};
	test("CLM-04 CLM-09 never gives back more than was paid, whatever ends how", () => {
		const ends = fc.constantFrom<End>("SUCCEEDED", "FAILED", "REVERSED");
		const many = fc.array(fc.tuple(lines, ends), { maxLength: 30 });
		const property = fc.property(many, cents, (all, amount_cents) => {
			const after = all.reduce(give, { payment: paid(amount_cents), kept: 0 });
			const some = left(after.payment) === 0 ? "REFUNDED" : "PARTIALLY_REFUNDED";
			expect(after.payment.status).toBe(after.kept === 0 ? "CAPTURED" : some);
		});
		fc.assert(property);
	});
	test("CLM-09 that is reversed gives the payment its state back", () => {
		const whole = { amount_cents: 1_000, status: "SUCCEEDED" } as Refund;
		const refunded = refundEnded(promise(paid(1_000), 1_000), whole);
		expect(refunded.status).toBe("REFUNDED");
		expect(refundEnded(refunded, { ...whole, status: "REVERSED" })).toEqual(paid(1_000));
		const part = { amount_cents: 400, status: "REVERSED" } as Refund;
		expect(refundEnded(refunded, part)).toMatchObject({
			...{ status: "PARTIALLY_REFUNDED", refunded_cents: 600 },
		});
	});
});

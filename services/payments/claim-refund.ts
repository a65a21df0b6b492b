import { allocate, shareOf } from "../../lib/money.ts";
import { left, type PaymentRow } from "./payment.ts";
import { paymentNotFound, refundExceedsCaptured } from "./payments.contract.ts";

/** What a claim has been granted: some units of the line of a paid order. */
interface Granted {
	/** Units granted now, after `claimed_before` of the `purchase.quantity` that were bought. */
	readonly quantity: number;
	/** The most that is given back, taxes included; absent, the whole share. */
	readonly amount_cents?: number;
	readonly purchase: {
		readonly order_id: string;
		readonly quantity: number;
		readonly claimed_before: number;
		readonly net_cents: number;
		readonly gst_cents: number;
		readonly qst_cents: number;
	};
}

/** What goes back, the taxes in it included. */
export interface Share {
	readonly refund_cents: number;
	readonly gst_cents: number;
	readonly qst_cents: number;
}

/** Why nothing goes back: asking again would not change it, a person decides. */
export const NO = {
	unknown: paymentNotFound.code,
	otherOrder: "PAYMENT_OF_ANOTHER_ORDER",
	cash: "PAID_IN_CASH",
	tooMany: "CLAIM_EXCEEDS_PURCHASE",
	nothing: "NOTHING_TO_REFUND",
	tooMuch: refundExceedsCaptured.code,
	declined: "REFUND_DECLINED",
	stands: "REVERSAL_DECLINED",
} as const;

/**
 * The share of a line and of its taxes, by cumulative floors: claims for all units of a line give
 * back the line. An amount below it is split among price and taxes in proportion, to the cent.
 */
export function shareOfClaim({ quantity, amount_cents, purchase }: Granted): Share {
	const { quantity: bought, claimed_before, net_cents, gst_cents, qst_cents } = purchase;
	const parts = [net_cents, gst_cents, qst_cents].map((cents) =>
		shareOf(cents, claimed_before, quantity, bought),
	);
	const whole = parts.reduce((sum, part) => sum + part, 0);
	const refund_cents = Math.min(amount_cents ?? whole, whole);
	const [, gst = 0, qst = 0] = allocate(refund_cents, parts);
	return { refund_cents, gst_cents: gst, qst_cents: qst };
}

/** What a claim gives back of a payment; with a reason, nothing. It is never cut to what is left. */
export function refundOf(granted: Granted, payment: PaymentRow | undefined): Share & Refused {
	const { quantity, purchase } = granted;
	const share = shareOfClaim(granted);
	const why = (refused: string) => ({ ...share, refused });
	if (!payment) return why(NO.unknown);
	if (payment.ref_type !== "order" || payment.ref_id !== purchase.order_id)
		return why(NO.otherOrder);
	if (payment.method === "cash") return why(NO.cash);
	if (purchase.claimed_before + quantity > purchase.quantity) return why(NO.tooMany);
	if (share.refund_cents === 0) return why(NO.nothing);
	if (share.refund_cents > left(payment)) return why(NO.tooMuch);
	return share;
}
interface Refused {
	readonly refused?: string;
}

import Type, { type Static } from "typebox";
import type { CardFace } from "./card.ts";
import { Payment, type Refund, refundExceedsCaptured } from "./payments.contract.ts";
import type { Charge } from "./provider.ts";

/** A payment as it is kept: with the key that the provider knows it by, and whether its order stands. */
export const PaymentRow = Type.Object({
	...Payment.properties,
	key: Type.String(),
	provider_ref: Type.Optional(Type.String()),
	owned: Type.Boolean(),
});
export type PaymentRow = Static<typeof PaymentRow>;

/** What the world sees of it. */
export function shown({ key: _, provider_ref: __, owned: ___, ...payment }: PaymentRow): Payment {
	return payment;
}

/**
 * A transition that is not here is impossible: an update names the state that it leaves. A refund
 * of a claim may be reversed, which makes less refunded again.
 */
export const next = {
	CREATED: ["CAPTURED", "FAILED"],
	CAPTURED: ["PARTIALLY_REFUNDED", "REFUNDED"],
	PARTIALLY_REFUNDED: ["REFUNDED", "CAPTURED"],
	REFUNDED: ["PARTIALLY_REFUNDED", "CAPTURED"],
	FAILED: [],
} as const satisfies Record<Payment["status"], readonly Payment["status"][]>;

interface Intent extends Partial<CardFace> {
	id: string;
	key: string;
	ref_id: string;
	amount_cents: number;
	method: Payment["method"];
	saga_id?: string | undefined;
	created_at: string;
}

/** Recorded before the provider is asked: no money has moved. */
export const created = ({ saga_id, ...intent }: Intent): PaymentRow => ({
	...intent,
	...(saga_id && { saga_id }),
	ref_type: "order",
	captured_cents: 0,
	refunded_cents: 0,
	status: "CREATED",
	owned: false,
});

/** What the provider's answer makes of a payment that was only intended. */
export function settled(payment: PaymentRow, charge: Charge): PaymentRow {
	const { status, failure_code = "cancelled", provider_ref } = charge;
	if (status !== "captured") return { ...payment, status: "FAILED", failure_code };
	return { ...payment, status: "CAPTURED", captured_cents: payment.amount_cents, provider_ref };
}

export const left = ({ captured_cents, refunded_cents }: PaymentRow): number =>
	captured_cents - refunded_cents;

/** A refund never exceeds what was captured and is not promised back already. */
export function promise(payment: PaymentRow, amount_cents = left(payment)): PaymentRow {
	if (amount_cents <= 0 || amount_cents > left(payment)) throw refundExceedsCaptured();
	return { ...payment, refunded_cents: payment.refunded_cents + amount_cents };
}

/** Once a refund has ended: its promise is kept, or what it took comes back. */
export function refundEnded(payment: PaymentRow, refund: Refund): PaymentRow {
	const back = refund.status === "SUCCEEDED" ? 0 : refund.amount_cents;
	const after = { ...payment, refunded_cents: payment.refunded_cents - back };
	return { ...after, status: back === 0 ? refunded(after) : lessRefunded(after) };
}

const refunded = (payment: PaymentRow) => (left(payment) === 0 ? "REFUNDED" : "PARTIALLY_REFUNDED");

const lessRefunded = ({ status, refunded_cents }: PaymentRow) => {
	if (refunded_cents === 0) return "CAPTURED";
	return status === "REFUNDED" ? "PARTIALLY_REFUNDED" : status;
};

import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { CardNumber, Cents, Id, Instant, PaymentMethod } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";

export const paymentDeclined = refusal("PAYMENT_DECLINED", 402, {
	fr: "Échec de la commande (checkout)",
	en: "Order failed (checkout)",
});
export const paymentNotFound = refusal("PAYMENT_NOT_FOUND", 404, {
	fr: "Paiement {id} introuvable",
	en: "Payment {id} not found",
});
export const refundExceedsCaptured = refusal("REFUND_EXCEEDS_CAPTURED", 409, {
	fr: "Le remboursement dépasse le montant encaissé",
	en: "The refund exceeds what was captured",
});

export const Payment = Type.Object({
	id: Id,
	ref_type: Type.Enum(["order", "sale"]),
	ref_id: Id,
	amount_cents: Cents,
	captured_cents: Cents,
	refunded_cents: Cents,
	status: Type.Enum(["CREATED", "CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED", "FAILED"]),
	method: PaymentMethod,
	card_brand: Type.Optional(Type.String()),
	card_last4: Type.Optional(Type.String()),
	failure_code: Type.Optional(Type.String()),
	saga_id: Type.Optional(Id),
	created_at: Instant,
});
export type Payment = Static<typeof Payment>;

export const PaymentToken = Type.Object({
	payment_token: Type.String({ maxLength: 200 }),
	card_brand: Type.String(),
	card_last4: Type.String(),
});

const about = "payment:{id}" as const;

export const payments = contract("payments", {
	tokenise: action({
		summary: "Exchange a card number for a token, before anything records the request",
		params: { card: CardNumber },
		returns: PaymentToken,
	}),
	capture: action({
		summary: "Take the money of an order",
		params: {
			order_id: Id,
			amount_cents: Cents,
			payment_method: PaymentMethod,
			payment_token: Type.Optional(Type.String({ maxLength: 200 })),
		},
		returns: Payment,
		refusals: [paymentDeclined],
	}),
	refund: action({
		summary: "Undo a capture, whatever became of it",
		params: { order_id: Id },
	}),
	refundOrder: action({
		summary: "Give back all that an order has paid and not been given back",
		params: { order_id: Id },
		returns: Type.Object({ refunded_cents: Cents }),
		refusals: [paymentNotFound],
	}),

	captured: event(Payment.properties, { about }),
	declined: event(Payment.properties, { about }),
	refunded: event(
		{ id: Id, refund_id: Id, ref_type: Type.String(), ref_id: Id, refund_cents: Cents },
		{ about },
	),
});

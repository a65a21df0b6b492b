import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import {
	CardNumber,
	Cents,
	Disposition,
	Id,
	Instant,
	PaymentMethod,
	pageOf,
	paging,
	Text,
} from "../../lib/fields.ts";
import { letterEntries } from "../../lib/letters.ts";
import { Mode } from "../../lib/mode.ts";
import { Amount, amountPrecision, CENTS_MAX } from "../../lib/money.ts";
import { refusal } from "../../lib/refusal.ts";
import { forbidden } from "../../lib/scope.ts";
import { Lines } from "../inventory/inventory.contract.ts";

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

const PaymentStatus = Type.Enum([
	"CREATED",
	"CAPTURED",
	"PARTIALLY_REFUNDED",
	"REFUNDED",
	"FAILED",
]);

/** `refunded_cents` counts what is promised back, the refunds under way included. */
export const Payment = Type.Object({
	id: Id,
	ref_type: Type.Enum(["order", "sale"]),
	ref_id: Id,
	amount_cents: Cents,
	captured_cents: Cents,
	refunded_cents: Cents,
	status: PaymentStatus,
	method: PaymentMethod,
	card_brand: Type.Optional(Type.String()),
	card_last4: Type.Optional(Type.String()),
	failure_code: Type.Optional(Type.String()),
	saga_id: Type.Optional(Id),
	created_at: Instant,
});
export type Payment = Static<typeof Payment>;

export const Refund = Type.Object({
	id: Id,
	payment_id: Id,
	ref_type: Type.Enum(["order", "sale", "return", "claim"]),
	ref_id: Id,
	amount_cents: Cents,
	gst_cents: Type.Optional(Cents),
	qst_cents: Type.Optional(Cents),
	status: Type.Enum(["PENDING", "SUCCEEDED", "FAILED", "REVERSED"]),
	reason: Type.Optional(Type.String()),
	created_at: Instant,
});
export type Refund = Static<typeof Refund>;

const Token = Type.String({ minLength: 1, maxLength: 200 });
export const PaymentToken = Type.Object({
	payment_token: Token,
	card_brand: Type.String(),
	card_last4: Type.String(),
});
export type PaymentToken = Static<typeof PaymentToken>;

const Rate = Type.Integer({ minimum: 0, maximum: 100, description: "per cent" });
const Latency = Type.Integer({ minimum: 0, maximum: 30_000 });

const Operations = Type.Array(Type.Enum(["capture", "refund", "reversal"]), {
	minItems: 1,
	maxItems: 3,
	description: "what fails: captures, unless it says more",
});

/** With amounts, only those fail, at the rate; without, any does. */
export const FailureConfig = Type.Object({
	failure_rate: Rate,
	failure_amounts_cents: Type.Array(Cents, { maxItems: 100 }),
	latency_ms: Latency,
	operations: Type.Optional(Operations),
	expires_at: Type.Optional(Instant),
});
export type FailureConfig = Static<typeof FailureConfig>;

const reads = ["cashier", "store_manager", "head_office", "admin", "auditor"] as const;
const takes = ["cashier", "store_manager", "head_office"] as const;
const about = "payment:{id}" as const;

const charged = {
	order_id: Id,
	amount_cents: Cents,
	payment_method: PaymentMethod,
	payment_token: Type.Optional(Token),
};
/** What comes back with a claim, how, and from which order. */
export const returned = {
	order_id: Type.Optional(Id),
	disposition: Type.Optional(Disposition),
	lines: Type.Optional(Lines),
};
/** `id` is the payment's. A refund of a claim says what comes back with it, and how. */
const refundFact = {
	id: Id,
	refund_id: Id,
	ref_type: Type.String(),
	ref_id: Id,
	refund_cents: Cents,
	gst_cents: Type.Optional(Cents),
	qst_cents: Type.Optional(Cents),
	claim_id: Type.Optional(Id),
	...returned,
	/** Why it was refused, or stands. */
	reason: Type.Optional(Type.String()),
	/** The order that is paid runs without a coordinator. */
	mode: Type.Optional(Mode),
};

export const payments = contract("payments", {
	...letterEntries,
	tokenise: action({
		summary: "Exchange a card number for a token, before anything records the request",
		params: { card: CardNumber, order_id: Type.Optional(Id) },
		returns: PaymentToken,
	}),
	capture: action({
		summary: "Take the money of an order",
		key: "order_id",
		params: charged,
		returns: Payment,
		refusals: [paymentDeclined],
	}),
	refund: action({
		summary: "Undo a capture, whatever became of it",
		key: "order_id",
		params: { order_id: Id },
	}),
	refundOrder: action({
		summary: "Give back all that an order has paid and not been given back",
		key: "order_id",
		params: { order_id: Id },
		returns: Type.Object({ refunded_cents: Cents }),
		refusals: [paymentNotFound, refundExceedsCaptured],
	}),

	list: action({
		summary: "Payments, the latest first",
		rest: "GET /payments",
		aliases: ["GET /api/v1/payment"],
		roles: reads,
		repeatable: true,
		params: {
			...paging,
			ref_id: Type.Optional(Id),
			status: Type.Optional(PaymentStatus),
			method: Type.Optional(PaymentMethod),
		},
		returns: pageOf(Payment),
	}),
	get: action({
		summary: "A payment",
		rest: "GET /payments/:id",
		aliases: ["GET /api/v1/payment/:id"],
		roles: reads,
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Payment,
		refusals: [paymentNotFound],
	}),
	process: action({
		summary: "Take a payment at the counter or by telephone",
		rest: "POST /payments",
		roles: takes,
		idempotency: "required",
		limit: "write",
		status: 201,
		location: "/api/v1/payments/{id}",
		key: "order_id",
		params: { ...charged, card: Type.Optional(CardNumber) },
		returns: Payment,
		refusals: [paymentDeclined],
	}),
	processAmount: action({
		summary: "Take a payment whose amount is in dollars",
		aliases: ["POST /api/v1/payment"],
		roles: takes,
		idempotency: "optional",
		limit: "write",
		status: 201,
		location: "/api/v1/payments/{id}",
		key: "order_id",
		params: {
			order_id: Id,
			amount: Type.Optional(Amount),
			amount_cents: Type.Optional(Cents),
			payment_method: Type.Optional(PaymentMethod),
			payment_token: Type.Optional(Token),
			card: Type.Optional(CardNumber),
		},
		returns: Payment,
		refusals: [paymentDeclined, amountPrecision],
	}),
	refundPayment: action({
		summary: "Give back a part of a payment, or all that is left of it",
		rest: "POST /payments/:id/refunds",
		aliases: ["POST /api/v1/payment/:id/refunds"],
		roles: ["store_manager"],
		idempotency: "required",
		limit: "write",
		status: 201,
		key: "id",
		params: {
			id: Id,
			amount_cents: Type.Optional(Type.Integer({ minimum: 1, maximum: CENTS_MAX })),
			reason: Type.Optional(Text(300)),
		},
		returns: Refund,
		refusals: [paymentNotFound, refundExceedsCaptured],
	}),

	configureFailure: action({
		summary: "Make the simulated provider decline payments, refunds or reversals",
		rest: "POST /payments/admin/configure-failure",
		roles: ["admin"],
		params: {
			failure_rate: Rate,
			failure_amounts_cents: Type.Optional(FailureConfig.properties.failure_amounts_cents),
			latency_ms: Type.Optional(Latency),
			operations: Type.Optional(Operations),
			expires_at: Type.Optional(Instant),
		},
		returns: FailureConfig,
		refusals: [forbidden],
	}),
	configureFailureAmounts: action({
		summary: "Make the simulated provider decline payments, of amounts in dollars",
		aliases: ["POST /admin/configure-failure"],
		roles: ["admin"],
		params: {
			failure_rate: Rate,
			failure_amounts: Type.Optional(Type.Array(Amount, { maxItems: 100 })),
			latency_ms: Type.Optional(Latency),
			operations: Type.Optional(Operations),
		},
		returns: FailureConfig,
		refusals: [forbidden, amountPrecision],
	}),
	resetFailure: action({
		summary: "Make the simulated provider accept every payment again",
		rest: "POST /payments/admin/reset-failure-config",
		aliases: ["POST /admin/reset-failure-config"],
		roles: ["admin"],
		params: {},
		returns: FailureConfig,
		refusals: [forbidden],
	}),
	failureConfig: action({
		summary: "What the simulated provider declines",
		rest: "GET /payments/admin/failure-config",
		roles: ["admin"],
		repeatable: true,
		params: {},
		returns: FailureConfig,
		refusals: [forbidden],
	}),

	sweep: action({
		summary: "Give back what was captured for an order that never came to be",
		timeout: 60_000,
		params: {},
		returns: Type.Object({ looked_at: Type.Integer(), refunded: Type.Integer() }),
	}),
	collect: action({
		summary: "Take and give back what orders without a coordinator still wait for",
		timeout: 60_000,
		params: {},
		returns: Type.Object({ looked_at: Type.Integer() }),
	}),
	orphans: action({
		summary: "How many captures the sweep should have dealt with by now, and has not",
		repeatable: true,
		params: {},
		returns: Type.Object({ count: Type.Integer() }),
	}),

	captured: event({ ...Payment.properties, mode: Type.Optional(Mode) }, { about }),
	declined: event({ ...Payment.properties, mode: Type.Optional(Mode) }, { about }),
	refund_requested: event(refundFact, { about }),
	refunded: event(refundFact, { about }),
	refund_refused: event(refundFact, { about }),
	refund_reversed: event(refundFact, { about }),
	refund_stands: event(refundFact, { about }),
});

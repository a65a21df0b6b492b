import Type, { type Static } from "typebox";
import { newId } from "../../lib/ids.ts";
import { created, type PaymentRow } from "./payment.ts";
import type { Payment } from "./payments.contract.ts";

/** How an order is to be paid, by which saga; a card by its token. */
const Terms = Type.Object({
	saga_id: Type.String(),
	amount_cents: Type.Integer(),
	payment_method: Type.Unsafe<Payment["method"]>(Type.String()),
	payment_token: Type.Optional(Type.String()),
});
export type Terms = Static<typeof Terms>;

/** What an order without a coordinator is to pay. It is taken once the order is told and held. */
export const Due = Type.Object({
	order_id: Type.String(),
	stage: Type.Enum(["WAITING", "TAKE", "TAKEN", "GIVE_BACK", "OVER"]),
	is_held: Type.Boolean(),
	terms: Type.Optional(Terms),
	correlation_id: Type.Optional(Type.String()),
	created_at: Type.String(),
});
export type Due = Static<typeof Due>;

export const waiting = (order_id: string): Due => ({
	order_id,
	stage: "WAITING",
	is_held: false,
	created_at: new Date().toISOString(),
});

/** The two come from different contexts, in any order. */
export const agreed = (due: Due, terms: Terms, correlation_id = terms.saga_id): Due =>
	ready({ ...due, terms, correlation_id });

export const held = (due: Due): Due => ready({ ...due, is_held: true });

const ready = (due: Due): Due =>
	due.stage === "WAITING" && due.is_held && due.terms ? { ...due, stage: "TAKE" } : due;

/** Nothing that has begun stays, and nothing begins any more. */
export const cancelled = (due: Due): Due => {
	if (due.stage === "WAITING") return { ...due, stage: "OVER" };
	return due.stage === "OVER" ? due : { ...due, stage: "GIVE_BACK" };
};

export const isOpen = ({ stage }: Due) => stage === "TAKE" || stage === "GIVE_BACK";

/** The name by which the provider knows the charge: a saga's step, as if it were called. */
export const keyOf = ({ saga_id }: Terms) => `${saga_id}:PROCESS_PAYMENT`;

/** What is told of a payment that was refused before the provider was asked: its card is unknown. */
export function neverMade({ order_id }: Due, terms: Terms): PaymentRow {
	const { saga_id, amount_cents, payment_method: method } = terms;
	const made = { id: newId("pay"), saga_id, created_at: new Date().toISOString() };
	const intent = created({ ...made, key: keyOf(terms), ref_id: order_id, amount_cents, method });
	return { ...intent, status: "FAILED", failure_code: "unknown_card" };
}

import Type, { type Static } from "typebox";
import type { Payment } from "./payments.contract.ts";

/** How an order is to be paid, by which saga. */
const Terms = Type.Object({
	saga_id: Type.String(),
	amount_cents: Type.Integer(),
	payment_method: Type.Unsafe<Payment["method"]>(Type.String()),
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

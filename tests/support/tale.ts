import type { Fact, Recorded } from "../../lib/fact.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";

const MINUTE_MS = 60_000;
export const T0 = Date.parse("2026-03-02T15:00:00Z");

const purchase = {
	order_id: "ord_1",
	line: 1,
	location_id: "1",
	product_id: "8",
	payment_id: "pay_1",
	payment_method: "credit_card" as const,
	quantity: 2,
	net_cents: 27_830,
	gst_cents: 1_392,
	qst_cents: 2_776,
	claimed_before: 0,
};

/** What the contexts say of a claim, each in its own name. */
export function claimTale(claim_id = "clm_1") {
	const claim = { claim_id, customer_id: "1", product_id: "8", quantity: 1 };
	const description = "Produit endommagé";
	const refund = {
		id: "pay_1",
		refund_id: "ref_1",
		ref_type: "claim",
		ref_id: claim_id,
		claim_id,
		refund_cents: 15_999,
		disposition: "restock" as const,
		lines: [{ location_id: "1", product_id: "8", quantity: 1 }],
	};
	const shelf = { location_id: "1", product_id: "8", quantity: 1, claim_id };
	const disposition = "restock" as const;
	return {
		submitted: claims.submitted({ ...claim, claim_type: "damaged", description, purchase }),
		review: claims.review_started({ ...claim, decided_by: "manager" }),
		approved: claims.approved({ ...claim, purchase, disposition, decided_by: "manager" }),
		rejected: claims.rejected({ ...claim, decided_by: "manager", reason: "worn" }),
		requested: payments.refund_requested(refund),
		refunded: payments.refunded(refund),
		refused: payments.refund_refused({ ...refund, reason: "card closed" }),
		adjusted: inventory.adjusted({ ...shelf, reason: "claim", actor_id: "payments", disposition }),
		unreturned: inventory.return_refused({
			...shelf,
			reason: "location archived",
			refund_id: "ref_1",
			disposition,
		}),
		reversed: payments.refund_reversed(refund),
		stands: payments.refund_stands({ ...refund, reason: "too late" }),
		closed: claims.closed({ ...claim, amount_cents: 15_999 }),
		compensated: claims.compensated(claim),
		handed: claims.review_needed({ ...claim, reason: "card closed" }),
	};
}

/** The same of an order that nobody coordinates. */
export function orderTale(id = "ord_1", saga_id = "saga_told") {
	const mode = "choreographed" as const;
	const lines = [{ location_id: "1", product_id: "8", quantity: 2 }];
	const hold = { owner_type: "saga" as const, owner_id: id, lines, mode };
	const lacking = { location_id: "1", product_id: "8", wanted: 2 };
	const order = { id, saga_id, mode, customer_id: "1", total_cents: 31_998, status: "PENDING" };
	const payment = { id: "pay_1", ref_type: "order" as const, ref_id: id, mode };
	const reason = (step: string, code: string, message: string, data?: Record<string, unknown>) => ({
		reason: { step, code, message, ...(data && { data }) },
	});
	const made = (fact: Fact, payload: object) => ({ ...fact, payload }) as Fact;
	const about = (fact: { event: string }, key: string, payload: object) =>
		made({ event: fact.event, version: 1, key, payload: {} }, payload);
	const ofOrder = (fact: { event: string }, more: object = {}) =>
		about(fact, `order:${id}`, { ...order, ...more });
	const ofPayment = (fact: { event: string }, more: object = {}) =>
		about(fact, "payment:pay_1", { ...payment, ...more });
	const short = reason("RESERVE_STOCK", "OUT_OF_STOCK", "Not enough stock (0 available).", {
		available: 0,
	});
	const declined = reason("PROCESS_PAYMENT", "PAYMENT_DECLINED", "Order failed (checkout)");
	return {
		created: ofOrder(orders.created),
		reserved: inventory.reserved(hold),
		short: inventory.reservation_refused({ ...hold, ...lacking, available: 0 }),
		captured: ofPayment(payments.captured),
		declined: ofPayment(payments.declined),
		confirmed: ofOrder(orders.confirmed, { status: "CONFIRMED" }),
		cancelledShort: ofOrder(orders.cancelled, short),
		cancelledDeclined: ofOrder(orders.cancelled, declined),
		cancelledLate: ofOrder(orders.cancelled, reason("CONFIRM_ORDER", "WRONG_STATE", "no")),
		cancelledAfterwards: ofOrder(orders.cancelled),
		released: inventory.released(hold),
		refunded: ofPayment(payments.refunded, { refund_id: "ref_1", refund_cents: 31_998 }),
	};
}

/** A fact as its outbox recorded it, so many minutes after the beginning. */
export function recorded(fact: Fact, minute: number, actor?: string): Recorded {
	const [producer = ""] = fact.event.split(".");
	return {
		...fact,
		producer,
		message_id: `msg_${fact.event}`,
		key_seq: 1,
		occurred_at: T0 + minute * MINUTE_MS,
		headers: { correlation_id: "req_1", actor: actor ?? producer },
	};
}

/** Every order in which they may come, if those of one producer keep theirs. */
export function interleavings(facts: readonly Recorded[]): Recorded[][] {
	const queues = [...Map.groupBy(facts, ({ producer }) => producer).values()];
	if (queues.length === 0) return [[]];
	return queues.flatMap(([first]) => {
		const rest = facts.filter((fact) => fact !== first);
		return interleavings(rest).map((others) => [first as Recorded, ...others]);
	});
}

import type { Heard, Recorded } from "../../lib/fact.ts";
import { reactions } from "../../lib/service.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import { claims } from "../claims/claims.contract.ts";
import { inventory } from "../inventory/inventory.contract.ts";
import { orders } from "../orders/orders.contract.ts";
import { sagas } from "../saga/saga.contract.ts";
import type { herald } from "./herald.store.ts";
import { atStore } from "./notification.ts";
import type { Template } from "./templates.ts";
import { alertWords, claimNo, toCustomer, toRoles } from "./told.ts";

/** Each step of a claim, under its template; what matters most goes by e-mail, too. */
const CLAIM_STEPS = [
	[claims.submitted, "claim_submitted", true],
	[claims.review_started, "claim_review_started", false],
	[claims.approved, "claim_approved", true],
	[claims.rejected, "claim_rejected", true],
	[claims.refund_pending, "claim_refund_pending", false],
	[claims.refund_made, "claim_refund_made", true],
	[claims.stock_adjusted, "claim_stock_adjusted", false],
	[claims.closed, "claim_closed", true],
	[claims.compensating, "claim_compensating", false],
	[claims.compensated, "claim_compensated", true],
	[claims.review_needed, "claim_review_needed", true],
] as const;

const page = reactions<[typeof herald]>();

const ofClaims = page(
	Object.fromEntries(
		CLAIM_STEPS.map(([{ event }, template, byMail]) => [
			event,
			async function tell(this: Host, tx: Tx, fact: Heard<typeof claims.closed>) {
				const { claim_id, customer_id } = fact.payload;
				const payload = { ...fact.payload, claim_no: claimNo(claim_id) };
				const telling = { cause: fact.message_id, template, payload };
				await this.tell(tx, fact, toCustomer(customer_id, telling, byMail));
			},
		]),
	),
);
interface Host {
	tell(tx: Tx, fact: Recorded, notices: ReturnType<typeof toCustomer>): Promise<void>;
}

const aboutOrder = (template: Template, { message_id: cause, payload }: Recorded) =>
	toCustomer(payload.customer_id, { cause, template, payload });

/** What becomes of an order is told by whoever drives it, with a coordinator or without. */
export const factReactions = {
	...ofClaims,
	...page({
		async [orders.confirmed.event](tx: Tx, fact: Heard<typeof orders.confirmed>) {
			await this.tell(tx, fact, aboutOrder("order_confirmed", fact));
		},
		/** One that was never paid has failed: its saga says so. */
		async [orders.cancelled.event](tx: Tx, fact: Heard<typeof orders.cancelled>) {
			const wasPaid = fact.payload.payment_id !== undefined && !fact.payload.reason;
			await this.tell(tx, fact, wasPaid ? aboutOrder("order_cancelled", fact) : []);
		},
		async [orders.shipped.event](tx: Tx, fact: Heard<typeof orders.shipped>) {
			await this.tell(tx, fact, aboutOrder("order_shipped", fact));
		},
		async [orders.delivered.event](tx: Tx, fact: Heard<typeof orders.delivered>) {
			await this.tell(tx, fact, aboutOrder("order_delivered", fact));
		},
		async [sagas.completed.event](tx: Tx, fact: Heard<typeof sagas.completed>) {
			await this.tell(tx, fact, []); // the order says it; who subscribed wants the timeline
		},
		async [sagas.compensated.event](tx: Tx, fact: Heard<typeof sagas.compensated>) {
			const { customer_id, message, error, cart_id: _, steps: __, ...rest } = fact.payload;
			const payload = { ...rest, message: message ?? error?.message };
			const telling = { cause: fact.message_id, template: "order_failed" as const, payload };
			const isOrder = rest.name.startsWith("order-") && rest.name !== "order-cancellation";
			await this.tell(tx, fact, customer_id && isOrder ? toCustomer(customer_id, telling) : []);
		},
		async [sagas.blocked.event](tx: Tx, fact: Heard<typeof sagas.blocked>) {
			const telling = { cause: fact.message_id, template: "saga_blocked" as const };
			await this.tell(tx, fact, toRoles(["admin"], { ...telling, payload: fact.payload }));
		},
		async [inventory.alert_raised.event](tx: Tx, fact: Heard<typeof inventory.alert_raised>) {
			const roles = ["logistics", atStore("store_manager", fact.payload.location_id)];
			const payload = alertWords(fact.payload);
			const telling = { cause: fact.message_id, template: "stock_alert" as const, payload };
			await this.tell(tx, fact, toRoles(roles, telling));
		},
	}),
};

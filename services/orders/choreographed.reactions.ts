import type { Heard } from "../../lib/fact.ts";
import { isChoreographed } from "../../lib/mode.ts";
import { isRefusal } from "../../lib/refusal.ts";
import { among, reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { inventory, outOfStock } from "../inventory/inventory.contract.ts";
import { paymentDeclined, payments } from "../payments/payments.contract.ts";
import { failureOf } from "./failure.ts";
import { move, tryMove } from "./life.store.ts";
import { type Failure, orders } from "./orders.contract.ts";

/** What an order without a coordinator does when others have done their part, or refused it. */
const told = reactions<[typeof database, typeof outbox]>()({
	async [inventory.reservation_refused.event](tx: Tx, { payload, producer }: Refused) {
		const { owner_id, product_id, location_id, available, wanted } = payload;
		const short = outOfStock({ product_id, location_id, available, wanted });
		await cancel(this, tx, owner_id, failureOf("RESERVE_STOCK", short), producer);
	},

	async [payments.declined.event](tx: Tx, { payload, producer }: Declined) {
		const reason = failureOf("PROCESS_PAYMENT", paymentDeclined());
		await cancel(this, tx, payload.ref_id, reason, producer);
	},

	async [payments.captured.event](tx: Tx, { payload, producer }: Captured) {
		const { id: payment_id, ref_id, amount_cents: total_cents } = payload;
		const paid = { actor: producer, payment_id, total_cents };
		try {
			const order = await move(tx, ref_id, ["PENDING", "CONFIRMED"], paid);
			await this.announce(tx, orders.confirmed(order));
		} catch (error) {
			if (!isRefusal(error)) throw error;
			await cancel(this, tx, ref_id, failureOf("CONFIRM_ORDER", error), producer);
		}
	},
});
export const choreographed = among(isChoreographed, told);
type Refused = Heard<typeof inventory.reservation_refused>;
type Declined = Heard<typeof payments.declined>;
type Captured = Heard<typeof payments.captured>;

/** One that is cancelled already has said so: who took something for it gives it back by that. */
async function cancel(host: Host, tx: Tx, id: string, reason: Failure, actor: string) {
	const order = await tryMove(tx, id, ["PENDING", "CANCELLED"], { actor });
	if (order) await host.announce(tx, orders.cancelled({ ...order, reason }));
}
interface Host {
	announce(tx: Tx, fact: ReturnType<typeof orders.cancelled>): Promise<void>;
}

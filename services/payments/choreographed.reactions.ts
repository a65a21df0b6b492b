import type { Heard } from "../../lib/fact.ts";
import { isChoreographed } from "../../lib/mode.ts";
import { among, reactions } from "../../lib/service.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import { inventory } from "../inventory/inventory.contract.ts";
import { orders } from "../orders/orders.contract.ts";
import type { collector } from "./collector.store.ts";
import { agreed, cancelled, held } from "./due.ts";

/** What an order without a coordinator pays: once it is told and held; and not, once it is cancelled. */
const told = reactions<[typeof collector]>()({
	async [orders.created.event](tx: Tx, { payload, headers }: Heard<typeof orders.created>) {
		const { id, saga_id, total_cents: amount_cents, payment_method } = payload;
		if (!saga_id) return;
		const terms = { saga_id, amount_cents, payment_method };
		await this.owe(tx, id, (due) => agreed(due, terms, headers.correlation_id));
	},

	async [inventory.reserved.event](tx: Tx, { payload }: Heard<typeof inventory.reserved>) {
		await this.owe(tx, payload.owner_id, held);
	},

	async [orders.cancelled.event](tx: Tx, { payload }: Heard<typeof orders.cancelled>) {
		const { id, reason } = payload;
		if (reason) await this.owe(tx, id, cancelled);
	},
});
export const choreographed = among(isChoreographed, told);

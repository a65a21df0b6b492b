import type { Heard } from "../../lib/fact.ts";
import { isOfClaim } from "../../lib/mode.ts";
import { among, reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { inventory } from "../inventory/inventory.contract.ts";
import { payments } from "../payments/payments.contract.ts";
import { follow } from "./told.actions.ts";

/** A claim follows its refund: one handler for each transition, and nobody who coordinates. */
const told = reactions<[typeof database, typeof outbox]>()({
	async [payments.refund_requested.event](tx: Tx, fact: Heard<typeof payments.refund_requested>) {
		await follow(this, tx, "refund_requested", fact);
	},
	async [payments.refunded.event](tx: Tx, fact: Heard<typeof payments.refunded>) {
		await follow(this, tx, "refunded", fact);
	},
	async [payments.refund_refused.event](tx: Tx, fact: Heard<typeof payments.refund_refused>) {
		await follow(this, tx, "refund_refused", fact);
	},
	async [inventory.adjusted.event](tx: Tx, fact: Heard<typeof inventory.adjusted>) {
		await follow(this, tx, "stock_adjusted", fact);
	},
	async [inventory.return_refused.event](tx: Tx, fact: Heard<typeof inventory.return_refused>) {
		await follow(this, tx, "return_refused", fact);
	},
	async [payments.refund_reversed.event](tx: Tx, fact: Heard<typeof payments.refund_reversed>) {
		await follow(this, tx, "refund_reversed", fact);
	},
	async [payments.refund_stands.event](tx: Tx, fact: Heard<typeof payments.refund_stands>) {
		await follow(this, tx, "refund_stands", fact);
	},
});
export const refundReactions = among(isOfClaim, told);

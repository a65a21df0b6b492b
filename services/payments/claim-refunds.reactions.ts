import type { Heard } from "../../lib/fact.ts";
import { newId } from "../../lib/ids.ts";
import { reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { isFirst } from "../../mixins/reaction.ts";
import { claims } from "../claims/claims.contract.ts";
import { inventory } from "../inventory/inventory.contract.ts";
import { refundOf } from "./claim-refund.ts";
import * as store from "./claim-refunds.store.ts";
import { payments } from "./payments.contract.ts";
import { payments as rows } from "./payments.store.ts";
import { factOf } from "./refund.ts";

/** The part of payments in a claim: its money goes back, and comes again if its goods cannot. */
export const claimRefunds = reactions<
	[typeof database, typeof outbox, typeof store.claimErrands]
>()({
	async [claims.approved.event](tx: Tx, fact: Heard<typeof claims.approved>) {
		const { claim_id, quantity, disposition, purchase } = fact.payload;
		if (!(await isFirst(tx, fact, claim_id))) return;

		const payment = await tx.find(rows, { id: purchase.payment_id });
		const { refused, ...share } = refundOf(fact.payload, payment);
		const { location_id, product_id } = purchase;
		const claim = { claim_id, disposition, lines: [{ location_id, product_id, quantity }] };
		if (!payment || refused) {
			const made = { id: purchase.payment_id, refund_id: newId("rfd") };
			const what = { ref_type: "claim", ref_id: claim_id, ...claim, ...share };
			const no = { ...made, ...what, ...(refused && { reason: refused }) };
			return this.announce(tx, payments.refund_refused(no));
		}
		const refund = await store.openClaimRefund(tx, payment, { ...claim, ...share });
		await this.announce(tx, payments.refund_requested(factOf(refund)));
		await this.errand(tx, store.REFUND, claim_id);
	},

	async [inventory.return_refused.event](tx: Tx, fact: Heard<typeof inventory.return_refused>) {
		const { claim_id, reason } = fact.payload;
		if (!(await isFirst(tx, fact, claim_id))) return;
		await store.wantReversal(tx, claim_id, reason);
		await this.errand(tx, store.REVERSE, claim_id);
	},
});

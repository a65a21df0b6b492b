import type { Fact, Heard } from "../../lib/fact.ts";
import { isOfClaim } from "../../lib/mode.ts";
import { among, reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { isFirst } from "../../mixins/reaction.ts";
import { payments } from "../payments/payments.contract.ts";
import { impossible, takeBack } from "./claim-returns.store.ts";
import { inventory } from "./inventory.contract.ts";

/** The part of inventory in a claim: once the money has gone back, the goods do. */
const told = reactions<[typeof database, typeof outbox]>()({
	async [payments.refunded.event](tx: Tx, fact: Heard<typeof payments.refunded>) {
		const { claim_id, refund_id, disposition, lines, order_id } = fact.payload;
		if (!claim_id || !disposition || !lines) return;
		if (!(await isFirst(tx, fact, claim_id))) return;

		const announce = (one: Fact) => this.announce(tx, one);
		const goods = { claim_id, disposition, lines, order_id };
		const no = await impossible(tx, goods);
		if (no) return announce(inventory.return_refused({ ...no, claim_id, refund_id, disposition }));
		await takeBack({ tx, actor: fact.headers.actor ?? fact.producer, announce }, goods);
	},
});

/** What goes back to an order, its saga restores. */
export const claimReturns = among(isOfClaim, told);

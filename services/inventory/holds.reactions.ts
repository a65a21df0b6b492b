import type { Fact, Heard } from "../../lib/fact.ts";
import { reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { orders } from "../orders/orders.contract.ts";
import * as unit from "./units.store.ts";

/** What is held for an order is sold once it is confirmed. */
export const holdReactions = reactions<[typeof database, typeof outbox]>()({
	async [orders.confirmed.event](tx: Tx, { payload, producer }: Heard<typeof orders.confirmed>) {
		const announce = (fact: Fact) => this.announce(tx, fact);
		await unit.end({ tx, actor: producer, announce }, payload.id, "COMMITTED");
	},
});

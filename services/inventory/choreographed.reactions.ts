import type { Fact, Heard } from "../../lib/fact.ts";
import { isChoreographed } from "../../lib/mode.ts";
import { among, reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { orders } from "../orders/orders.contract.ts";
import { holdUsed, inventory, outOfStock, type Shelf } from "./inventory.contract.ts";
import { refuseShortage } from "./inventory.store.ts";
import { asked, byShelf } from "./stock.ts";
import * as unit from "./units.store.ts";

/** What an order without a coordinator holds: from its creation on, unless it is cancelled. */
const told = reactions<[typeof database, typeof outbox]>()({
	async [orders.created.event](tx: Tx, { payload, producer }: Created) {
		const lines = payload.lines.map(({ location_id, product_id, quantity }) => ({
			location_id,
			product_id,
			quantity,
		}));
		const hold = { owner_type: "saga" as const, owner_id: payload.id, lines: byShelf(lines) };
		try {
			await refuseShortage(tx, asked(lines)); // before anything is written: a no undoes nothing
			await unit.hold(forOrder(this, tx, producer), hold);
		} catch (error) {
			if (holdUsed.is(error)) return; // it was cancelled before
			if (!outOfStock.is(error)) throw error;
			const short = (error as { data?: unknown }).data as Short;
			const refused = { ...hold, ...short, mode: "choreographed" as const };
			unit.conflicts(tx, { location: short.location_id });
			await this.announce(tx, inventory.reservation_refused(refused));
		}
	},

	async [orders.cancelled.event](tx: Tx, { payload, producer }: Cancelled) {
		if (!payload.reason) return;
		await unit.release(forOrder(this, tx, producer), payload.id);
	},
});
export const choreographed = among(isChoreographed, told);
type Created = Heard<typeof orders.created>;
type Cancelled = Heard<typeof orders.cancelled>;
type Short = Shelf & { available: number; wanted: number };

const forOrder = (host: Host, tx: Tx, actor: string): unit.Unit => ({
	tx,
	actor,
	mode: "choreographed",
	announce: (fact) => host.announce(tx, fact),
});
interface Host {
	announce(tx: Tx, fact: Fact): Promise<void>;
}

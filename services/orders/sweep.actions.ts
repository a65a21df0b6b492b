import { asService } from "../../config/identity.ts";
import { scopeOf } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import { wrongState } from "../../lib/state.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { sagas } from "../saga/saga.contract.ts";
import { failureOf } from "./failure.ts";
import { moveBack } from "./life.store.ts";
import { type Order, orders } from "./orders.contract.ts";
import { listPending } from "./orders.store.ts";

const STUCK_MS = 10 * 60_000; // a saga is given up after one minute, and undone in another

/** An order that its saga has left behind is a defect: it is cancelled, and said. */
export const sweepActions = page<typeof orders, [typeof database, typeof outbox]>()({
	async sweep(ctx) {
		const before = new Date(Date.now() - STUCK_MS).toISOString();
		const pending = await this.db.read((db) => listPending(db, before));
		const saga_ids = pending.flatMap(({ saga_id }) => saga_id ?? []);
		const live = await sagas.live(ctx, { saga_ids }, { headers: asService("orders") });
		const stuck = pending.filter(({ saga_id = "" }) => !live.saga_ids.includes(saga_id));
		for (const { id, saga_id } of stuck) {
			this.logger.error("an order was left pending by its saga", { id, saga_id });
			await this.db.write(async (tx) => {
				const order = await moveBack(tx, id, ["PENDING", "CANCELLED"], scopeOf(ctx).actor);
				if (order) await this.announce(tx, orders.cancelled({ ...order, ...why(order) }));
			});
		}
		return { looked_at: pending.length, cancelled: stuck.length };
	},
});

/** Without a coordinator nobody undoes what was done for it, unless it is told why. */
const why = ({ mode }: Order) =>
	mode === "choreographed" ? { reason: failureOf("CONFIRM_ORDER", wrongState(LOST)) } : {};
const LOST = { state: "PENDING", needed: "driven by a saga" };

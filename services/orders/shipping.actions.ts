import { ownOf, scopeOf } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import type { participant } from "../../mixins/participant.mixin.ts";
import { move } from "./life.store.ts";
import { shipmentFact, shippedBy } from "./order.ts";
import { orders } from "./orders.contract.ts";
import { findOrder } from "./orders.store.ts";
import { addShipment, endShipment, listShipments } from "./shipments.store.ts";

/** A confirmed order on its way to its buyer. */
export const shippingActions = page<
	typeof orders,
	[typeof database, typeof outbox, typeof participant]
>()({
	ship(ctx) {
		const { id, ...parcel } = ctx.params;
		const scope = scopeOf(ctx);
		return this.once(ctx, async (tx) => {
			shippedBy(scope, await findOrder(tx, id), id);
			const order = await move(tx, id, ["CONFIRMED", "SHIPPED"], scope);
			const shipment = await addShipment(tx, order, parcel);
			await this.announce(tx, orders.shipped({ ...shipmentFact(shipment), ...parcel }));
			return shipment;
		});
	},
	deliver(ctx) {
		const { id } = ctx.params;
		const scope = scopeOf(ctx);
		return this.once(ctx, async (tx) => {
			shippedBy(scope, await findOrder(tx, id), id);
			await move(tx, id, ["SHIPPED", "DELIVERED"], scope);
			const shipment = await endShipment(tx, id);
			await this.announce(tx, orders.delivered(shipmentFact(shipment)));
			return shipment;
		});
	},
	shipments(ctx) {
		const query = { ...ctx.params, ...ownOf(scopeOf(ctx)) };
		return this.db.read((db) => listShipments(db, query));
	},
});

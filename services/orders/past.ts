import type { Fact } from "../../lib/fact.ts";
import { shipmentFact } from "./order.ts";
import { type Order, orders, type Shipment, type Transition } from "./orders.contract.ts";

/** An order that comes with its life, told to whoever was not there. */
export interface Past {
	readonly order: Order;
	readonly life: readonly Transition[];
	readonly shipment: Shipment;
}

/** What was told of it, as it was then: nothing is told of an order that is merely completed. */
export function factsOf({ order, life, shipment }: Past): Fact[] {
	const { payment_id, ...unpaid } = order;
	const parcel = shipmentFact(shipment);
	const { carrier, tracking_no } = shipment;
	return life.flatMap(({ to: status }, index): Fact[] => {
		const version = index + 1;
		if (status === "PENDING") return [orders.created({ ...unpaid, status, version })];
		if (status === "CONFIRMED") return [orders.confirmed({ ...order, status, version })];
		if (status === "SHIPPED")
			return [orders.shipped({ ...parcel, carrier, ...(tracking_no && { tracking_no }) })];
		return status === "DELIVERED" ? [orders.delivered(parcel)] : [];
	});
}

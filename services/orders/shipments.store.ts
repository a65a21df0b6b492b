import { afterId, LIMIT, paged } from "../../lib/cursor.ts";
import type { Fact } from "../../lib/fact.ts";
import { newId } from "../../lib/ids.ts";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { type Order, Shipment } from "./orders.contract.ts";
import { addLines, addTransition, orders, rowOf } from "./orders.store.ts";
import { factsOf, type Past } from "./past.ts";

const shipments = table("shipment", Shipment, "id");

/** All that was ordered leaves in one shipment. */
export async function addShipment(tx: Tx, { id, customer_id }: Order, parcel: Parcel) {
	await sendLines(tx, id);
	const sent = { status: "SHIPPED" as const, shipped_at: new Date().toISOString() };
	const shipment = { id: newId("shp"), order_id: id, customer_id, ...parcel, ...sent };
	await tx.insert(shipments, shipment);
	return shipment;
}
const sendLines = (tx: Tx, id: string) =>
	tx.query("update order_line set qty_shipped = quantity where order_id = $id", { id });
type Parcel = Pick<Shipment, "carrier" | "tracking_no">;

export async function endShipment(tx: Tx, order_id: string): Promise<Shipment> {
	const ended = { status: "DELIVERED" as const, delivered_at: new Date().toISOString() };
	await tx.update(shipments, { order_id, status: "SHIPPED" }, ended);
	return tx.get(shipments, { order_id });
}

/** The latest first: their ids are in the order of their making. */
export async function listShipments(db: Reader, { limit = LIMIT, ...query }: ShipmentsQuery) {
	const before = afterId.read(query.cursor);
	const asked = { ...NOTHING, ...query, ...(before !== undefined && { cursor: before }) };
	const rows = await db.query<Shipment>(SHIPMENTS, { ...asked, limit: limit + 1 });
	const all = rows.map((row) => decode(shipments, row));
	return paged(all, limit, afterId.write);
}
const NOTHING = { customer_id: null, order_id: null, cursor: null };
const SHIPMENTS = `
	select * from shipment
	where customer_id = coalesce($customer_id, customer_id)
		and order_id = coalesce($order_id, order_id) and id < coalesce($cursor, 'zzzz')
	order by id desc limit $limit`;
interface ShipmentsQuery {
	customer_id?: string | undefined;
	order_id?: string;
	cursor?: string;
	limit?: number;
}

/** Orders that come with a past: the demo's. Answers what there is to tell of them. */
export async function addAll(tx: Tx, all: readonly Past[]): Promise<Fact[]> {
	for (const { order, life, shipment } of all) {
		const { lines: bought, ...head } = order;
		await tx.insert(orders, rowOf(head));
		await addLines(tx, order.id, bought);
		for (const [index, transition] of life.entries())
			await addTransition(tx, { id: order.id, version: index + 1 }, transition);
		await sendLines(tx, order.id);
		await tx.insert(shipments, shipment);
	}
	return all.flatMap(factsOf);
}

import Type, { type Static } from "typebox";
import { counter } from "../../mixins/counter.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { STANDING } from "./order.ts";
import {
	type Order,
	OrderHead,
	OrderLine,
	type OrderStatus,
	Transition,
} from "./orders.contract.ts";

/** An address is a text or an object: kept inside one, to come back as it came. */
const Kept = Type.Optional(Type.Object({ address: Type.Unknown() }));

export const OrderRow = Type.Object({ ...OrderHead.properties, ship_to: Kept, bill_to: Kept });
export type OrderRow = Static<typeof OrderRow>;
export const orders = table("orders", OrderRow, "id");

const lines = table(
	"order_line",
	Type.Object({
		order_id: Type.String(),
		...OrderLine.properties,
		qty_shipped: Type.Integer(),
		qty_returned: Type.Integer(),
	}),
	"order_id",
	"line",
);
const history = table(
	"order_history",
	Type.Object({ order_id: Type.String(), version: Type.Integer(), ...Transition.properties }),
	"order_id",
	"version",
);
const count = counter("orders_total", "Orders by the states that they have come to.", "status");
export const reached = (tx: Tx, { status }: Pick<OrderHead, "status">) => count(tx, { status });
const LINES_MAX = 200;
const LIFE_MAX = 100;
const SWEPT_MAX = 200; // the rest waits for the next sweep

/** Records a new order, whole: in two statements, and its share of a third. */
export async function addOrder(tx: Tx, order: Order, actor: string): Promise<void> {
	const { lines: all, ...head } = order;
	await tx.insert(orders, rowOf(head));
	await addLines(tx, order.id, all);
	await addTransition(tx, order, { to: order.status, actor, at: order.placed_at });
	reached(tx, order);
}

export async function addLines(tx: Tx, order_id: string, all: readonly OrderLine[]): Promise<void> {
	const rows = all.map((line) => ({ order_id, ...line, qty_shipped: 0, qty_returned: 0 }));
	await tx.insertAll(lines, rows);
}

export async function addTransition(
	tx: Tx,
	{ id: order_id, version }: Pick<OrderHead, "id" | "version">,
	transition: Transition,
): Promise<void> {
	tx.beforeCommit(addTransitions, { order_id, version, ...transition });
}
const addTransitions = async (tx: Tx, all: (typeof history.row & {})[]) =>
	void (await tx.insertAll(history, all));

export async function findOrder(db: Reader, id: string): Promise<Order | undefined> {
	const row = await db.find(orders, { id });
	return row && { ...headOf(row), lines: await linesOf(db, id) };
}

export async function linesOf(db: Reader, order_id: string): Promise<OrderLine[]> {
	const rows = await db.list(lines, { order_id }, { order: "line", limit: LINES_MAX });
	return rows.map(({ order_id: _, qty_shipped: __, qty_returned: ___, ...line }) => line);
}

export async function listTransitions(db: Reader, order_id: string): Promise<Transition[]> {
	const rows = await db.list(history, { order_id }, { order: "version", limit: LIFE_MAX });
	return rows.map(({ order_id: _, version: __, ...transition }) => transition);
}

/** Of these orders, those that were confirmed and have not been cancelled. */
export async function listStanding(db: Reader, ids: readonly string[]): Promise<string[]> {
	const found = await Promise.all(ids.map((id) => db.find(orders, { id })));
	return found.flatMap((row) => (row && isStanding(row.status) ? [row.id] : []));
}
const isStanding = (status: OrderStatus) => STANDING.includes(status);

export const headsOf = ({ items, ...rest }: { items: OrderRow[]; next_cursor?: string }) => ({
	...rest,
	items: items.map(headOf),
});

export const headOf = ({ ship_to, bill_to, ...row }: OrderRow): OrderHead => ({
	...row,
	...(ship_to && { ship_to: ship_to.address as NonNullable<OrderHead["ship_to"]> }),
	...(bill_to && { bill_to: bill_to.address as NonNullable<OrderHead["bill_to"]> }),
});

export const rowOf = ({ ship_to, bill_to, ...head }: OrderHead): OrderRow => ({
	...head,
	...(ship_to && { ship_to: { address: ship_to } }),
	...(bill_to && { bill_to: { address: bill_to } }),
});

/** Orders that have waited for their saga since before an instant, the oldest first. */
export const listPending = (
	db: Reader,
	before: string,
): Promise<{ id: string; saga_id?: string }[]> => db.query(PENDING, { before });

export const PENDING = `select id, saga_id from orders
	where status = 'PENDING' and placed_at < $before order by placed_at limit ${SWEPT_MAX}`;

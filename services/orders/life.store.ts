import { wrongState } from "../../lib/state.ts";
import { decode, type Tx } from "../../mixins/database.mixin.ts";
import type { From, To } from "./order.ts";
import { type Order, orderNotFound, totalChanged } from "./orders.contract.ts";
import {
	addTransition,
	findOrder,
	headOf,
	linesOf,
	type OrderRow,
	orders,
	reached,
} from "./orders.store.ts";

type Step<F extends From> = readonly [from: F, to: To<F>];

interface Moving {
	actor: string;
	payment_id?: string;
	/** What the order must come to, for the move to be made. */
	total_cents?: number;
}

/** Moves an order on, if it is where the step leaves from; refuses when it is not. */
export async function move<F extends From>(
	tx: Tx,
	id: string,
	step: Step<F>,
	moving: Moving,
): Promise<Order> {
	const moved = await tryMove(tx, id, step, moving);
	if (moved) return moved;
	const order = await findOrder(tx, id);
	if (!order) throw orderNotFound({ id });
	if (order.status !== step[0]) throw wrongState({ state: order.status, needed: step[0] });
	throw totalChanged();
}

/**
 * The same for an undo, which never refuses: `undefined` when the order is there already. From
 * anywhere else something is broken, which only a person can mend.
 */
export async function moveBack<F extends From>(
	tx: Tx,
	id: string,
	step: Step<F>,
	actor: string,
): Promise<Order | undefined> {
	const moved = await tryMove(tx, id, step, { actor });
	if (moved) return moved;
	const order = await findOrder(tx, id);
	if (order && order.status !== step[1])
		throw new Error(`Order ${id} is ${order.status}: it cannot become ${step[1]}`);
	return undefined;
}

/** The order where it has moved to; nothing if it was not where the step leaves from. */
export async function tryMove<F extends From>(
	tx: Tx,
	id: string,
	[from, to]: Step<F>,
	{ actor, payment_id, total_cents }: Moving,
): Promise<Order | undefined> {
	const [row] = await tx.query<OrderRow>(MOVE, { id, from, to, payment_id, total_cents });
	if (!row) return undefined;
	const head = headOf(decode(orders, row));
	await addTransition(tx, head, { from, to, at: new Date().toISOString(), actor });
	reached(tx, head);
	return { ...head, lines: await linesOf(tx, id) };
}

const MOVE = `
	update orders set
		status = $to, version = version + 1, payment_id = coalesce($payment_id, payment_id)
	where id = $id and status = $from and total_cents = coalesce($total_cents, total_cents)
	returning *`;

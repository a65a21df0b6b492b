import type { Tx } from "../../mixins/database.mixin.ts";
import type { Today } from "./basket.ts";
import { checkedOut, converted, reopened } from "./cart.ts";
import { type Allow, findCart, itemsOf, settle, shown } from "./carts.store.ts";
import type { Told } from "./told.store.ts";

export async function checkOut(tx: Tx, cart_id: string, allow: Allow, today: Today): Promise<Told> {
	const head = allow(await findCart(tx, cart_id));
	const { length } = await itemsOf(tx, cart_id);
	const next = checkedOut(head, length, today.now);
	return next === head ? shown(tx, head, today) : settle(tx, next, today);
}

/** Keeps the name of the saga that a cart waits for, while it does. */
export async function nameSaga(tx: Tx, id: string, saga_id: string): Promise<void> {
	await tx.query(NAME, { id, saga_id });
}
const NAME = `
	update cart set saga_id = $saga_id, version = version + 1
	where id = $id and status = 'CHECKING_OUT' and saga_id is null`;

export async function reopen(tx: Tx, { cart_id, saga_id }: Ended, today: Today): Promise<Told[]> {
	const head = cart_id && (await findCart(tx, cart_id));
	if (!head) return [];
	const next = reopened(head, saga_id, today.now);
	return next === head ? [] : [await settle(tx, next, today)];
}

export async function convert(tx: Tx, { cart_id, saga_id }: Ended, today: Today): Promise<Told[]> {
	const head = cart_id && (await findCart(tx, cart_id));
	const told: Told[] = [];
	for (const next of head ? converted(head, saga_id, today.now) : [])
		told.push(await settle(tx, next, today));
	return told;
}
/** How a saga names what it was about: not all are about a cart. */
interface Ended {
	readonly cart_id?: string;
	readonly saga_id?: string;
}

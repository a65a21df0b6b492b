import type { Fact } from "../../lib/fact.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { added, changes, type Price, repriced, type Today, totalled, type Wish } from "./basket.ts";
import { isDue, moved, type Owner, opened, touched } from "./cart.ts";
import { CartHead, CartItem, carts } from "./carts.contract.ts";
import { factsOf, storyOf } from "./story.ts";
import type { Told } from "./told.store.ts";

const ITEMS_READ = 200;

export const heads = table("cart", CartHead, "id");
export const contents = table("cart_item", CartItem, "id");

/** Who may: it gives the cart back, or refuses it. */
export type Allow = (cart: CartHead | undefined) => CartHead;

export const findCart = (db: Reader, id: string): Promise<CartHead | undefined> =>
	db.find(heads, { id });

export const itemsOf = (db: Reader, cart_id: string): Promise<CartItem[]> =>
	db.list(contents, { cart_id }, { order: "id", limit: ITEMS_READ });

/** The cart that one of the owners has open, the first owner's first. */
export async function findOpen(
	db: Reader,
	owners: readonly Owner[],
): Promise<CartHead | undefined> {
	for (const owner of owners)
		for (const status of ["ACTIVE", "CHECKING_OUT"] as const) {
			const head = await db.find(heads, { ...owner, status });
			if (head) return head;
		}
	return undefined;
}

/** The cart that is meant: by its id, or open for a session or a customer. */
export async function findNamed(
	db: Reader,
	{ cart_id, session_id, customer_id }: Owner & { cart_id?: string },
): Promise<CartHead | undefined> {
	if (cart_id) return findCart(db, cart_id);
	if (session_id) return findOpen(db, [{ session_id }]);
	return customer_id ? findOpen(db, [{ customer_id }]) : undefined;
}

/** The cart that one of the owners has open; else a new one, the last owner's. */
export async function open(
	tx: Tx,
	owners: readonly Owner[],
	choice: Partial<CartHead>,
	today: Today,
): Promise<Told> {
	const facts: Fact[] = [];
	for (let head = await findOpen(tx, owners); head; head = await findOpen(tx, owners)) {
		if (!isDue(head, today.now)) return { ...(await shown(tx, head, today)), facts };
		facts.push(...(await settle(tx, moved(head, "EXPIRED", today.now), today)).facts);
	}
	const head = opened(owners.at(-1) ?? {}, choice, today.now);
	// Two may open at once: the one that comes second finds what the first has opened.
	if (!(await tx.claim(heads, head))) return open(tx, owners, choice, today);
	const cart = totalled(head, [], today);
	return { cart, facts: [...facts, carts.created(storyOf(cart))] };
}

/** Changes what is in a cart, if it may and can be changed. */
export async function edit(
	tx: Tx,
	cart_id: string,
	allow: Allow,
	{ change, tell = factsOf }: Change,
	today: Today,
): Promise<Told> {
	const head = touched(allow(await findCart(tx, cart_id)), today.now);
	const before = await itemsOf(tx, cart_id);
	const after = change(before, head);
	await saveItems(tx, before, after);
	await saveCart(tx, head);
	const cart = totalled(head, after, today);
	return { cart, facts: tell(cart, before, after) };
}
export interface Change {
	change(items: readonly CartItem[], cart: CartHead): readonly CartItem[];
	tell?: typeof factsOf;
}

/** Leaves a cart as if its buyer had just gone. Answers what there is to tell of it. */
export async function leave(
	tx: Tx,
	{ session_id, item }: { session_id: string; item: Wish },
	today: Today,
): Promise<Fact[]> {
	const { cart, facts } = await open(tx, [{ session_id }], {}, today);
	const head = await tx.get(heads, { id: cart.id });
	const change = () => added([], item, cart.id);
	return [...facts, ...(await edit(tx, cart.id, () => head, { change }, today)).facts];
}

/** What time and the catalogue have done to a cart since it was last looked at. */
export async function refresh(
	tx: Tx,
	cart_id: string,
	prices: ReadonlyMap<string, Price>,
	today: Today,
): Promise<Told> {
	const head = await tx.get(heads, { id: cart_id });
	if (isDue(head, today.now)) return settle(tx, moved(head, "EXPIRED", today.now), today);
	if (head.status !== "ACTIVE") return shown(tx, head, today);
	return edit(tx, cart_id, () => head, { change: (items) => repriced(items, prices) }, today);
}

/** Keeps the state that a cart has moved to. */
export async function settle(tx: Tx, head: CartHead, today: Today): Promise<Told> {
	await saveCart(tx, head);
	const { cart } = await shown(tx, head, today);
	return { cart, facts: [STATES[head.status](storyOf(cart))] };
}
const STATES = {
	ACTIVE: carts.reopened,
	CHECKING_OUT: carts.checked_out,
	CONVERTED: carts.converted,
	EXPIRED: carts.expired,
} as const;

export const shown = async (db: Reader, head: CartHead, today: Today): Promise<Told> => ({
	cart: totalled(head, await itemsOf(db, head.id), today),
	facts: [],
});

/** Replaces the row, so that what is absent is gone. */
async function saveCart(tx: Tx, { id, ...row }: CartHead): Promise<void> {
	await tx.update(heads, { id }, { saga_id: null, ...row } as Partial<CartHead>);
}

async function saveItems(tx: Tx, before: readonly CartItem[], after: readonly CartItem[]) {
	const was = new Map(before.map((item) => [item.id, item]));
	const stays = new Set(after.map(({ id }) => id));
	for (const { id } of before) if (!stays.has(id)) await tx.remove(contents, { id });
	for (const { id, ...item } of changes(before, after)) await tx.update(contents, { id }, item);
	for (const item of after) if (!was.has(item.id)) await tx.insert(contents, item);
}

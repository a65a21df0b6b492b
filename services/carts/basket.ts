import { newId } from "../../lib/ids.ts";
import { type TaxRate, taxLines, totals } from "../../lib/tax.ts";
import { businessDate } from "../../lib/time.ts";
import { isDue } from "./cart.ts";
import {
	type Cart,
	type CartHead,
	type CartItem,
	cartFull,
	itemNotFound,
} from "./carts.contract.ts";

const LINES_MAX = 100; // half of what an order takes
const QUANTITY_MAX = 10_000;
const DOLLARS_MAX = 1_000_000;

/** The moment, and the taxes that are in force around it. */
export interface Today {
	readonly now: number;
	readonly rates: readonly TaxRate[];
}

/** What somebody wants in a cart: already found in the catalogue, and placed. */
export type Wish = Pick<CartItem, "product_id" | "location_id" | "quantity"> & Price;
export type Price = Pick<CartItem, "unit_price_cents" | "tax_class" | "name">;

/** Units of one product from one place are one item, at the price of today. */
export function added(items: readonly CartItem[], wish: Wish, cart_id: string): CartItem[] {
	const same = items.find((item) => isSame(item, wish));
	if (!same) return limited([...items, { ...wish, id: newId("itm"), cart_id }]);
	const quantity = same.quantity + wish.quantity;
	return limited(items.map((item) => (item === same ? { ...item, ...wish, quantity } : item)));
}

export function resized(items: readonly CartItem[], id: string, quantity: number): CartItem[] {
	found(items, id);
	return limited(items.map((item) => (item.id === id ? { ...item, quantity } : item)));
}

export function without(items: readonly CartItem[], id: string): CartItem[] {
	found(items, id);
	return items.filter((item) => item.id !== id);
}

/** Only what is wanted stays. What was there already stays the same item, at its place. */
export function replaced(items: readonly CartItem[], wishes: Wish[], cart_id: string): CartItem[] {
	const wanted = wishes.reduce<CartItem[]>((sum, wish) => added(sum, wish, cart_id), []);
	const kept = wanted.map((item) => {
		const same = items.find((one) => isSame(one, item));
		return same ? { ...item, id: same.id } : item;
	});
	return kept.sort((a, b) => (a.id < b.id ? -1 : 1)); // ids are sorted by age
}

/** What the catalogue quotes, by product, in the language of the cart. */
export const pricesIn = (locale: CartHead["locale"], quotes: readonly Quoted[]) =>
	new Map(
		quotes.map(({ product_id, unit_price_cents, tax_class, ...names }): [string, Price] => [
			product_id,
			{ unit_price_cents, tax_class, name: names[`name_${locale}`] },
		]),
	);
type Quoted = Omit<Price, "name"> & { product_id: string; name_fr: string; name_en: string };

/** Items at the prices of today. What the catalogue does not say stays as it was. */
export const repriced = (items: readonly CartItem[], prices: ReadonlyMap<string, Price>) =>
	items.map((item) => ({ ...item, ...prices.get(item.product_id) }));

/** What a cart costs: while it is active at the taxes of today, then at those of its last day. */
export function totalled(cart: CartHead, items: readonly CartItem[], { now, rates }: Today): Cart {
	const date = businessDate(cart.status === "ACTIVE" ? now : cart.updated_at);
	const net = items.map(({ cart_id: _, ...item }) => ({ ...item, net_cents: netOf(item) }));
	const taxes = taxLines(net, date, rates);
	const lines = net.map((line, at) => ({ ...line, ...(taxes.lines[at] ?? NO_TAX) }));
	return { ...cart, currency: "CAD", items: lines, ...totals(lines) };
}

/** True when nothing has happened to a cart since it was last kept. */
export const isFresh = (
	cart: CartHead,
	items: readonly CartItem[],
	prices: ReadonlyMap<string, Price>,
	now: number,
) =>
	cart.status !== "ACTIVE" ||
	(!isDue(cart, now) && changes(items, repriced(items, prices)).length === 0);

/** Items that stayed, and are no longer what they were. */
export const changes = (before: readonly CartItem[], after: readonly CartItem[]) =>
	after.filter((item) => {
		const old = before.find(({ id }) => id === item.id);
		return old !== undefined && FIELDS.some((field) => old[field] !== item[field]);
	});
const FIELDS = ["quantity", "unit_price_cents", "name", "tax_class"] as const;

function limited(items: CartItem[]): CartItem[] {
	const isOver =
		items.length > LINES_MAX ||
		items.some(({ quantity }) => quantity > QUANTITY_MAX) ||
		items.reduce((sum, item) => sum + netOf(item), 0) > DOLLARS_MAX * 100;
	if (isOver) throw cartFull({ lines: LINES_MAX, quantity: QUANTITY_MAX, amount: DOLLARS_MAX });
	return items;
}

function found(items: readonly CartItem[], id: string): void {
	if (!items.some((item) => item.id === id)) throw itemNotFound({ id });
}

const isSame = (one: Shelf, other: Shelf) =>
	one.product_id === other.product_id && one.location_id === other.location_id;
type Shelf = Pick<CartItem, "product_id" | "location_id">;

const netOf = ({ quantity, unit_price_cents }: Pick<CartItem, "quantity" | "unit_price_cents">) =>
	quantity * unit_price_cents;

const NO_TAX = { gst_cents: 0, qst_cents: 0 };

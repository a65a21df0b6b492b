import type { Fact } from "../../lib/fact.ts";
import type { Totals } from "../../lib/tax.ts";
import { changes } from "./basket.ts";
import { type Cart, type CartItem, carts } from "./carts.contract.ts";

export function totalsOf(cart: Totals): Totals {
	const { subtotal_cents, discount_cents, gst_cents, qst_cents, total_cents } = cart;
	return { subtotal_cents, discount_cents, gst_cents, qst_cents, total_cents };
}

/** What is told of a cart: never its session, which is the key to it. */
export function storyOf(cart: Cart) {
	const { id, customer_id, location_id, saga_id } = cart;
	return {
		cart_id: id,
		location_id,
		...(customer_id && { customer_id }),
		...(saga_id && { saga_id }),
		...totalsOf(cart),
	};
}

/** One fact for each item that came, changed or went. */
export function factsOf(
	cart: Cart,
	before: readonly CartItem[],
	after: readonly CartItem[],
): Fact[] {
	const story = storyOf(cart);
	const tell = ({ cart_id: _, ...item }: CartItem) => ({ ...story, item });
	const came = after.filter(({ id }) => !before.some((item) => item.id === id));
	const went = before.filter(({ id }) => !after.some((item) => item.id === id));
	return [
		...went.map((item) => carts.item_removed(tell(item))),
		...changes(before, after).map((item) => carts.item_updated(tell(item))),
		...came.map((item) => carts.item_added(tell(item))),
	];
}

/** One fact for all that was thrown out at once; none for a cart that was empty. */
export const emptied = (cart: Cart, before: readonly CartItem[]): Fact[] =>
	before.length > 0 ? [carts.cleared(storyOf(cart))] : [];

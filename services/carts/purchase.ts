import type { Scope } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import { isOwn } from "./cart.ts";
import {
	type Cart,
	type CartHead,
	cartEmpty,
	type PlaceOrder,
	unknownCart,
} from "./carts.contract.ts";
import { totalsOf } from "./story.ts";

/** An order of somebody else's cart is wrong about its cart, as if there were none. */
export function orderer(scope: Scope, head: CartHead | undefined, session_id?: string): CartHead {
	if (!head || !isOwn(scope, head, session_id)) throw unknownCart();
	return head;
}

/** What an order of the cart is made of. Of a cart in checkout, it is the same order. */
export function orderable(cart: Cart) {
	const { id, customer_id, status, items } = cart;
	if (status === "CONVERTED" || status === "EXPIRED")
		throw wrongState({ state: status, allowed: "ACTIVE" });
	if (items.length === 0) throw cartEmpty();
	return {
		cart_id: id,
		...(customer_id && { customer_id }),
		status,
		lines: items.map(({ location_id, product_id, quantity }) => ({
			location_id,
			product_id,
			quantity,
		})),
		...totalsOf(cart),
	};
}

/** What is ordered, at the total that the buyer was shown, whatever the catalogue says since. */
export function orderOf(
	{ id, items, total_cents, ...cart }: Cart,
	{ payment_info, ...wanted }: Omit<PlaceOrder, "cart_id" | "customer_id" | "products">,
	scope: Scope,
): PlaceOrder {
	const customer_id = cart.customer_id ?? scope.customer_id;
	return {
		...wanted,
		cart_id: id,
		...(customer_id && { customer_id }),
		products: items.map(({ product_id, quantity, location_id: location }) => ({
			product_id,
			quantity,
			location,
		})),
		payment_info: { expected_total_cents: total_cents, ...payment_info },
	};
}

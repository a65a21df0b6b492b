import type { Context } from "moleculer";
import { centsOf } from "../../lib/money.ts";
import { scopeOf } from "../../lib/scope.ts";
import { malformed } from "../../lib/validator.ts";
import { cartEmpty, carts } from "../carts/carts.contract.ts";
import { totalChanged } from "../orders/orders.contract.ts";

interface Asked {
	cart_id?: string;
	session_id?: string;
	customer_id?: string;
	payment_info?: { amount?: number | string; card?: string; expected_total_cents?: number };
}

/**
 * An order says what it wants, or names a cart, which says it: only the carts know whose cart it
 * is, and so nobody else may say both.
 */
export function hasProducts(ctx: Context<{ products?: object[]; cart_id?: string }>): boolean {
	const { products, cart_id } = ctx.params;
	if (products && cart_id && scopeOf(ctx).role !== "service")
		throw malformed([{ field: "products", message: "are the cart's", keyword: "not" }]);
	return products !== undefined;
}

/** What a cart wants, as an order asks for it. An amount that is not the cart's total is refused. */
export async function cartProducts(
	ctx: Context,
	{ cart_id, session_id, payment_info = {} }: Asked,
) {
	const named = { ...(cart_id && { cart_id }), ...(session_id && { session_id }) };
	if (!cart_id && !session_id) throw cartEmpty();
	const cart = await carts.forOrder(ctx, named);
	const { amount, card, expected_total_cents = cart.total_cents } = payment_info;
	if (amount !== undefined && centsOf(amount) !== cart.total_cents) throw totalChanged();
	return {
		cart_id: cart.cart_id,
		products: cart.lines.map(({ product_id, quantity, location_id }) => ({
			product_id,
			quantity,
			location: location_id,
		})),
		payment_info: { expected_total_cents, ...(card && { card }) },
	};
}

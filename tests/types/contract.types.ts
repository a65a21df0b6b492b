import type { Context } from "moleculer";
import Type from "typebox";
import { action } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { refusal } from "../../lib/refusal.ts";
import { inventory, outOfStock } from "../../services/inventory/inventory.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { paymentDeclined } from "../../services/payments/payments.contract.ts";

declare const ctx: Context;
const lines = [{ location_id: "online", product_id: "tea", quantity: 1 }];
const hold = { owner_type: "saga" as const, owner_id: "ord_1", lines };

export async function calls() {
	const order = await orders.confirm(ctx, { order_id: "1", payment_id: "2", amount_cents: 3 });
	order.id.toUpperCase();
	// @ts-expect-error not a field of the reply
	order.nope;
	// @ts-expect-error lines are required
	await inventory.reserve(ctx, { owner_type: "saga", owner_id: "ord_1" });
	// @ts-expect-error unknown field
	await inventory.reserve(ctx, { ...hold, coupon: "X" });
	// @ts-expect-error quantity is a number
	await inventory.reserve(ctx, { ...hold, lines: [{ ...lines[0], quantity: "1" }] });
	// @ts-expect-error an action without `returns` answers nothing
	(await inventory.release(ctx, { owner_id: "1" })).id;
	// @ts-expect-error a fact cannot be called
	await inventory.reserved(ctx, hold);
}

export const fact: "inventory.reserved" = inventory.reserved(hold).event;
// @ts-expect-error not the fact's payload
inventory.reserved({ product_id: "tea" });

outOfStock({ available: 1, product_id: "tea" });
paymentDeclined();
// @ts-expect-error `available` is in the message
outOfStock({ product_id: "tea" });
// @ts-expect-error every refusal is said in French too
refusal("SHOP_CLOSED", 409, { en: "The shop is closed" });

// @ts-expect-error params are fields, not a schema
action({ params: Type.Object({}) });

// @ts-expect-error a fact is about one of its fields
event({ order_id: Type.String() }, { about: "customer:{customer_id}" });

import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { asValue, isRefusal } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import { catalog, productNotFound, unknownProduct } from "../catalog/catalog.contract.ts";
import { customerNotFound, customers, unknownCustomer } from "../customers/customers.contract.ts";
import { orders, type Purchase } from "../orders/orders.contract.ts";

const WALK_IN = "walk_in";
const acting = () => ({ headers: asService("claims") });

interface Asked {
	customer_id: string;
	product_id: string;
	order_id?: string;
}

/** Whose claim it is: a customer's own; for staff the one named, or whoever stands at the counter. */
export function customerOf(ctx: Context, named: string | undefined): string {
	const { role, customer_id } = scopeOf(ctx);
	if (role !== "customer") return named ?? WALK_IN;
	if (!customer_id || (named !== undefined && named !== customer_id))
		throw customerNotFound({ id: named ?? "" });
	return customer_id;
}

/** What shows that a product was bought, the latest first; or the refusal of what is not known. */
export async function evidenceOf(ctx: Context, asked: Asked): Promise<Purchase[] | Error> {
	const { customer_id, product_id: id } = asked;
	const [customer, items] = await Promise.all([
		customers.get(ctx, { id: customer_id }, acting()).catch(asValue(customerNotFound)),
		purchasesOf(ctx, asked),
	]);
	if (isRefusal(customer)) return unknownCustomer({ id: customer_id });
	if (items.length > 0) return items;
	const product = await catalog.get(ctx, { id }, acting()).catch(asValue(productNotFound));
	return isRefusal(product) || product.id !== id ? unknownProduct({ id }) : [];
}

async function purchasesOf(ctx: Context, asked: Asked): Promise<Purchase[]> {
	const { customer_id, product_id, order_id } = asked;
	// The counter has many customers: which of its orders is meant, only its number says.
	if (customer_id === WALK_IN && !order_id) return [];
	const order = order_id === undefined ? {} : { order_id };
	return (await orders.purchases(ctx, { customer_id, product_id, ...order }, acting())).items;
}

import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import type { Params } from "../../lib/contract.ts";
import { newId } from "../../lib/ids.ts";
import { saidAs } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import { catalog, unknownProduct } from "../catalog/catalog.contract.ts";
import { customerNotFound, customers } from "../customers/customers.contract.ts";
import { identity, userNotFound } from "../identity/identity.contract.ts";
import { payments } from "../payments/payments.contract.ts";
import { locationNotFound, stores, unknownLocation } from "../stores/stores.contract.ts";
import type { sagas } from "./saga.contract.ts";

const WALK_IN = "walk_in";
const ONLINE = "online";

type Order = Params<typeof sagas.placeOrder>;
interface Wanted {
	product_id: string;
	quantity: number;
	location?: string;
}

/** The input of an order's saga: names resolved, the card exchanged for a token, the id chosen. */
export async function orderInput(
	ctx: Context,
	{ products = [], payment_info = {}, payment_method = "credit_card", ...order }: Order & Extra,
) {
	const { card, expected_total_cents } = payment_info;
	const { customer_id, contact, cart_id, shipping_address, billing_address } = order;
	const [lines] = await Promise.all([linesOf(ctx, products), refuseUnknown(ctx, products)]);
	const order_id = newId("ord");
	const token = card && (await payments.tokenise(ctx, { card, order_id }));
	return {
		order_id,
		customer_id: customer_id ?? WALK_IN,
		lines,
		payment_method,
		...(contact && { contact }),
		...(shipping_address && { shipping_address }),
		...(billing_address && { billing_address }),
		...(cart_id && { cart_id }),
		...(expected_total_cents !== undefined && { expected_total_cents }),
		...(token && { payment_token: token.payment_token }),
	};
}
interface Extra {
	contact?: string;
}

async function linesOf(ctx: Context, products: Wanted[]) {
	const places = new Set(products.map(({ location }) => location ?? ONLINE));
	const ids = new Map(
		await Promise.all(
			[...places].map(async (place) => [place, await locationId(ctx, place)] as const),
		),
	);
	return products.map(({ product_id, quantity, location = ONLINE }) => ({
		product_id,
		quantity,
		location_id: ids.get(location) ?? location,
	}));
}

/** What is not in the catalogue is the request's fault. While the catalogue is away the saga decides. */
async function refuseUnknown(ctx: Context, products: Wanted[]): Promise<void> {
	const lines = products.map(({ product_id, quantity }) => ({ product_id, quantity }));
	if (lines.length === 0) return;
	await catalog.quote(ctx, { lines }, { headers: asService("saga") }).catch((error) => {
		if (unknownProduct.is(error)) throw error;
	});
}

/** A place named in a request that is none is the request's fault: 422, not 404. */
async function locationId(ctx: Context, location: string): Promise<string> {
	if (location === ONLINE) return ONLINE;
	const unknown = saidAs(locationNotFound, unknownLocation({ id: location }));
	return (await stores.resolve(ctx, { location }).catch(unknown)).id;
}

/** Whose order it is: a customer's own; for staff the one named, or whoever stands at the counter. */
export function customerOf(ctx: Context, named: string | undefined): string {
	const { role, customer_id } = scopeOf(ctx);
	if (role !== "customer") return named ?? WALK_IN;
	if (!customer_id || (named !== undefined && named !== customer_id))
		throw customerNotFound({ id: named ?? "" });
	return customer_id;
}

/** `user` is a customer's id or user name; any other name is kept as the contact of the order. */
export async function buyerOf(ctx: Context, user: string) {
	const { role } = scopeOf(ctx);
	if (role === "customer") return { customer_id: customerOf(ctx, undefined), contact: user };
	const acting = { headers: asService("saga") };
	const known =
		(await unlessUnknown(customers.get(ctx, { id: user }, acting)))?.id ??
		(await unlessUnknown(identity.getUser(ctx, { id: user }, acting)))?.customer_id;
	return { customer_id: known ?? WALK_IN, contact: user };
}

/** A name that cannot be an id is nobody's id. */
async function unlessUnknown<T>(asked: Promise<T>): Promise<T | undefined> {
	try {
		return await asked;
	} catch (error) {
		const isNoId = (error as { type?: string }).type === "VALIDATION_ERROR";
		if (!customerNotFound.is(error) && !userNotFound.is(error) && !isNoId) throw error;
		return undefined;
	}
}

import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { headersOf } from "../../lib/http.ts";
import { isRefusal, saidAs } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import { catalog } from "../catalog/catalog.contract.ts";
import { customerNotFound, customers, unknownCustomer } from "../customers/customers.contract.ts";
import { type Placed, sagas } from "../saga/saga.contract.ts";
import { locationNotFound, stores, unknownLocation } from "../stores/stores.contract.ts";
import { type Price, pricesIn, type Wish } from "./basket.ts";
import { isHelper } from "./cart.ts";
import type { CartHead, PlaceOrder, Wanted } from "./carts.contract.ts";

type Asked = Pick<Context, "call" | "locals" | "headers">;
type Line = Pick<Wish, "product_id" | "quantity">;

/** What is wanted, at the prices of today and in the place that was meant; or what is unknown. */
export async function wishesOf(
	ctx: Asked,
	{ locale, location_id: usual }: CartHead,
	wanted: readonly Wanted[],
): Promise<Wish[]> {
	const names = [...new Set(wanted.flatMap(({ location }) => location ?? []))];
	const [prices, places] = await Promise.all([
		pricesOf(ctx, wanted, locale),
		Promise.all(names.map(async (name) => [name, await placeOf(ctx, name)] as const)),
	]);
	const known = new Map(places);
	return wanted.map(({ product_id, quantity, location = "" }) => {
		const price = prices.get(product_id);
		if (!price) throw new Error(`The catalogue has quoted no price for ${product_id}`);
		return { ...price, product_id, quantity, location_id: known.get(location) ?? usual };
	});
}

export async function pricesOf(
	ctx: Asked,
	lines: readonly Line[],
	locale: CartHead["locale"],
): Promise<ReadonlyMap<string, Price>> {
	if (lines.length === 0) return new Map();
	const asked = lines.map(({ product_id, quantity }) => ({ product_id, quantity }));
	return pricesIn(locale, (await catalog.quote(ctx, { lines: asked })).lines);
}

/** A cart can be read while the catalogue is away, or has withdrawn a product: at its last prices. */
export const pricesIfKnown = (
	ctx: Asked,
	{ status, locale }: CartHead,
	lines: readonly Line[],
): Promise<ReadonlyMap<string, Price>> =>
	pricesOf(ctx, status === "ACTIVE" ? lines : [], locale).catch(() => new Map());

/** How a cart is opened, when its buyer says. */
export async function choiceOf(
	ctx: Asked,
	{ location, locale = headersOf(ctx).locale }: { location?: string; locale?: CartHead["locale"] },
): Promise<Partial<CartHead>> {
	return {
		...(location && { location_id: await placeOf(ctx, location) }),
		...(locale && { locale }),
	};
}

async function placeOf(ctx: Asked, location: string): Promise<string> {
	const unknown = saidAs(locationNotFound, unknownLocation({ id: location }));
	return (await stores.resolve(ctx, { location }).catch(unknown)).id;
}

/** Staff may open a cart for a customer, who must be one. */
export async function refuseUnknown(ctx: Asked, customer_id: string | undefined): Promise<void> {
	if (customer_id === undefined || !isHelper(scopeOf(ctx))) return;
	const unknown = saidAs(customerNotFound, unknownCustomer({ id: customer_id }));
	await customers.get(ctx, { id: customer_id }).catch(unknown);
}

/** One cart starts one saga, however often it is asked; `Prefer: wait` goes on to it. */
export function placeOrder(ctx: Asked, order: PlaceOrder): Promise<Placed> {
	const { wait, locale } = headersOf(ctx);
	const headers = { ...asService("carts"), ...(wait && { wait }), ...(locale && { locale }) };
	return sagas.placeOrder(ctx, order, { headers });
}

/** True when no saga can have begun: the order was refused, or there was nobody to place it. */
export const neverBegan = (err: unknown): boolean =>
	isRefusal(err) || NOBODY_THERE.includes((err as { type?: string }).type ?? "");
const NOBODY_THERE = ["SERVICE_NOT_FOUND", "SERVICE_NOT_AVAILABLE", "SAGA_BUSY"];

import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { type Refusal, saidAs } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { catalog, productNotFound, unknownProduct } from "../catalog/catalog.contract.ts";
import { sagas } from "../saga/saga.contract.ts";
import { locationNotFound, stores, unknownLocation } from "../stores/stores.contract.ts";
import type { holders } from "./holds.store.ts";
import { levels } from "./inventory.store.ts";
import { refuseForeign, sees, viewOf } from "./reach.ts";

const OWNERS_MAX = 200; // what one question may name

/** Of the shelves that are asked for, those that the caller may see. */
export async function seen(
	ctx: Context,
	{ location, product }: { location?: string; product?: string },
) {
	const scope = scopeOf(ctx);
	const location_id = location && (await stores.resolve(ctx, { location })).id;
	if (location && !sees(scope, location_id ?? "")) throw locationNotFound({ id: location });
	if (scope.role !== "supplier") return viewOf(scope, { location_id, product });
	const { supplier_id } = scope;
	const theirs = supplier_id && (await catalog.productsOf(ctx, { supplier_id })).product_ids;
	return viewOf(scope, { location_id, product }, theirs || []);
}

/** The same for one product: another supplier's is not there. */
export async function seenOne(ctx: Context<{ product_id: string; location?: string }>) {
	const { product_id: product, ...asked } = ctx.params;
	const view = await seen(ctx, { ...asked, product });
	if (view.products?.length === 0) throw productNotFound({ id: product });
	return view;
}

/** The shelf that a request wants to change: one of the caller's, of a product that we know. */
export async function shelfOf(
	ctx: Context<{ location: string; product_id: string }>,
	db: Database,
	unknown: Refusal<[{ id: string }]>,
) {
	const { location, product_id } = ctx.params;
	const { id: location_id } = await stores
		.resolve(ctx, { location })
		.catch(saidAs(locationNotFound, unknownLocation({ id: location })));
	refuseForeign(scopeOf(ctx), location_id, locationNotFound({ id: location }));
	const shelf = { location_id, product_id };
	if (await db.read((read) => read.find(levels, shelf))) return shelf;
	await catalog
		.quote(ctx, { lines: [{ product_id, quantity: 1 }] })
		.catch(saidAs(unknownProduct, unknown({ id: product_id })));
	return shelf;
}

/** Of those that hold something, those whose saga has undone all and yet left the hold. */
export async function endedOtherwise(
	ctx: Context,
	held: Awaited<ReturnType<typeof holders>>,
): Promise<string[]> {
	const owners = held.filter(({ owner_type }) => owner_type === "saga");
	const ids = owners.map(({ owner_id }) => owner_id);
	const ended: string[] = [];
	for (let at = 0; at < ids.length; at += OWNERS_MAX) {
		const order_ids = ids.slice(at, at + OWNERS_MAX);
		const { items } = await sagas.ended(ctx, { order_ids }, { headers: asService("inventory") });
		const undone = items.filter(({ status }) => status === "COMPENSATED");
		ended.push(...undone.map(({ order_id }) => order_id));
	}
	return ended;
}

import type { Context } from "moleculer";
import type { Refusal } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { catalog, productNotFound, unknownProduct } from "../catalog/catalog.contract.ts";
import { locationNotFound, stores } from "../stores/stores.contract.ts";
import type { holders } from "./holds.store.ts";
import { unknownLocation } from "./inventory.contract.ts";
import { levels } from "./inventory.store.ts";
import { refuseForeign, sees, viewOf } from "./reach.ts";

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
	const { id: location_id } = await stores.resolve(ctx, { location }).catch((err) => {
		throw locationNotFound.is(err) ? unknownLocation({ id: location }) : err;
	});
	refuseForeign(scopeOf(ctx), location_id, locationNotFound({ id: location }));
	const shelf = { location_id, product_id };
	if (await db.read((read) => read.find(levels, shelf))) return shelf;
	await catalog.quote(ctx, { lines: [{ product_id, quantity: 1 }] }).catch((err) => {
		throw unknownProduct.is(err) ? unknown({ id: product_id }) : err;
	});
	return shelf;
}

/** Of those that hold something, those that have ended without giving it back. */
export const endedOtherwise = async (
	_ctx: Context,
	_holders: Awaited<ReturnType<typeof holders>>,
): Promise<string[]> => [];

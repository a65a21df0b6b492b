import type { Context } from "moleculer";
import { TAX_RATES } from "../../config/tax.ts";
import { scopeOf } from "../../lib/scope.ts";
import { malformed } from "../../lib/validator.ts";
import { expectVersion } from "../../lib/version.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import * as basket from "./basket.ts";
import * as rules from "./cart.ts";
import type { Cart, CartHead } from "./carts.contract.ts";
import * as store from "./carts.store.ts";
import * as others from "./neighbours.ts";
import * as states from "./states.store.ts";
import * as story from "./story.ts";
import { type Host, tell, told } from "./told.store.ts";

/** Gives the buyer the cart back, once its saga has undone all, or has never begun. */
export async function reopen(host: Host, tx: Tx, ended: { cart_id?: string; saga_id?: string }) {
	await tell(host, tx, await states.reopen(tx, ended, today()));
}

/** The cart that is open, or a new one. */
export async function open(
	host: Host,
	ctx: Asked,
	owners: rules.Owner[],
	choice: Partial<CartHead> = {},
) {
	if (owners.length === 0)
		throw malformed([{ field: "session_id", message: "is required", keyword: "required" }]);
	const head = await host.db.read((db) => store.findOpen(db, owners));
	if (head && !rules.isDue(head, Date.now()))
		return { cart: await show(host, ctx, head), isNew: false };
	await others.refuseUnknown(ctx, owners.at(-1)?.customer_id);
	const cart = await told(host, (tx) => store.open(tx, owners, choice, today()));
	return { cart, isNew: true };
}

/** A cart as it is now: expired if its time is over, else at the prices that the catalogue says. */
export async function show(host: Host, ctx: Asked, head: CartHead): Promise<Cart> {
	const items = await host.db.read((db) => store.itemsOf(db, head.id));
	const prices = await others.pricesIfKnown(ctx, head, items);
	if (basket.isFresh(head, items, prices, Date.now())) return basket.totalled(head, items, today());
	return told(host, (tx) => store.refresh(tx, head.id, prices, today()));
}

export const edit = (host: Host, ctx: One, change: store.Change["change"], tell = story.factsOf) =>
	told(host, (tx) => store.edit(tx, ctx.params.cart_id, allow(ctx), { change, tell }, today()));

export const mine = (host: Host, ctx: One) =>
	host.db.read(async (db) => own(ctx, await store.findCart(db, ctx.params.cart_id)));

const own = (ctx: One, head: CartHead | undefined) =>
	rules.own(scopeOf(ctx), head, ctx.params.session_id);

export const allow = (ctx: One) => (found: CartHead | undefined) => {
	const head = own(ctx, found);
	expectVersion(ctx, head);
	return head;
};

export const today = (): basket.Today => ({ now: Date.now(), rates: TAX_RATES });
type Asked = Pick<Context, "call" | "locals" | "headers">;
type One = Asked & { params: { cart_id: string; session_id?: string } };

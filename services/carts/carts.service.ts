import type { Context } from "moleculer";
import { cartDemo } from "../../config/demo/carts.ts";
import { TAX_RATES } from "../../config/tax.ts";
import type { Heard } from "../../lib/fact.ts";
import { answer } from "../../lib/http.ts";
import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { malformed } from "../../lib/validator.ts";
import { expectVersion } from "../../lib/version.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { orders } from "../orders/orders.contract.ts";
import { sagas } from "../saga/saga.contract.ts";
import * as basket from "./basket.ts";
import * as rules from "./cart.ts";
import { type Cart, type CartHead, carts } from "./carts.contract.ts";
import * as store from "./carts.store.ts";
import * as others from "./neighbours.ts";
import { orderable, orderer, orderOf } from "./purchase.ts";
import * as states from "./states.store.ts";
import * as story from "./story.ts";
import { type Host, tell, told } from "./told.store.ts";

export default service(carts, {
	mixins: [
		database,
		outbox,
		inbox,
		crud(store.heads),
		demo((tx) => store.leave(tx, cartDemo, today())),
	],

	actions: {
		async current(ctx) {
			return (await open(this, ctx, rules.ownersOf(scopeOf(ctx), ctx.params))).cart;
		},
		async create(ctx) {
			const choice = await others.choiceOf(ctx, ctx.params);
			const owners = rules.ownersOf(scopeOf(ctx), ctx.params);
			const guest = [{ session_id: newId("sid") }];
			const { cart, isNew } = await open(this, ctx, owners.length > 0 ? owners : guest, choice);
			answer(ctx, { status: isNew ? 201 : 200 });
			return cart;
		},
		async get(ctx) {
			return show(this, ctx, await mine(this, ctx));
		},
		async totals(ctx) {
			return story.totalsOf(await show(this, ctx, await mine(this, ctx)));
		},
		async list(ctx) {
			const { role, customer_id } = scopeOf(ctx);
			const own = role === "customer" && { customer_id: customer_id ?? "" };
			const { items, ...page } = await this.page({ ...ctx.params, ...own });
			return { ...page, items: items.map(rules.listed) };
		},

		async addItem(ctx) {
			const head = await mine(this, ctx);
			const [wish] = await others.wishesOf(ctx, head, [ctx.params]);
			return edit(this, ctx, (items) => (wish ? basket.added(items, wish, head.id) : items));
		},
		async replace(ctx) {
			const head = await mine(this, ctx);
			const wishes = await others.wishesOf(ctx, head, ctx.params.items);
			return edit(this, ctx, (items) => basket.replaced(items, wishes, head.id));
		},
		async updateItem(ctx) {
			const { item_id, quantity } = ctx.params;
			return edit(this, ctx, (items) => basket.resized(items, item_id, quantity));
		},
		async removeItem(ctx) {
			return edit(this, ctx, (items) => basket.without(items, ctx.params.item_id));
		},
		async clear(ctx) {
			return edit(this, ctx, () => [], story.emptied);
		},

		async checkout(ctx) {
			const { cart_id, session_id: _, ...wanted } = ctx.params;
			await show(this, ctx, await mine(this, ctx)); // at the prices of today, or the total is refused
			const cart = await told(this, (tx) => states.checkOut(tx, cart_id, allow(ctx), today()));
			try {
				const placed = await others.placeOrder(ctx, orderOf(cart, wanted, scopeOf(ctx)));
				const { saga_id, status } = placed;
				await this.db.write((tx) => states.nameSaga(tx, cart_id, saga_id));
				answer(ctx, { location: `/api/v1/sagas/${saga_id}` });
				if (status === "COMPLETED") answer(ctx, { status: 201 });
				return placed;
			} catch (err) {
				if (others.neverBegan(err)) await this.db.write((tx) => reopen(this, tx, { cart_id }));
				throw err;
			}
		},

		async forOrder(ctx) {
			const found = await this.db.read((db) => store.findNamed(db, ctx.params));
			const head = orderer(scopeOf(ctx), found, ctx.params.session_id);
			return orderable(await show(this, ctx, head));
		},
	},

	events: {
		async [orders.confirmed.event](tx: Tx, { payload }: Heard<typeof orders.confirmed>) {
			await tell(this, tx, await states.convert(tx, payload, today()));
		},
		async [sagas.compensated.event](tx: Tx, { payload }: Heard<typeof sagas.compensated>) {
			await reopen(this, tx, payload);
		},
	},
});

/** Gives the buyer the cart back, once its saga has undone all, or has never begun. */
async function reopen(host: Host, tx: Tx, ended: { cart_id?: string; saga_id?: string }) {
	await tell(host, tx, await states.reopen(tx, ended, today()));
}

/** The cart that is open, or a new one. */
async function open(host: Host, ctx: Asked, owners: rules.Owner[], choice: Partial<CartHead> = {}) {
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
async function show(host: Host, ctx: Asked, head: CartHead): Promise<Cart> {
	const items = await host.db.read((db) => store.itemsOf(db, head.id));
	const prices = await others.pricesIfKnown(ctx, head, items);
	if (basket.isFresh(head, items, prices, Date.now())) return basket.totalled(head, items, today());
	return told(host, (tx) => store.refresh(tx, head.id, prices, today()));
}

const edit = (host: Host, ctx: One, change: store.Change["change"], tell = story.factsOf) =>
	told(host, (tx) => store.edit(tx, ctx.params.cart_id, allow(ctx), { change, tell }, today()));

const mine = (host: Host, ctx: One) =>
	host.db.read(async (db) => own(ctx, await store.findCart(db, ctx.params.cart_id)));

const own = (ctx: One, head: CartHead | undefined) =>
	rules.own(scopeOf(ctx), head, ctx.params.session_id);

const allow = (ctx: One) => (found: CartHead | undefined) => {
	const head = own(ctx, found);
	expectVersion(ctx, head);
	return head;
};

const today = (): basket.Today => ({ now: Date.now(), rates: TAX_RATES });
type Asked = Pick<Context, "call" | "locals" | "headers">;
type One = Asked & { params: { cart_id: string; session_id?: string } };

import { cartDemo } from "../../config/demo/carts.ts";
import type { Heard } from "../../lib/fact.ts";
import { answer } from "../../lib/http.ts";
import { newId } from "../../lib/ids.ts";
import { ownOf, scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { orders } from "../orders/orders.contract.ts";
import { sagas } from "../saga/saga.contract.ts";
import * as basket from "./basket.ts";
import * as rules from "./cart.ts";
import { carts } from "./carts.contract.ts";
import * as store from "./carts.store.ts";
import { allow, edit, mine, open, reopen, show, today } from "./desk.actions.ts";
import * as others from "./neighbours.ts";
import { orderable, orderer, orderOf } from "./purchase.ts";
import * as states from "./states.store.ts";
import * as story from "./story.ts";
import { tell, told } from "./told.store.ts";

export default service(carts, {
	mixins: [
		database,
		outbox,
		inbox,
		crud(store.heads),
		demo((tx) => store.leave(tx, cartDemo, today())),
	],

	actions: {
		...letterActions,
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
			const { items, ...page } = await this.page({ ...ctx.params, ...ownOf(scopeOf(ctx)) });
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

import type { Context } from "moleculer";
import { demoOrders } from "../../config/demo/orders.ts";
import { isTheirs, ownOf, scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { every } from "../../mixins/every.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { customerNotFound } from "../customers/customers.contract.ts";
import { choreographed } from "./choreographed.reactions.ts";
import { move, moveBack } from "./life.store.ts";
import { seen, summaryOf } from "./order.ts";
import { orders } from "./orders.contract.ts";
import * as store from "./orders.store.ts";
import { placingActions } from "./placing.actions.ts";
import { listPurchases } from "./purchases.store.ts";
import { addAll } from "./shipments.store.ts";
import { shippingActions } from "./shipping.actions.ts";
import { sweepActions } from "./sweep.actions.ts";

const SWEEP_MS = 60_000;

const load = (tx: Tx) => addAll(tx, demoOrders);

export default service(orders, {
	mixins: [
		database,
		outbox,
		inbox,
		participant,
		crud(store.orders),
		demo(load),
		every(SWEEP_MS, orders.sweep),
	],

	actions: {
		...letterActions,
		...placingActions,
		...shippingActions,
		...sweepActions,
		confirm(ctx) {
			const { order_id, payment_id, amount_cents: total_cents } = ctx.params;
			return this.once(ctx, async (tx) => {
				const paid = { actor: scopeOf(ctx).actor, payment_id, total_cents };
				const order = await move(tx, order_id, ["PENDING", "CONFIRMED"], paid);
				await this.announce(tx, orders.confirmed(order));
				return summaryOf(order);
			});
		},
		cancel(ctx) {
			const { id, actor } = askedOf(ctx);
			return this.undo(ctx, async (tx) => {
				const order = await moveBack(tx, id, ["PENDING", "CANCELLED"], actor);
				if (order) await this.announce(tx, orders.cancelled(order));
			});
		},
		beginCancel(ctx) {
			const { id, actor } = askedOf(ctx);
			return this.once(ctx, async (tx) => {
				const order = await move(tx, id, ["CONFIRMED", "CANCEL_PENDING"], { actor });
				await this.announce(tx, orders.cancel_requested({ id }));
				return summaryOf(order);
			});
		},
		abortCancel(ctx) {
			const { id, actor } = askedOf(ctx);
			return this.undo(ctx, async (tx) => {
				const order = await moveBack(tx, id, ["CANCEL_PENDING", "CONFIRMED"], actor);
				if (order) await this.announce(tx, orders.cancel_aborted({ id: order.id }));
			});
		},
		close(ctx) {
			const { id, actor } = askedOf(ctx);
			return this.once(ctx, async (tx) => {
				const order = await move(tx, id, ["CANCEL_PENDING", "CANCELLED"], { actor });
				await this.announce(tx, orders.cancelled(order));
				return summaryOf(order);
			});
		},
		async standing({ params: { order_ids } }) {
			return { order_ids: await this.db.read((db) => store.listStanding(db, order_ids)) };
		},
		async purchases({ params }) {
			return { items: await this.db.read((db) => listPurchases(db, params)) };
		},

		async list(ctx) {
			const own = ownOf(scopeOf(ctx));
			return store.headsOf(await this.page({ ...ctx.params, ...own, sort: "-placed_at" }));
		},
		async ofCustomer(ctx) {
			const { customer_id: id } = ctx.params;
			if (!isTheirs(scopeOf(ctx), id)) throw customerNotFound({ id });
			return store.headsOf(await this.page({ ...ctx.params, sort: "-placed_at" }));
		},
		async get(ctx) {
			const { id } = ctx.params;
			return seen(scopeOf(ctx), await this.db.read((db) => store.findOrder(db, id)), id);
		},
		async history(ctx) {
			const { id } = ctx.params;
			seen(scopeOf(ctx), await this.db.read((db) => store.findOrder(db, id)), id);
			return { items: await this.db.read((db) => store.listTransitions(db, id)) };
		},
	},

	events: choreographed,
});

const askedOf = (ctx: Context<{ order_id: string }>) => ({
	id: ctx.params.order_id,
	actor: scopeOf(ctx).actor,
});

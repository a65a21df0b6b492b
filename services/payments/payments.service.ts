import type { Context } from "moleculer";
import { demoPayments } from "../../config/demo/payments.ts";
import { env } from "../../config/env.ts";
import { asService } from "../../config/identity.ts";
import { centsOf } from "../../lib/money.ts";
import { forbidden } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { every } from "../../mixins/every.mixin.ts";
import { callOf, foreign } from "../../mixins/foreign.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { orders } from "../orders/orders.contract.ts";
import { sagas } from "../saga/saga.contract.ts";
import { faced, faceOf } from "./card.ts";
import { shown } from "./payment.ts";
import { type FailureConfig, paymentNotFound, payments } from "./payments.contract.ts";
import * as store from "./payments.store.ts";
import { type Provider, provider } from "./provider.store.ts";
import { NO_FAILURE } from "./provider.ts";
import * as refunds from "./refunds.store.ts";
import { till } from "./till.store.ts";

const SWEEP_MS = 60_000;
const ORPHAN_MS = 10 * 60_000; // ten times a saga's deadline

export default service(payments, {
	mixins: [
		database,
		outbox,
		participant,
		foreign,
		provider,
		till,
		crud(store.payments),
		demo(load),
		every(SWEEP_MS, payments.sweep),
	],

	async started() {
		if (!env.demo) return;
		for (const { key, amount_cents } of demoPayments)
			await this.provider.remember(key, amount_cents);
	},

	actions: {
		async tokenise(ctx) {
			const face = faceOf(ctx.params.card);
			return this.db.write((tx) => store.addToken(tx, face));
		},
		capture(ctx) {
			return this.take(ctx, ctx.params);
		},
		refund(ctx) {
			return this.takeBack(ctx);
		},
		refundOrder(ctx) {
			const { order_id } = ctx.params;
			return this.giveBack(ctx, {
				open: (tx, effect) => refunds.openRefunds(tx, order_id, effect),
				reply: refunds.totalOf,
			});
		},

		async list(ctx) {
			const { items, ...rest } = await this.page({ ...ctx.params, sort: "-created_at" });
			return { ...rest, items: items.map(shown) };
		},
		async get({ params: { id } }) {
			const payment = await this.one({ id });
			if (!payment) throw paymentNotFound({ id });
			return shown(payment);
		},
		async process(ctx) {
			return this.take(ctx, faced(ctx.params));
		},
		async processAmount(ctx) {
			const { amount, amount_cents = centsOf(amount ?? ""), ...rest } = faced(ctx.params);
			return this.take(ctx, { payment_method: "credit_card", ...rest, amount_cents });
		},
		refundPayment(ctx) {
			const { id, ...wanted } = ctx.params;
			return this.giveBack(ctx, {
				open: (tx, effect) => refunds.openRefundOf(tx, id, { effect, ...wanted }),
				reply: refunds.soleOf,
			});
		},

		configureFailure(ctx) {
			return configure(this.provider, ctx.params);
		},
		async configureFailureAmounts(ctx) {
			const { failure_amounts = [], ...config } = ctx.params;
			const failure_amounts_cents = failure_amounts.map((one) => centsOf(one, "failure_amounts"));
			return configure(this.provider, { ...config, failure_amounts_cents });
		},
		resetFailure() {
			return configure(this.provider, NO_FAILURE);
		},
		async failureConfig() {
			refuseInProduction();
			return this.provider.config();
		},

		async sweep(ctx) {
			const unowned = await this.db.read((db) => store.listUnowned(db, ORPHAN_MS));
			const { owned, orphans } = await toOwners(ctx, unowned);
			await this.db.write((tx) => store.own(tx, owned));
			await this.finishRefunds(ORPHAN_MS);
			for (const { key } of orphans) await this.takeBack(callOf(key, ctx));
			return { looked_at: unowned.length, refunded: orphans.length };
		},
		async orphans() {
			return { count: await this.db.read((db) => store.countUnowned(db, 2 * ORPHAN_MS)) };
		},
	},
});

async function load(tx: Tx) {
	await tx.insertAll(store.payments, demoPayments);
	return demoPayments.map((payment) => payments.captured(shown(payment)));
}

/** In production payments are declined for good reasons only. */
function refuseInProduction() {
	if (env.production) throw forbidden();
}

async function configure(simulator: Provider, wanted: Partial<FailureConfig>) {
	refuseInProduction();
	const config = { ...NO_FAILURE, ...wanted };
	await simulator.configure(config);
	return config;
}

/** A payment is its order's if that order stands, and nobody's once its saga has ended, too. */
async function toOwners(ctx: Context, unowned: store.Unowned[]) {
	const order_ids = [...new Set(unowned.map(({ ref_id }) => ref_id))];
	const saga_ids = [...new Set(unowned.flatMap(({ saga_id }) => saga_id ?? []))];
	const acting = { headers: asService("payments") };
	const standing = await orders.standing(ctx, { order_ids }, acting);
	const live = await sagas.live(ctx, { saga_ids }, acting);
	const stands = ({ ref_id }: store.Unowned) => standing.order_ids.includes(ref_id);
	const isLive = ({ saga_id }: store.Unowned) => live.saga_ids.includes(saga_id ?? "");
	const orphans = unowned.filter((payment) => !stands(payment) && !isLive(payment));
	return { owned: unowned.filter(stands), orphans };
}

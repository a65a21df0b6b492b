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
import { faceOf } from "./card.ts";
import { shown } from "./payment.ts";
import {
	type FailureConfig,
	paymentNotFound,
	payments,
	refundExceedsCaptured,
} from "./payments.contract.ts";
import * as store from "./payments.store.ts";
import { type Provider, provider } from "./provider.store.ts";
import { NO_FAILURE } from "./provider.ts";
import * as refunds from "./refunds.store.ts";
import { till } from "./till.store.ts";

const SWEEP_MS = 60_000;
const SWEEP_MAX = 200;
const ORPHAN_MS = 10 * 60_000; // ten times a saga's deadline
const acting = () => ({ headers: asService("payments") });

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
		tokenise(ctx) {
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
		process(ctx) {
			const { card, ...order } = ctx.params;
			return this.take(ctx, { ...order, ...(card && { face: faceOf(card) }) });
		},
		processAmount(ctx) {
			const { card, amount, amount_cents = centsOf(amount ?? ""), ...rest } = ctx.params;
			const order = { payment_method: "credit_card" as const, ...rest, amount_cents };
			return this.take(ctx, { ...order, ...(card && { face: faceOf(card) }) });
		},
		refundPayment(ctx) {
			const { id, ...wanted } = ctx.params;
			return this.giveBack(ctx, {
				async open(tx, effect) {
					const payment = await tx.find(store.payments, { id });
					if (!payment) throw paymentNotFound({ id });
					return [await refunds.openRefund(tx, payment, { effect, ...wanted })];
				},
				reply: ([refund]) =>
					refund?.status === "SUCCEEDED" ? refunds.shownRefund(refund) : refundExceedsCaptured(),
			});
		},

		configureFailure(ctx) {
			return configure(this.provider, ctx.params);
		},
		configureFailureAmounts(ctx) {
			const { failure_amounts = [], ...config } = ctx.params;
			const failure_amounts_cents = failure_amounts.map((amount) =>
				centsOf(amount, "failure_amounts"),
			);
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
			const before = new Date(Date.now() - ORPHAN_MS).toISOString();
			const unowned = await this.db.read((db) => store.listUnowned(db, before, SWEEP_MAX));
			if (unowned.length === 0) return { looked_at: 0, refunded: 0 };
			const { standing, live } = await ownersOf(ctx, unowned);
			const owned = unowned.filter(({ ref_id }) => standing.has(ref_id));
			await this.db.write((tx) => store.own(tx, owned));
			const orphans = unowned.filter(
				({ ref_id, saga_id }) => !standing.has(ref_id) && !live.has(saga_id),
			);
			for (const { key } of orphans) await this.takeBack(callOf(key));
			return { looked_at: unowned.length, refunded: orphans.length };
		},
		async orphans() {
			const before = new Date(Date.now() - 2 * ORPHAN_MS).toISOString();
			return { count: await this.db.read((db) => store.countUnowned(db, before)) };
		},
	},
});

async function load(tx: Tx) {
	await tx.insertAll(store.payments, demoPayments);
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

/** The orders that stand, and the sagas that still work on theirs. */
async function ownersOf(ctx: Context, unowned: store.Unowned[]) {
	const order_ids = [...new Set(unowned.map(({ ref_id }) => ref_id))];
	const saga_ids = [...new Set(unowned.flatMap(({ saga_id }) => saga_id ?? []))];
	const [standing, live] = await Promise.all([
		orders.standing(ctx, { order_ids }, acting()),
		sagas.live(ctx, { saga_ids }, acting()),
	]);
	return {
		standing: new Set(standing.order_ids),
		live: new Set<string | null>(live.saga_ids),
	};
}

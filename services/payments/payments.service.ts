import { demoPayments } from "../../config/demo/payments.ts";
import { env } from "../../config/env.ts";
import { centsOf } from "../../lib/money.ts";
import { forbidden } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { every } from "../../mixins/every.mixin.ts";
import { foreign } from "../../mixins/foreign.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { faced, faceOf } from "./card.ts";
import { choreographed } from "./choreographed.reactions.ts";
import { collector } from "./collector.store.ts";
import { shown } from "./payment.ts";
import { type FailureConfig, paymentNotFound, payments } from "./payments.contract.ts";
import * as store from "./payments.store.ts";
import { type Provider, provider } from "./provider.store.ts";
import { NO_FAILURE } from "./provider.ts";
import * as refunds from "./refunds.store.ts";
import { sweepActions } from "./sweep.actions.ts";
import { till } from "./till.store.ts";

const SWEEP_MS = 60_000;
const COLLECT_MS = 2_000; // what a crash left to be taken keeps a buyer waiting

export default service(payments, {
	mixins: [
		database,
		outbox,
		inbox,
		participant,
		foreign,
		provider,
		till,
		collector,
		crud(store.payments),
		demo(load),
		every(SWEEP_MS, payments.sweep),
		every(COLLECT_MS, payments.collect),
	],

	async started() {
		if (!env.demo) return;
		for (const { key, amount_cents } of demoPayments)
			await this.provider.remember(key, amount_cents);
	},

	actions: {
		...letterActions,
		...sweepActions,
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
	},

	events: choreographed,
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

import { demoPayments } from "../../config/demo/payments.ts";
import { env } from "../../config/env.ts";
import { centsOf } from "../../lib/money.ts";
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
import { claimRefunds } from "./claim-refunds.reactions.ts";
import { claimErrands } from "./claim-refunds.store.ts";
import { collector } from "./collector.store.ts";
import { shown } from "./payment.ts";
import { paymentNotFound, payments } from "./payments.contract.ts";
import * as store from "./payments.store.ts";
import { provider } from "./provider.store.ts";
import { soleOf, totalOf } from "./refund.ts";
import * as refunds from "./refunds.store.ts";
import { simulatorActions } from "./simulator.actions.ts";
import { sweepActions } from "./sweep.actions.ts";
import { till } from "./till.store.ts";

const SWEEP_MS = 60_000;
const COLLECT_MS = 2_000; // what a crash left to be taken keeps a buyer waiting

export default service(payments, {
	mixins: [
		database,
		outbox,
		participant,
		foreign,
		provider,
		till,
		collector,
		claimErrands,
		inbox,
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
		...simulatorActions,
		...sweepActions,
		async tokenise(ctx) {
			const { card, order_id } = ctx.params;
			const face = faceOf(card);
			return this.db.write((tx) => store.addToken(tx, face, order_id));
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
				reply: totalOf,
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
				reply: soleOf,
			});
		},
	},

	events: { ...choreographed, ...claimRefunds },
});

async function load(tx: Tx) {
	await tx.insertAll(store.payments, demoPayments);
	return demoPayments.map((payment) => payments.captured(shown(payment)));
}

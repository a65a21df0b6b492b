import type { Context } from "moleculer";
import type { Fact } from "../../lib/fact.ts";
import { headersOf } from "../../lib/http.ts";
import { newId } from "../../lib/ids.ts";
import { type Mixin, mixin } from "../../lib/service.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import type { foreign } from "../../mixins/foreign.mixin.ts";
import type { Call } from "../../mixins/occasion.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { stepUndone } from "../../mixins/participant.mixin.ts";
import type { CardFace } from "./card.ts";
import { created, type PaymentRow, shown } from "./payment.ts";
import { type Payment, paymentDeclined, payments } from "./payments.contract.ts";
import * as store from "./payments.store.ts";
import type { provider } from "./provider.store.ts";
import { factOf, type RefundRow } from "./refund.ts";
import * as refunds from "./refunds.store.ts";

/**
 * Gives the service the only three ways in which money moves: `this.take`, `this.takeBack` and
 * `this.giveBack`. Each is a foreign effect, so that a crash at any point is finished, not guessed.
 */
export const till = mixin<Till, Needs>({
	created() {
		this.take = (ctx, order) => {
			let intent: PaymentRow | undefined; // what was just written is not read again
			return this.onceAbroad(ctx, {
				asked: order,
				begin: async (tx, key) => {
					const { order_id, amount_cents, payment_method: method, payment_token, face } = order;
					const card = payment_token ? await store.getFace(tx, payment_token) : face;
					const { saga_id } = headersOf(ctx);
					const made = { id: newId("pay"), saga_id, created_at: new Date().toISOString() };
					intent = created({ ...made, key, ref_id: order_id, amount_cents, method, ...card });
					await store.addPayment(tx, intent);
				},
				ask: (key) => this.provider.charge({ key, amount_cents: order.amount_cents }),
				settle: async (tx, charge, key) => {
					if (charge.status === "cancelled") throw stepUndone({ step: key });
					const payment = shown(await store.settle(tx, key, charge, intent));
					const taken = payment.status === "CAPTURED";
					const fact = taken ? payments.captured : payments.declined;
					await this.announce(tx, inMode(order.mode, fact(payment)));
					return taken ? payment : paymentDeclined();
				},
			});
		};

		this.takeBack = (ctx, mode) =>
			this.undoAbroad(ctx, {
				ask: (key) => this.provider.cancel(key, `${key}:undo`),
				settle: async (tx, charge, key) => {
					const { before, payment, refund } = await refunds.takeBack(tx, key, charge);
					// Readers count what was captured less what was refunded: both, or neither.
					if (before.status === "CREATED" && refund)
						await this.announce(tx, inMode(mode, payments.captured(shown(payment))));
					if (refund) await this.announce(tx, inMode(mode, payments.refunded(factOf(refund))));
				},
			});

		const ask = async (effect: string) => {
			const answers = new Map<string, boolean>();
			const pending = await this.db.read((db) => refunds.listPending(db, effect));
			for (const { id, key, charge_key, amount_cents } of pending)
				answers.set(id, await this.provider.refund(key, charge_key, amount_cents));
			return answers;
		};
		const end = async (tx: Tx, answers: Map<string, boolean>) => {
			for (const [id, succeeded] of answers) {
				const ended = await refunds.endRefund(tx, id, succeeded);
				if (ended) await this.announce(tx, endOf(ended));
			}
		};

		this.giveBack = (ctx, { open, reply }) =>
			this.onceAbroad(ctx, {
				begin: async (tx, key) => {
					for (const refund of await open(tx, key))
						await this.announce(tx, payments.refund_requested(factOf(refund)));
				},
				ask,
				settle: async (tx, answers, key) => {
					await end(tx, answers);
					return reply(await refunds.listOf(tx, key)); // a sweep may have ended some
				},
			});

		this.finishRefunds = async (age_ms) => {
			for (const effect of await this.db.read((db) => refunds.listStuck(db, age_ms))) {
				const answers = await ask(effect);
				await this.db.write((tx) => end(tx, answers));
			}
		};
	},
});

const endOf = (refund: RefundRow): Fact =>
	(refund.status === "SUCCEEDED" ? payments.refunded : payments.refund_refused)(factOf(refund));

const inMode = (mode: Mode | undefined, fact: Fact): Fact =>
	mode ? { ...fact, payload: { ...fact.payload, mode } } : fact;

type Added<M> = M extends Mixin<infer Adds, infer _> ? Adds : never;
type Needs = { db: Database } & Added<typeof outbox> &
	Added<typeof foreign> &
	Added<typeof provider>;

interface Order {
	order_id: string;
	amount_cents: number;
	payment_method: Payment["method"];
	payment_token?: string;
	face?: CardFace;
	/** Said in what is told of it, so that who hears it answers. */
	mode?: Mode;
}
type Mode = "choreographed";

interface GivingBack<T> {
	/** Records the refunds to make, in the unit that begins; may refuse. */
	open(tx: Tx, effect: string): Promise<RefundRow[]>;
	/** What to answer once each has succeeded or failed. */
	reply(ended: RefundRow[]): T | Error;
}
interface Till {
	take(ctx: Call & Pick<Context, "headers">, order: Order): Promise<Payment>;
	/** Undoes a `take`, whatever became of it; one that arrives later takes nothing. */
	takeBack(ctx: Call, mode?: Mode): Promise<void>;
	/** Ends the refunds that a crash left begun, longer ago than that. */
	finishRefunds(age_ms: number): Promise<void>;
	giveBack<T>(ctx: Call, giving: GivingBack<T>): Promise<T>;
}

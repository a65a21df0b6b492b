import { isRefusal } from "../../lib/refusal.ts";
import { type Mixin, mixin } from "../../lib/service.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import { callOf } from "../../mixins/foreign.mixin.ts";
import { type Due, isOpen, keyOf, type Terms } from "./due.ts";
import { changeDue, endStage, findDue, listOpen } from "./dues.store.ts";
import { findFace } from "./payments.store.ts";
import type { till } from "./till.store.ts";

const ABREAST_MAX = 128;
const mode = "choreographed" as const;
const SELF = { headers: {}, params: {}, locals: { scope: { actor: "payments", role: "service" } } };

/**
 * Gives the service `this.owe`: what an order without a coordinator is to pay is written down in a
 * unit of work, and taken or given back after its commit; by `this.collect`, after a crash.
 */
export const collector = mixin<Collector, Needs>({
	created() {
		const running = new Map<string, Promise<void>>();
		this.settling = running;

		const take = async (due: Due, terms: Terms) => {
			const { saga_id: _, ...order } = terms;
			const call = { ...callOf(keyOf(terms), SELF), ...from(due) };
			const { order_id } = due;
			const face = await this.db.read((db) => findFace(db, order_id));
			const wanted = { order_id, ...order, mode, ...(face && { face }) };
			await this.take(call, wanted).catch(onlyRefusal); // of which the till has told
			await this.db.write((tx) => endStage(tx, due));
		};
		const giveBack = async (due: Due, terms: Terms) => {
			await this.takeBack({ ...callOf(keyOf(terms), SELF), ...from(due) }, mode);
			await this.db.write((tx) => endStage(tx, due));
		};
		const settle = async (order_id: string) => {
			for (;;) {
				const due = await this.db.read((db) => findDue(db, order_id));
				if (!due?.terms || !isOpen(due)) return;
				await (due.stage === "TAKE" ? take : giveBack)(due, due.terms);
			}
		};
		const wake = (order_id: string): Promise<void> => {
			const under = running.get(order_id);
			if (under || running.size >= ABREAST_MAX) return under ?? Promise.resolve();
			const warn = (err: unknown) =>
				this.logger.warn("an order waits to be paid", { err, order_id });
			const work = settle(order_id)
				.catch(warn)
				.finally(() => running.delete(order_id));
			running.set(order_id, work);
			return work;
		};

		this.owe = async (tx, order_id, rule) => {
			const due = await changeDue(tx, order_id, rule);
			if (isOpen(due)) tx.afterCommit(() => void wake(order_id));
		};
		this.collect = async () => {
			const open = await this.db.read(listOpen);
			await Promise.all(open.map(wake));
			return open.length;
		};
	},

	/** What has been begun is let come to its end; the rest is found at the next start. */
	async stopped() {
		await Promise.all(this.settling.values());
	},
});

const from = ({ correlation_id }: Due) => ({
	...(correlation_id && { requestID: correlation_id }),
});

function onlyRefusal(error: unknown): void {
	if (!isRefusal(error)) throw error;
}

type Added<M> = M extends Mixin<infer Adds, infer _> ? Adds : never;
type Needs = { db: Database } & Added<typeof till>;
interface Collector {
	/** Applies a rule to what an order is to pay; what is then to be done is done after the commit. */
	owe(tx: Tx, order_id: string, rule: (due: Due) => Due): Promise<void>;
	/** Does what a crash, or a provider that was away, has left to do; says how much that was. */
	collect(): Promise<number>;
	settling: Map<string, Promise<void>>;
}

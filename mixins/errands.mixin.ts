import type { Service } from "moleculer";
import { mixin } from "../lib/service.ts";
import type { Database, Tx } from "./database.mixin.ts";
import { type Cause, causeOf, resume } from "./delivery/cause.ts";
import { errandTable, Runner } from "./delivery/errands.ts";

/** What came of an errand, written down in the unit that ends it. */
type Outcome = (tx: Tx) => Promise<void>;
type Errand = (key: string) => Promise<Outcome>;

/**
 * Gives the service `this.errand(tx, kind, key)`: once `tx` has committed, the errand of that kind
 * is run, outside of any unit, again and ever later until it answers; its outcome is written down
 * once, by a unit whose facts come from what `tx` came from. A crash at any point only has it run
 * again, so it must be safe to repeat by its key.
 */
export const errands = <Needs>(kinds: Record<string, Errand> & ThisType<Service & Needs>) =>
	mixin<Errands, { db: Database } & Needs>({
		created() {
			const end = (kind: string, key: string, headers: Record<string, string>, outcome: Outcome) =>
				this.db.write(async (tx) => {
					if ((await tx.remove(errandTable, { kind, key })) === 0) return; // a replica was faster
					resume(tx, headers);
					await outcome(tx);
				});
			this.errandRunner = new Runner(this.db, Object.keys(kinds), {
				run: async ({ kind, key, headers }) => {
					const outcome = await (kinds[kind] as Errand).call(this, key);
					await end(kind, key, headers, outcome);
				},
				warn: (err, { kind, key, attempts }) =>
					this.logger.warn("an errand is run again", { err, kind, key, attempts }),
			});
			this.errand = async (tx, kind, key, cause) => {
				const now = Date.now();
				const due = { attempts: 0, due_at: now, created_at: now };
				await tx.insert(errandTable, { kind, key, headers: causeOf(tx, cause), ...due });
				tx.afterCommit(() => this.errandRunner.wake());
			};
		},
		started() {
			this.errandRunner.start();
		},
		stopped() {
			return this.errandRunner.stop();
		},
	});

export interface Errands {
	/** Each kind and key once: the second is a defect. */
	errand(tx: Tx, kind: string, key: string, cause?: Cause): Promise<void>;
	errandRunner: Runner;
}

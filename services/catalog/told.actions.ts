import type { Context } from "moleculer";
import type { Fact } from "../../lib/fact.ts";
import { expectVersion } from "../../lib/version.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import type { Told } from "./catalog.store.ts";

/** One unit of work, with the facts that it has to tell. */
export function tell<T>({ db, announce }: Host, work: (tx: Tx) => Promise<Told<T>>): Promise<T> {
	return db.write(async (tx) => {
		const [reply, ...facts] = await work(tx);
		for (const fact of facts) await announce(tx, fact);
		return reply;
	});
}

/** Refuses a row of another version than the one that the caller read. */
export const expected = (ctx: Context) => (row: { version: number }) => expectVersion(ctx, row);

interface Host {
	db: Database;
	announce(tx: Tx, fact: Fact): Promise<void>;
}

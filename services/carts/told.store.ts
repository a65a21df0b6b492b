import type { Fact } from "../../lib/fact.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import type { Cart } from "./carts.contract.ts";

/** What a change has made of a cart, and what is to be told of it. */
export interface Told {
	readonly cart: Cart;
	readonly facts: readonly Fact[];
}
/** Writes, and tells what it has written: both, or neither. */
export const told = (host: Host, work: (tx: Tx) => Promise<Told>) =>
	host.db.write(async (tx) => {
		const done = await work(tx);
		await tell(host, tx, [done]);
		return done.cart;
	});

export async function tell(host: Host, tx: Tx, told: readonly Told[]): Promise<void> {
	for (const { facts } of told) for (const fact of facts) await host.announce(tx, fact);
}

export interface Host {
	db: Database;
	announce(tx: Tx, fact: Fact): Promise<void>;
}

import Type from "typebox";
import { env } from "../config/env.ts";
import type { Fact } from "../lib/fact.ts";
import { mixin } from "../lib/service.ts";
import { type Database, type Tx, table } from "./database.mixin.ts";

const LIMIT_MS = 60_000;

const loads = table("demo", Type.Object({ loaded_at: Type.Integer() }), "loaded_at");

/**
 * Loads a context's demo data at its first start, whole or not at all, and never again. What
 * `load` answers is announced with it, so that who only hears of things has them from the start.
 */
export const demo = (load: (tx: Tx) => Promise<readonly Fact[]>) =>
	mixin<object, Needs>({
		async started() {
			if (!env.demo) return;
			await this.db.write(async (tx) => {
				await tx.hold("demo"); // replicas start together: the second waits, then finds it loaded
				if ((await tx.list(loads)).length > 0) return;
				for (const fact of await load(tx)) await this.announce(tx, fact);
				await tx.insert(loads, { loaded_at: Date.now() });
			}, LIMIT_MS);
		},
	});

interface Needs {
	db: Database;
	announce(tx: Tx, fact: Fact): Promise<void>;
}

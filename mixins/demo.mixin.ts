import Type from "typebox";
import { env } from "../config/env.ts";
import { mixin } from "../lib/service.ts";
import { type Database, type Tx, table } from "./database.mixin.ts";

const LIMIT_MS = 60_000;

const loads = table("demo", Type.Object({ loaded_at: Type.Integer() }), "loaded_at");

/** Loads a context's demo data at its first start, whole or not at all, and never again. */
export const demo = (load: (tx: Tx) => Promise<void>) =>
	mixin<object, { db: Database }>({
		async started() {
			if (!env.demo) return;
			await this.db.write(async (tx) => {
				if ((await tx.list(loads)).length > 0) return;
				await load(tx);
				await tx.insert(loads, { loaded_at: Date.now() });
			}, LIMIT_MS);
		},
	});

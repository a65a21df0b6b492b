import type { Fact } from "../../lib/fact.ts";
import type { Database, Tx } from "../database.mixin.ts";
import { settle, swap } from "./cursors.ts";
import type { Progress } from "./lag.ts";
import type { Page, Projection } from "./projection.ts";

const STALE_S = 60;
const SWAP_LIMIT_MS = 60_000; // a large table takes a while to drop

export interface Options {
	readonly db: Database;
	readonly projections: readonly Projection[];
	readonly feed: (after: number, limit: number) => Promise<Page>;
	announce(tx: Tx, fact: Fact): Promise<void>;
	readonly rebuilt: (told: { projection: string; position: number }) => Fact;
	readonly lagged: (told: { projection: string; position: number; lag_seconds: number }) => Fact;
	warn(text: string, details: object): void;
}

/** The tables that have reached the end take the place of those that answered so far. */
export const takePlace = ({ db, announce, rebuilt }: Options, projection: Projection) =>
	db.write(async (tx) => {
		const cursor = await swap(tx, projection);
		const { name } = projection;
		if (cursor) await announce(tx, rebuilt({ projection: name, position: cursor.position }));
	}, SWAP_LIMIT_MS);

/** Who has fallen far behind is told of, once; who has caught up is live again. */
export async function judge(
	{ db, announce, lagged }: Options,
	all: readonly Progress[],
): Promise<void> {
	for (const { name, position, state, lag_seconds } of all) {
		const is = lag_seconds > STALE_S ? "STALE" : "LIVE";
		if (state === "REBUILDING" || state === is) continue;
		await db.write(async (tx) => {
			if (!(await settle(tx, name, state, is))) return;
			if (is === "STALE") await announce(tx, lagged({ projection: name, position, lag_seconds }));
		});
	}
}

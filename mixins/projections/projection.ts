import { createHash } from "node:crypto";
import { knownVersion, type Recorded } from "../../lib/fact.ts";
import type { Tx } from "../database.mixin.ts";
import { addRows, createSql, inSlot, loadRows, type Model, type Slot, saveRows } from "./model.ts";
import { type Rows, WorkingSet } from "./working-set.ts";

/** A fact, and its place in the one order that all facts are stored in. */
export interface Stored extends Recorded {
	readonly position: number;
	/** Epoch milliseconds. */
	readonly recorded_at: number;
}
export interface Page {
	readonly items: readonly Stored[];
	/** The position of the latest fact that there is. */
	readonly head: number;
}

/** Tables, and how facts change them: the same tables whenever, and in whatever pages, it is told. */
export interface Projection {
	readonly name: string;
	/** To be raised when the folds change: the tables are then made again. */
	readonly version: number;
	readonly models: readonly Model[];
	/** Pure: facts and rows in, rows out. No clock, no chance, nothing that is not in them. */
	readonly on: Readonly<Record<string, (rows: Rows, fact: never) => void>>;
}
export const projection = (declared: Projection): Projection => declared;

/** Changes when its tables or its folds do. */
export const shapeOf = ({ version, models }: Projection): string =>
	createHash("sha256")
		.update([version, ...models.map((one) => createSql(one, "live", 0))].join("\n"))
		.digest("base64url");

/** Folds facts into the tables: read together, folded in memory, written together. */
export async function fold(
	tx: Tx,
	{ name, on, models }: Projection,
	slot: Slot,
	facts: readonly Stored[],
): Promise<void> {
	const heard = facts.filter(({ event }) => Object.hasOwn(on, event));
	const stranger = heard.find(({ event, version }) => version !== knownVersion(event));
	if (stranger) throw new Error(`${name} does not know ${stranger.event} v${stranger.version}`);
	const set = new WorkingSet();
	const modelOf = (kind: { name: string }) => models.find((one) => one.name === kind.name) as Model;
	while (!isFolded(set, on, heard))
		for (const [kind, keys] of set.missing) {
			const one = inSlot(modelOf(kind), slot);
			set.know(kind, await loadRows(tx, one, keys));
		}
	for (const [kind, rows] of set.changed) await saveRows(tx, inSlot(modelOf(kind), slot), rows);
	for (const [kind, rows] of set.added) await addRows(tx, inSlot(modelOf(kind), slot), rows);
}

/** False when rows were missing: what came of it is not true then, whether it failed or not. */
function isFolded(set: WorkingSet, on: Projection["on"], facts: readonly Stored[]): boolean {
	set.restart();
	try {
		for (const fact of facts) on[fact.event]?.(set, fact as never);
	} catch (error) {
		if (set.missing.length === 0) throw error;
	}
	return set.missing.length === 0;
}

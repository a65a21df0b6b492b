import Type, { type Static } from "typebox";
import { type Reader, type Tx, table } from "../database.mixin.ts";
import { createSql, dropSql, type Slot, swapSql } from "./model.ts";
import { type Projection, type Stored, shapeOf } from "./projection.ts";

const State = Type.Enum(["LIVE", "REBUILDING", "STALE"]);
const Cursor = Type.Object({
	name: Type.String(),
	/** All facts up to here are in the tables. */
	position: Type.Integer(),
	state: State,
	/** When the last of them was recorded, in epoch milliseconds. */
	as_of: Type.Integer(),
	shape: Type.String(),
	/** How often the tables have been made. */
	generation: Type.Integer(),
	/** The same as `position` of the tables that are being made, if any are. */
	next_position: Type.Optional(Type.Integer()),
});
export type Cursor = Static<typeof Cursor>;
export const cursors = table("projection_cursor", Cursor, "name");

export const listCursors = (db: Reader) => db.list(cursors);

const FRESH = { position: 0, state: "LIVE", as_of: 0, generation: 1 } as const;

/** Its tables and its cursor, made again from nothing when their shape is another than it was. */
export async function prepare(tx: Tx, projection: Projection): Promise<void> {
	const { name, models } = projection;
	const shape = shapeOf(projection);
	await tx.claim(cursors, { ...FRESH, name, shape: "" });
	const cursor = await tx.get(cursors, { name });
	if (cursor.shape === shape) return;
	for (const one of models) {
		await tx.script(dropSql(one, "next") + dropSql(one, "live"));
		await tx.script(createSql(one, "live", cursor.generation + 1));
	}
	const generation = cursor.generation + 1;
	await tx.save(cursors, { ...FRESH, name, shape, generation, next_position: null as never });
}

/** Begins, or begins anew, the tables that are to take the place of those that answer. */
export async function beginNext(tx: Tx, projection: Projection): Promise<void> {
	const { name, models } = projection;
	const { generation, shape } = await tx.get(cursors, { name });
	if (shape !== shapeOf(projection)) throw new Superseded(`${name} is another version's`);
	for (const one of models) {
		await tx.script(dropSql(one, "next"));
		await tx.script(createSql(one, "next", generation + 1));
	}
	const begun = { state: "REBUILDING", next_position: 0, generation: generation + 1 } as const;
	await tx.update(cursors, { name }, begun);
}

/**
 * Moves the cursor if it is where the mover left it: of two that project, one does. Who folds in
 * another way, as a version does that is being replaced, moves nothing.
 */
export async function advance(
	tx: Tx,
	projection: Projection,
	slot: Slot,
	from: number,
	{ position: to, recorded_at: as_of }: Pick<Stored, "position" | "recorded_at">,
): Promise<void> {
	const { name } = projection;
	const shape = shapeOf(projection);
	const moved =
		slot === "live"
			? await tx.update(cursors, { name, shape, position: from }, { position: to, as_of })
			: await tx.update(cursors, { name, shape, next_position: from }, { next_position: to });
	if (moved === 0) throw new Superseded(`${name} (${slot}) is no longer at ${from}`);
}

/** Somebody else has gone on, or has begun anew. */
export class Superseded extends Error {}

/** The new tables take the place of the old ones, if they are as far. */
export async function swap(tx: Tx, { name, models }: Projection): Promise<Cursor | undefined> {
	const cursor = await tx.get(cursors, { name });
	const { next_position } = cursor;
	if (next_position === undefined || next_position < cursor.position) return undefined;
	for (const one of models) await tx.script(swapSql(one));
	const swapped = { ...cursor, position: next_position, state: "LIVE" } as const;
	await tx.save(cursors, { ...swapped, next_position: null as never });
	return swapped;
}

/** True if it was in another state. One that is being rebuilt stays so until it is swapped. */
export const settle = async (tx: Tx, name: string, from: "LIVE" | "STALE", state: typeof from) =>
	(await tx.update(cursors, { name, state: from }, { state })) > 0;

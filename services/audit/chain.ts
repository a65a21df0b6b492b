import { hash } from "node:crypto";
import type { EventRow, Head } from "./event.ts";

/** What the first event stands on. */
export const GENESIS = "0".repeat(64);

/** All that is sealed, in an order that never changes: a column that is added comes last. */
const SEALED = [
	"position",
	"message_id",
	"type",
	"version",
	"producer",
	"key",
	"key_seq",
	"entity",
	"data",
	"metadata",
	"actor",
	"actor_role",
	"location_id",
	"correlation_id",
	"occurred_at",
	"recorded_at",
] as const;

export type Unsealed = Omit<EventRow, "hash">;

/** SHA-256 over the hash before, and the text of every other column as it is stored. */
export const hashOf = (row: Unsealed): string =>
	hash("sha256", row.prev_hash + JSON.stringify(SEALED.map((column) => row[column] ?? null)));

/** A place in the chain. */
export type Place = Pick<Head, "position" | "hash">;

/** Where a chain first is not what it says, as seen from the row that stands there. */
export interface Break {
	readonly position: number;
	/** Absent when there is no row at all. */
	readonly row?: EventRow;
	/** The row is whole, but does not follow the one before it. */
	readonly isWhole: boolean;
}

/** The first of the rows, which are in order, that is missing, changed, or follows another. */
export function firstBreak(rows: readonly EventRow[], before: Place): Break | undefined {
	let { position, hash: prev_hash } = before;
	for (const row of rows) {
		position++;
		if (row.position !== position) return { position, isWhole: true };
		if (hashOf(row) !== row.hash) return { position, row, isWhole: false };
		if (row.prev_hash !== prev_hash) return { position, row, isWhole: true };
		prev_hash = row.hash;
	}
	return undefined;
}

type Seal = Pick<EventRow, "prev_hash" | "hash">;

/** Whether what the row says was sealed at another place: its own seal says so, or that of `other`. */
export const belongsAt = (
	row: EventRow,
	position: number,
	{ prev_hash, hash }: Seal = row,
): boolean => position !== row.position && hashOf({ ...row, position, prev_hash }) === hash;

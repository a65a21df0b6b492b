import Type from "typebox";
import type { Recorded } from "../../lib/fact.ts";
import { type Reader, type Table, type Tx, table } from "../../mixins/database.mixin.ts";
import { GENESIS, type Place } from "./chain.ts";
import { chained, type EventRow, type Head } from "./event.ts";

const Line = Type.String();
const Whole = Type.Integer();

// `data` and `metadata` stay the text that was sealed.
export const events = table(
	"event",
	Type.Object({
		position: Whole,
		message_id: Line,
		type: Line,
		version: Whole,
		producer: Line,
		key: Line,
		key_seq: Whole,
		entity: Line,
		data: Line,
		metadata: Line,
		actor: Line,
		actor_role: Line,
		location_id: Line,
		correlation_id: Line,
		occurred_at: Whole,
		recorded_at: Whole,
		prev_hash: Line,
		hash: Line,
	}),
	"position",
) as unknown as Table<EventRow>;

const heads = table(
	"head",
	Type.Object({
		id: Line,
		position: Whole,
		hash: Line,
		recorded_at: Whole,
		late_ms: Whole,
		early_ms: Whole,
	}),
	"id",
);
const CHAIN = { id: "chain" };

/** All facts of a commit in one insert, behind the head, whose lock is held until they are there. */
export async function append(tx: Tx, facts: readonly Recorded[]): Promise<Head> {
	const { rows, head } = chained(await tx.get(heads, CHAIN), facts, Date.now());
	await tx.insertAll(events, rows);
	await tx.update(heads, CHAIN, head);
	return head;
}

export const getHead = (db: Reader): Promise<Head> => db.get(heads, CHAIN);

/** The end of the chain, and the last row that there is, as of one moment. */
export async function ends(db: Reader): Promise<Ends> {
	const [both] = await db.query<Ends>(`select position, hash, (${LAST}) as last from head`);
	if (both) return { ...both, last: both.last ?? 0 };
	const [row] = await db.query<{ last: number | null }>(LAST);
	return { position: 0, hash: GENESIS, last: row?.last ?? 0 }; // somebody removed the head
}
export interface Ends extends Place {
	/** The position of the last row. */
	readonly last: number;
}
const LAST = "select max(position) as last from event";

/** Rows as they are stored: what is not there stays null, as it was sealed. */
export const after = (db: Reader, position: number, limit: number): Promise<EventRow[]> =>
	db.query<EventRow>(
		`select * from event where position > $position order by position limit ${limit}`,
		{ position },
	);

export const hashAt = async (db: Reader, position: number): Promise<string | undefined> =>
	(await db.query<EventRow>("select hash from event where position = $position", { position }))[0]
		?.hash;

/** Looks at every row: asked only once a fault is known. */
export async function whereIs(
	db: Reader,
	{ hash, prev_hash }: Pick<EventRow, "hash" | "prev_hash">,
) {
	const rows = await db.query<EventRow>(
		"select position, hash, prev_hash from event where hash = $prev_hash or prev_hash = $hash limit 4",
		{ hash, prev_hash },
	);
	return {
		before: rows.find((row) => row.hash === prev_hash)?.position,
		behind: rows.find((row) => row.prev_hash === hash)?.position,
	};
}

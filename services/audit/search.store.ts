import Type from "typebox";
import { cursorOf, LIMIT, paged, placeIn } from "../../lib/cursor.ts";
import { malformed } from "../../lib/validator.ts";
import type { Reader } from "../../mixins/database.mixin.ts";
import { getHead } from "./event.store.ts";
import type { EventRow } from "./event.ts";

const Place = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What events are looked for by, the most telling first: that one's index is used. */
const COLUMNS = [
	"correlation_id",
	"key",
	"actor",
	"type",
	"entity",
	"producer",
	"actor_role",
] as const;

export type Asked = { [K in (typeof COLUMNS)[number]]?: string | undefined } & {
	/** Those of people only. */
	readonly isPerson?: boolean;
	readonly from_seq?: number | undefined;
	/** By the time at which they occurred: from, and before. */
	readonly from?: string | undefined;
	readonly to?: string | undefined;
	readonly order: "asc" | "desc";
	readonly limit?: number | undefined;
	readonly cursor?: string | undefined;
	/** Each with what was last told of the same thing. */
	readonly withBefore?: boolean | undefined;
};

interface Condition {
	readonly sql: string;
	readonly bind?: Record<string, unknown>;
}

/** A page of events in the order of their positions. */
export async function search(db: Reader, asked: Asked) {
	const { sql, bind, limit } = await plan(db, asked);
	const rows = await db.query<EventRow & { before?: string | null }>(sql, bind);
	return paged(rows, limit, ({ position }) => cursorOf([position]));
}

/** The query, so that a test can ask the database how it would answer it. */
export async function plan(db: Reader, asked: Asked) {
	const { order, limit = LIMIT, withBefore } = asked;
	const conditions = [
		...equal(asked),
		...(asked.isPerson ? [{ sql: "actor_role <> 'service'" }] : []),
		...place(asked),
		...(await period(db, asked)),
	];
	const where = conditions.map(({ sql }) => sql).join(" and ") || "1 = 1";
	const columns = withBefore ? `event.*, (${BEFORE}) as before` : "event.*";
	return {
		sql: `select ${columns} from event where ${where} order by position ${order} limit ${limit + 1}`,
		bind: Object.assign({}, ...conditions.map(({ bind }) => bind)) as Record<string, unknown>,
		limit,
	};
}

const BEFORE = `select older.data from event as older where older.producer = event.producer
	and older.key = event.key and older.key_seq < event.key_seq order by older.key_seq desc limit 1`;

/** Of several only the first is for an index: an expression hides the others from the planner. */
function equal(asked: Asked): Condition[] {
	return COLUMNS.filter((column) => asked[column] !== undefined).map((column, at) => ({
		sql: `${at === 0 ? column : `coalesce(${column}, '')`} = $${column}`,
		bind: { [column]: asked[column] },
	}));
}

function place({ order, cursor, from_seq }: Asked): Condition[] {
	const [passed] = cursor ? placeIn(cursor, [Place]) : [];
	return [
		...(cursor
			? [{ sql: `position ${order === "asc" ? ">" : "<"} $passed`, bind: { passed } }]
			: []),
		...(from_seq ? [{ sql: "position >= $from_seq", bind: { from_seq } }] : []),
	];
}

/**
 * Positions are in the order of recording; what was told late is behind its time, by at most what
 * the head remembers: so a time is a range of positions, found by two steps into an index.
 */
async function period(db: Reader, { from, to }: Asked): Promise<Condition[]> {
	if (from === undefined && to === undefined) return [];
	if (from && to && momentOf("from", from) > momentOf("to", to))
		throw malformed([{ field: "to", message: "is before `from`", keyword: "minimum" }]);
	const { late_ms, early_ms } = await getHead(db);
	const since = from === undefined ? undefined : await first(db, from, early_ms);
	const until = to === undefined ? undefined : await last(db, to, late_ms);
	return [...(since ?? []), ...(until ?? [])];
}

async function first(db: Reader, from: string, early_ms: number): Promise<Condition[]> {
	const since = momentOf("from", from);
	const [row] = await db.query<Row>(FIRST, { at: since - early_ms });
	return [
		{ sql: "position >= $low", bind: { low: row?.position ?? Number.MAX_SAFE_INTEGER } },
		{ sql: "occurred_at >= $since", bind: { since } },
	];
}

async function last(db: Reader, to: string, late_ms: number): Promise<Condition[]> {
	const until = momentOf("to", to);
	const [row] = await db.query<Row>(LAST, { at: until + late_ms });
	return [
		{ sql: "position <= $high", bind: { high: row?.position ?? 0 } },
		{ sql: "occurred_at < $until", bind: { until } },
	];
}

/** A leap second fits the format, and is no time of this clock. */
export function momentOf(field: string, instant: string): number {
	const at = Date.parse(instant);
	if (Number.isNaN(at))
		throw malformed([{ field, message: "is no time of ours", keyword: "format" }]);
	return at;
}

type Row = Pick<EventRow, "position">;
const FIRST =
	"select position from event where recorded_at >= $at order by recorded_at, position limit 1";
const LAST =
	"select position from event where recorded_at < $at order by recorded_at desc, position desc limit 1";

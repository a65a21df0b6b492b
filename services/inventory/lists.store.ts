import Type from "typebox";
import { cursorOf, LIMIT, paged, placeIn } from "../../lib/cursor.ts";
import { decode, type Reader, type Table } from "../../mixins/database.mixin.ts";
import { alerts } from "./alerts.store.ts";
import type { Alert, Drift, Level, Movement } from "./inventory.contract.ts";
import { ledger, levels } from "./inventory.store.ts";
import type { View } from "./reach.ts";
import { shown } from "./stock.ts";

const LEVELS_MAX = 200; // one product, at every location
const DIFFERENCES_MAX = 100;

interface Slice {
	readonly limit?: number;
	readonly cursor?: string;
}
type Condition = readonly [sql: string, bind: Record<string, unknown>];

export async function pageOfLevels(
	db: Reader,
	view: View,
	{ limit = LIMIT, cursor, below_min }: Slice & { below_min?: boolean },
) {
	const [location, product] = cursor ? placeIn(cursor, [Type.String(), Type.String()]) : [];
	const rows = await select<Level>(db, levels, "location_id, product_id", limit, [
		...within(view),
		...(below_min === undefined ? [] : [compared(below_min)]),
		...(cursor
			? [["(location_id, product_id) > ($location, $product)", { location, product }] as const]
			: []),
	]);
	const after = ({ location_id, product_id }: Level) => cursorOf([location_id, product_id]);
	const { items, ...page } = paged(rows, limit, after);
	return { ...page, items: items.map(shown) };
}

const compared = (below_min: boolean): Condition => [
	below_min ? "on_hand < min_qty" : "on_hand >= min_qty",
	{},
];

export const levelsOf = async (db: Reader, view: View) =>
	(await select<Level>(db, levels, "location_id, product_id", LEVELS_MAX, within(view))).map(shown);

export async function pageOfMovements(db: Reader, view: View, { limit = LIMIT, cursor }: Slice) {
	const [seq] = cursor ? placeIn(cursor, [Type.Integer()]) : [];
	const rows = await select<Movement & { seq: number }>(db, ledger, "seq desc", limit, [
		...within(view),
		...(cursor ? [["seq < $seq", { seq }] as const] : []),
	]);
	const { items, ...page } = paged(rows, limit, (last) => cursorOf([last.seq]));
	return { ...page, items: items.map(({ seq: _, ...movement }) => movement) };
}

export async function pageOfAlerts(
	db: Reader,
	view: View,
	{ limit = LIMIT, cursor, kind, status }: Slice & Partial<Pick<Alert, "kind" | "status">>,
) {
	const [id] = cursor ? placeIn(cursor, [Type.String()]) : [];
	const rows = await select<Alert>(db, alerts, "id desc", limit, [
		...within(view),
		...(kind ? [["kind = $kind", { kind }] as const] : []),
		status ? ["status = $status", { status }] : ["status <> 'RESOLVED'", {}],
		...(cursor ? [["id < $id", { id }] as const] : []),
	]);
	return paged(rows, limit, (last) => cursorOf([last.id]));
}

/** One row more than the limit, so that its reader knows whether another page follows. */
async function select<Row extends object>(
	db: Reader,
	from: Table,
	order: string,
	limit: number,
	conditions: readonly Condition[],
): Promise<Row[]> {
	const where = conditions.map(([sql]) => sql).join(" and ") || "1 = 1";
	const bind = Object.assign({}, ...conditions.map(([, one]) => one));
	const rows = await db.query<Row>(
		`select * from ${from.name} where ${where} order by ${order} limit ${limit + 1}`,
		bind,
	);
	return rows.map((row) => decode(from, row) as Row);
}

const within = ({ locations, products }: View): Condition[] => [
	...(locations ? [among("location_id", locations)] : []),
	...(products ? [among("product_id", products)] : []),
];

function among(column: string, values: readonly string[]): Condition {
	if (values.length === 0) return ["1 = 0", {}];
	const bind = Object.fromEntries(values.map((value, index) => [`${column}_${index}`, value]));
	return [`${column} in (${Object.keys(bind).map((name) => `$${name}`)})`, bind];
}

/** Where a level is not the sum of its movements, or does not hold what owners do. */
export async function drifts(db: Reader) {
	const [count] = await db.query<{ checked: number }>(CHECKED);
	const found = await db.query<Drift>(DRIFT);
	const differences = found.slice(0, DIFFERENCES_MAX);
	return { checked: count?.checked ?? 0, drift: found.length, differences };
}

const CHECKED = "select count(*) as checked from stock_level";

/** One statement, so that it sees one moment. */
const DRIFT = `
	select location_id, product_id, cast(sum(on_hand) as bigint) as on_hand,
		cast(sum(reserved) as bigint) as reserved, cast(sum(held) as bigint) as held
	from (
		select location_id, product_id, on_hand, reserved, reserved as held from stock_level
		union all
		select location_id, product_id, -on_hand_delta, -reserved_delta, 0 from stock_movement
		union all
		select location_id, product_id, 0, 0, -quantity from reservation where status = 'HELD'
	) as entry
	group by location_id, product_id
	having sum(on_hand) <> 0 or sum(reserved) <> 0 or sum(held) <> 0
	order by location_id, product_id`;

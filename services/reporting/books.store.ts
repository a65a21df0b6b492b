import Type from "typebox";
import { cursorOf, paged, placeIn } from "../../lib/cursor.ts";
import type { Reader } from "../../mixins/database.mixin.ts";
import type { Period } from "./period.ts";
import { AMOUNTS, type Amounts } from "./sale.ts";

const ROWS = 200;
const PLACES = 10_000; // no chain has more
const CHANNELS = "channel in ('online', 'store')"; // said, so that a key that holds it is used

export interface Slice {
	readonly limit?: number | undefined;
	readonly cursor?: string | undefined;
}
export interface Asked extends Period {
	readonly location_id?: string | undefined;
	readonly channel?: string | undefined;
}
export interface Place {
	readonly location_id: string;
	readonly location_name?: string;
}

const SUMS = AMOUNTS.map((name) => `coalesce(sum(s.${name}), 0) as ${name}`).join(", ");

/** The rows of a period, and of a place or a channel when they are asked for. */
export const within = ({ location_id, channel }: Partial<Asked>, column = "business_date") =>
	[
		`s.${column} between $from and $to`,
		...(location_id === undefined ? [] : ["s.location_id = $location_id"]),
		...(channel === undefined ? [] : ["s.channel = $channel"]),
	].join(" and ");

/** Bound only if asked for: a database that is strict about parameters refuses those it has no use for. */
export const bound = ({ from, to, location_id, channel }: Asked) => ({
	from,
	to,
	...(location_id !== undefined && { location_id }),
	...(channel !== undefined && { channel }),
});

export async function sumOf(db: Reader, asked: Asked): Promise<Amounts> {
	const sql = `select ${SUMS} from rm_sales_daily s where ${within(asked)}`;
	const [sums] = await db.query<Amounts>(sql, bound(asked));
	return sums as Amounts;
}

/** Each place by itself: all of them, unless a page is asked for. */
export async function byStore(db: Reader, asked: Asked, { limit = PLACES, cursor }: Slice = {}) {
	const [after] = cursor ? placeIn(cursor, [Type.String()]) : [];
	const rest = cursor ? "and s.location_id > $after" : "";
	const rows = await db.query<Amounts & Place>(
		`select s.location_id, p.name as location_name, ${SUMS}
		from rm_sales_daily s left join rm_location p on p.location_id = s.location_id
		where ${within(asked)} ${rest}
		group by s.location_id, p.name order by s.location_id limit ${limit + 1}`,
		{ ...bound(asked), ...(cursor && { after }) },
	);
	return paged(rows, limit, (last) => cursorOf([last.location_id]));
}

export async function byDay(db: Reader, asked: Asked, { limit = ROWS, cursor }: Slice) {
	const [day, place, channel] = cursor
		? placeIn(cursor, [Type.String(), Type.String(), Type.String()])
		: [];
	const rest = cursor
		? "and (s.business_date, s.location_id, s.channel) > ($day, $place, $after)"
		: "";
	const rows = await db.query<Amounts & Place & { business_date: string; channel: string }>(
		`select s.*, p.name as location_name
		from rm_sales_daily s left join rm_location p on p.location_id = s.location_id
		where ${within(asked)} ${rest}
		order by s.business_date, s.location_id, s.channel limit ${limit + 1}`,
		{ ...bound(asked), ...(cursor && { day, place, after: channel }) },
	);
	return paged(rows, limit, (last) =>
		cursorOf([last.business_date, last.location_id, last.channel]),
	);
}

/** The best sold first. */
export async function byProduct(db: Reader, asked: Asked, { limit = ROWS, cursor }: Slice) {
	const [units, after] = cursor ? placeIn(cursor, [Type.Integer(), Type.String()]) : [];
	const rest = cursor
		? "having sum(s.units) < $units or (sum(s.units) = $units and s.product_id > $after)"
		: "";
	const rows = await db.query<Amounts & { product_id: string; product_name?: string }>(
		`select s.product_id, p.name as product_name, ${SUMS}
		from rm_product_sales s left join rm_product p on p.product_id = s.product_id
		where ${within(asked)} group by s.product_id, p.name ${rest}
		order by sum(s.units) desc, s.product_id limit ${limit + 1}`,
		{ ...bound(asked), ...(cursor && { units, after }) },
	);
	const { items, ...page } = paged(rows, limit, (last) => cursorOf([last.units, last.product_id]));
	// Of a product, an order is a line of one.
	return { ...page, items: items.map((row) => ({ ...row, orders: row.lines })) };
}

export const byWeek = (db: Reader, asked: Asked) =>
	db.query<Amounts & { week: string }>(
		`select s.week, ${SUMS} from rm_trend_weekly s
		where ${within(asked, "week")} group by s.week order by s.week`,
		bound(asked),
	);

export const byWeekAndStore = (db: Reader, asked: Asked) =>
	db.query<Amounts & Place & { week: string }>(
		`select s.week, s.location_id, p.name as location_name, ${SUMS}
		from rm_trend_weekly s left join rm_location p on p.location_id = s.location_id
		where ${within(asked, "week")}
		group by s.week, s.location_id, p.name order by s.week, s.location_id`,
		bound(asked),
	);

/** Of all time: of a place, or of all. */
export async function totalsOf(db: Reader, location_id?: string): Promise<Amounts> {
	const here = location_id === undefined ? "" : "location_id = $location_id and ";
	const [sums] = await db.query<Amounts>(
		`select ${SUMS} from rm_sales_total s where ${here}${CHANNELS}`,
		location_id === undefined ? {} : { location_id },
	);
	return sums as Amounts;
}

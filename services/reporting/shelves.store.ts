import Type from "typebox";
import { cursorOf, paged, placeIn } from "../../lib/cursor.ts";
import type { Reader } from "../../mixins/database.mixin.ts";
import type { Place, Slice } from "./books.store.ts";

const ROWS = 200;
const ALERTS_MAX = 200; // the oldest of what is open: more are read in the inventory

interface Here {
	readonly location_id?: string | undefined;
	readonly product_id?: string | undefined;
}
interface Thing {
	readonly product_id: string;
	readonly product_name?: string;
}
interface Shelf extends Place, Thing {
	readonly on_hand: number;
	readonly reserved: number;
	readonly min_qty?: number;
	readonly max_qty?: number;
	readonly reorder_qty?: number;
	readonly moved_at?: number;
	readonly alert?: string;
}

const NAMES = "p.name as location_name, i.name as product_name";
const named = (from: string) => `${from} s
	left join rm_location p on p.location_id = s.location_id
	left join rm_product i on i.product_id = s.product_id`;

/** What is held where, with its names, its limits and the worst of its open alerts. */
export async function pageOfShelves(
	db: Reader,
	{ location_id, product_id }: Here,
	{ limit = ROWS, cursor }: Slice,
) {
	const [place, thing] = cursor ? placeIn(cursor, [Type.String(), Type.String()]) : [];
	const conditions = [
		...(location_id === undefined ? [] : ["s.location_id = $location_id"]),
		...(product_id === undefined ? [] : ["s.product_id = $product_id"]),
		...(cursor ? ["(s.location_id, s.product_id) > ($place, $thing)"] : []),
	];
	const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
	const rows = await db.query<Shelf>(
		`select s.*, ${NAMES}, (
			select a.kind from rm_alert a
			where a.location_id = s.location_id and a.product_id = s.product_id and a.status = 'OPEN'
			order by a.kind desc limit 1) as alert
		from ${named("rm_stock")} ${where} order by s.location_id, s.product_id limit ${limit + 1}`,
		{
			...(location_id !== undefined && { location_id }),
			...(product_id !== undefined && { product_id }),
			...(cursor && { place, thing }),
		},
	);
	const { items, ...page } = paged(rows, limit, (last) =>
		cursorOf([last.location_id, last.product_id]),
	);
	return { ...page, items: items.map(shownShelf) };
}

/** What is not known is not said. */
function shownShelf({ moved_at, ...row }: Shelf) {
	const { location_id, product_id, on_hand, reserved, ...rest } = row;
	const known = Object.entries(rest).filter(([, value]) => value !== null);
	return {
		...{ location_id, product_id, on_hand, reserved, total: on_hand + reserved },
		...(Object.fromEntries(known) as typeof rest),
		...(moved_at && { moved_at: new Date(moved_at).toISOString() }),
	};
}

/** How many alerts of each kind are open at each place. */
export const countAlerts = (db: Reader, location_id?: string) =>
	db.query<{ location_id: string; kind: string; alerts: number }>(
		`select location_id, kind, count(*) as alerts from rm_alert
		where status = 'OPEN' ${location_id === undefined ? "" : "and location_id = $location_id"}
		group by location_id, kind order by location_id, kind`,
		location_id === undefined ? {} : { location_id },
	);

/** What is open now, place by place. */
export const openAlerts = (db: Reader, location_id?: string) =>
	db.query<Place & Thing & { kind: string; level: number; raised_at: number }>(
		`select s.location_id, s.product_id, s.kind, s.level, s.raised_at, ${NAMES}
		from ${named("rm_alert")}
		where s.status = 'OPEN' ${location_id === undefined ? "" : "and s.location_id = $location_id"}
		order by s.location_id, s.kind, s.product_id limit ${ALERTS_MAX}`,
		location_id === undefined ? {} : { location_id },
	);

import Type, { type TSchema } from "typebox";
import { cursorOf, paged, placeIn } from "../../lib/cursor.ts";
import { decode, type Reader, type Table } from "../../mixins/database.mixin.ts";
import type { Model } from "../../mixins/projections/model.ts";
import type { Slice } from "./books.store.ts";
import { carts } from "./carts.store.ts";
import { claims } from "./claims.store.ts";
import { customerActivity, orderHistory } from "./customers.store.ts";

const ROWS = 200;

/** A list, the latest first: `at` and its key make the order total. */
async function latest<Row extends object>(
	db: Reader,
	one: Model<Row>,
	at: string,
	equal: Readonly<Record<string, unknown>>,
	{ limit = ROWS, cursor }: Slice,
) {
	const [id = ""] = one.key;
	const shape: TSchema[] = [Type.Integer(), Type.String()];
	const [when, after] = cursor ? placeIn(cursor, shape) : [];
	const asked = Object.entries(equal).filter(([, value]) => value !== undefined);
	const conditions = [
		...asked.map(([column]) => `${column} = $${column}`),
		...(cursor ? [`(${at}, ${id}) < ($when, $after)`] : []),
	];
	const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
	const rows = await db.query<Row>(
		`select * from ${one.name} ${where} order by ${at} desc, ${id} desc limit ${limit + 1}`,
		{ ...Object.fromEntries(asked), ...(cursor && { when, after }) },
	);
	const decoded = rows.map((row) => decode(one as Table, row));
	return paged(decoded, limit, (last) => cursorOf([last[at as never], last[id as never]]));
}

const iso = (at: number): string => new Date(at).toISOString();

export async function pageOfOrders(
	db: Reader,
	asked: { customer_id?: string | undefined } & Slice,
) {
	const { customer_id, ...slice } = asked;
	const { items, ...page } = await latest(db, orderHistory, "placed_at", { customer_id }, slice);
	const shown = items.map(({ confirmed: _, placed_at, updated_at, ...order }) => ({
		...order,
		placed_at: iso(placed_at),
		updated_at: iso(updated_at),
	}));
	return { ...page, items: shown };
}

export async function pageOfCustomers(
	db: Reader,
	asked: { customer_id?: string | undefined } & Slice,
) {
	const { customer_id, ...slice } = asked;
	const { items, ...page } = await latest(db, customerActivity, "last_at", { customer_id }, slice);
	return { ...page, items: items.map((one) => ({ ...one, last_at: iso(one.last_at) })) };
}

export async function pageOfCarts(db: Reader, asked: { status?: string | undefined } & Slice) {
	const { status, ...slice } = asked;
	const { items, ...page } = await latest(db, carts, "updated_at", { status }, slice);
	return { ...page, items: items.map((one) => ({ ...one, updated_at: iso(one.updated_at) })) };
}

export async function pageOfClaims(db: Reader, asked: { status?: string | undefined } & Slice) {
	const { status, ...slice } = asked;
	const { items, ...page } = await latest(db, claims, "updated_at", { status }, slice);
	const shown = items.map(({ location_id: _, submitted_at, updated_at, ...claim }) => ({
		...claim,
		...(submitted_at !== undefined && { submitted_at: iso(submitted_at) }),
		updated_at: iso(updated_at),
	}));
	return { ...page, items: shown };
}

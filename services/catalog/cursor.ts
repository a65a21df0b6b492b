import Type, { type TSchema } from "typebox";
import { Value } from "typebox/value";
import { malformed } from "../../lib/validator.ts";

export const LIMIT = 50;

/** The place of a row in a list, as the one who reads on gives it back. */
export const placed = (place: unknown[]): string =>
	Buffer.from(JSON.stringify(place)).toString("base64url");

/** The place that a cursor says, if it is one of this list. */
export function placeIn(cursor: string, shape: TSchema[]): unknown[] {
	try {
		const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
		if (Value.Check(Type.Tuple(shape), place)) return place as unknown[];
	} catch {} // not even JSON
	throw malformed([{ field: "cursor", message: "is none of ours", keyword: "format" }]);
}

/** A page of what was read with one row too many, which says that there is more. */
export function pageOf<Row>(rows: Row[], limit: number, placeOf: (row: Row) => unknown[]) {
	const items = rows.slice(0, limit);
	const last = rows.length > limit ? items.at(-1) : undefined;
	return { items, ...(last && { next_cursor: placed(placeOf(last)) }) };
}

import Type, { type TSchema } from "typebox";
import { Value } from "typebox/value";
import { malformed } from "./validator.ts";

/** How many items a page holds, unless its reader says. */
export const LIMIT = 50;

/** A place in the order of a list, as the one who reads on gives it back. */
export const cursorOf = (place: readonly unknown[]): string =>
	Buffer.from(JSON.stringify(place)).toString("base64url");

/** The place that a cursor says; it is refused when no list of this shape has made it. */
export function placeIn(cursor: string, shape: TSchema[]): unknown[] {
	try {
		const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
		if (Value.Check(Type.Tuple(shape), place)) return place as unknown[];
	} catch {} // not even JSON
	throw malformed([{ field: "cursor", message: "is none of ours", keyword: "format" }]);
}

/** A page of what was read with one row too many, which says that there is more. */
export function paged<Row>(rows: readonly Row[], limit: number, cursor: (last: Row) => string) {
	const items = rows.slice(0, limit);
	const last = rows.length > limit ? items.at(-1) : undefined;
	return { items, ...(last !== undefined && { next_cursor: cursor(last) }) };
}

/** For lists in the order of their ids: the place is the last id. */
export const afterId = {
	write: ({ id }: { id: string }): string => cursorOf([id]),
	read: (cursor: string | undefined): string | undefined =>
		cursor === undefined ? undefined : (placeIn(cursor, [Type.String()])[0] as string),
};

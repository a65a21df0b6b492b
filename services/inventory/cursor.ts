import Type, { type Static, type TSchema } from "typebox";
import { Value } from "typebox/value";
import { malformed } from "../../lib/validator.ts";

/** Where a page ends: the key of its last row, which its reader hands back unread. */
export function cursorOf<S extends TSchema>(place: S) {
	return {
		read(cursor: string | undefined): Static<S> | undefined {
			if (cursor === undefined) return undefined;
			try {
				const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
				if (Value.Check(place, read)) return read;
			} catch {} // not even JSON
			throw malformed([{ field: "cursor", message: "is none of ours", keyword: "format" }]);
		},
		write: (row: Static<S>) => Buffer.from(JSON.stringify(row)).toString("base64url"),
	};
}

export const byShelf = cursorOf(Type.Tuple([Type.String(), Type.String()]));
export const bySeq = cursorOf(Type.Integer());
export const byId = cursorOf(Type.String());

/** A page of rows, of which one more was read than it holds: whether another follows. */
export function paged<Row, Shown>(
	rows: readonly Row[],
	limit: number,
	{ show, cursor }: { show(row: Row): Shown; cursor(last: Row): string },
) {
	const last = rows.length > limit ? rows[limit - 1] : undefined;
	return {
		items: rows.slice(0, limit).map(show),
		...(last !== undefined && { next_cursor: cursor(last) }),
	};
}

import { malformed } from "./validator.ts";

/** Where a page of rows in the order of their ids ends, as the one who reads on gives it back. */
export const afterId = {
	write: (id: string): string => Buffer.from(JSON.stringify(id)).toString("base64url"),

	read(cursor: string | undefined): string | undefined {
		if (cursor === undefined) return undefined;
		try {
			const id: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
			if (typeof id === "string") return id;
		} catch {} // not even JSON
		throw malformed([{ field: "cursor", message: "is none of ours", keyword: "format" }]);
	},
};

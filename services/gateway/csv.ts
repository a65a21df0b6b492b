import type { ActionSchema } from "../../lib/contract.ts";
import { malformed } from "../../lib/validator.ts";
import type { Exchange } from "./exchange.ts";
import type { Query } from "./query.ts";

export const CSV_TYPE = "text/csv; charset=utf-8";

const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;

/** A text that a spreadsheet would take for a formula is told to be a text; a number is what it is. */
function cell(value: unknown): string {
	if (value === undefined || value === null) return "";
	const plain = typeof value === "object" ? JSON.stringify(value) : String(value);
	const text = typeof value === "number" || !FORMULA.test(plain) ? plain : `'${plain}`;
	return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180: a line of names, as its contract has them, then a line for each item of the list. */
export function csvOf({ csv = "items", returns }: ActionSchema, reply: unknown): string {
	const rows = (reply as Record<string, Record<string, unknown>[]>)[csv] ?? [];
	const { properties } = (returns ?? {}) as { properties?: Record<string, List> };
	const columns = Object.keys(properties?.[csv]?.items?.properties ?? rows[0] ?? {});
	const lines = rows.map((row) => columns.map((column) => cell(row[column])));
	return [columns, ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}
interface List {
	readonly items?: { readonly properties?: object };
}

/** How the answer is written is between the caller and the gateway: the action does not know it. */
export function withoutFormat(exchange: Exchange, query: Query): Query {
	if (!exchange.operation?.schema.csv || exchange.operation.schema.params.properties.format)
		return query;
	const { format, ...rest } = query;
	if (format !== undefined && format !== "csv" && format !== "json")
		throw malformed([{ field: "format", message: "must be csv or json", keyword: "enum" }]);
	if (format !== undefined) exchange.isCsv = format === "csv";
	return rest;
}

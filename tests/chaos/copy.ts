import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Books } from "./books.ts";

interface Column {
	schema: string;
	table: string;
	column: string;
	type: string;
}
const COLUMNS = `select table_schema as schema, table_name as "table", column_name as "column",
		data_type as type from information_schema.columns
	where table_schema not in ('pg_catalog', 'information_schema', 'public')
	order by table_schema, table_name, ordinal_position`;
const PAGE = 5_000;
const NUMBERS = ["bigint", "integer", "boolean"];

/** Writes each schema of a server as a SQLite file: one way of looking at what either has kept. */
export async function copied(books: Books, folder: string): Promise<void> {
	const columns = await books.rows<Column>("public", COLUMNS);
	for (const [schema, ours] of Map.groupBy(columns, (one) => one.schema)) {
		const file = new DatabaseSync(join(folder, `${schema}.sqlite`));
		try {
			file.exec("pragma synchronous = off");
			for (const [table, its] of Map.groupBy(ours, (one) => one.table))
				await copy(books, file, { schema, table, columns: its });
		} finally {
			file.close();
		}
	}
}

interface Source {
	readonly schema: string;
	readonly table: string;
	readonly columns: readonly Column[];
}

async function copy(books: Books, file: DatabaseSync, { schema, table, columns }: Source) {
	const kind = ({ type }: Column) => (NUMBERS.includes(type) ? "integer" : "");
	const names = columns.map(({ column }) => `"${column}"`).join(", ");
	file.exec(`create table "${table}" (${columns.map((one) => `"${one.column}" ${kind(one)}`)})`);
	const insert = file.prepare(
		`insert into "${table}" (${names}) values (${columns.map(() => "?").join(", ")})`,
	);
	file.exec("begin");
	for (let from = 0; ; from += PAGE) {
		const page = `select ${names} from "${table}" order by ctid limit ${PAGE} offset ${from}`;
		const rows = await books.rows<Record<string, unknown>>(schema, page);
		for (const row of rows) insert.run(...columns.map(({ column }) => plain(row[column])));
		if (rows.length < PAGE) break;
	}
	file.exec("commit");
}

/** As SQLite keeps it: a yes is 1. */
function plain(value: unknown): SQLInputValue {
	if (typeof value === "boolean") return Number(value);
	if (typeof value === "object" && value !== null) return JSON.stringify(value);
	return value as SQLInputValue;
}

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client, type ClientConfig, types } from "pg";
import type { Product } from "./product.ts";

export type Keeper = Pick<Product, "data_dir" | "database_url">;
interface Table {
	readonly context: string;
	readonly name: string;
}

const INT8 = 20;
const NUMERIC = 1700; // a sum of counts
const TABLES = `select table_schema as context, table_name as name from information_schema.tables
	where table_schema not in ('pg_catalog', 'information_schema', 'public') order by 1, 2`;

/** Asks PostgreSQL itself, past the product's code; each context has a schema there. */
export async function inPostgres<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
	const getTypeParser = (oid: number, format?: "text") =>
		[INT8, NUMERIC].includes(oid) ? Number : types.getTypeParser(oid, format);
	const parsers = { getTypeParser } as NonNullable<ClientConfig["types"]>;
	const client = new Client({ connectionString: url, types: parsers });
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}

export const tablesOf = async (client: Client): Promise<Table[]> =>
	(await client.query<Table>(TABLES)).rows;

/**
 * A folder with a SQLite file of each context: the product's own, where it keeps such files, or copies
 * of what PostgreSQL holds now. Those who read files without the product's code need not know which.
 */
export async function filesOf({ data_dir, database_url }: Keeper): Promise<string> {
	if (!database_url) return data_dir;
	const folder = join(data_dir, "copies");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	await inPostgres(database_url, async (client) => {
		const byContext = Map.groupBy(await tablesOf(client), ({ context }) => context);
		for (const [context, tables] of byContext) {
			const file = new DatabaseSync(join(folder, `${context}.sqlite`));
			for (const table of tables) await copy(client, file, table);
			file.close();
		}
	});
	return folder;
}

async function copy(client: Client, file: DatabaseSync, { context, name }: Table): Promise<void> {
	const { fields, rows } = await client.query(`select * from "${context}"."${name}"`);
	if (fields.length === 0) return;
	const columns = fields.map((field) => `"${field.name}"`).join(", ");
	file.exec(`begin; create table "${name}" (${columns})`);
	const insert = file.prepare(`insert into "${name}" values (${fields.map(() => "?").join(", ")})`);
	for (const row of rows) insert.run(...fields.map((field) => row[field.name] ?? null));
	file.exec("commit");
}

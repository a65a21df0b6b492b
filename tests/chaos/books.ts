import { setTimeout as pause } from "node:timers/promises";
import { type ClientConfig, Pool, types } from "pg";
import { rows } from "../support/ledgers.ts";
import { copied } from "./copy.ts";

/** What the contexts have written down, read past their code; while they work, too. */
export interface Books {
	/** Fails while the database is away. The SQL is such that files and PostgreSQL both understand it. */
	rows<Row extends object>(context: string, sql: string): Promise<Row[]>;
	/** A folder with a SQLite file of each context, once all have stopped: what the checks look at. */
	files(): Promise<string>;
	close(): Promise<void>;
}

export const booksInFiles = (data_dir: string): Books => ({
	rows: async (context, sql) => rows(data_dir, context, sql),
	files: async () => data_dir,
	close: async () => {},
});

const INT8 = 20;
const NUMERIC = 1700; // a sum of counts
const PATIENCE_MS = 200;
const LIMIT_MS = 10_000;
const RETURN_MS = 60_000; // for the server to be there again

/** A schema for each context; `data_dir` has what they keep beside it, and gets the copies. */
export function booksInPostgres(url: string, data_dir: string): Books {
	const getTypeParser = (oid: number, format?: "text") =>
		[INT8, NUMERIC].includes(oid) ? Number : types.getTypeParser(oid, format);
	const parsers = { getTypeParser } as NonNullable<ClientConfig["types"]>;
	const pool = new Pool({
		...{ connectionString: url, types: parsers, max: 3 },
		...{ connectionTimeoutMillis: LIMIT_MS, query_timeout: LIMIT_MS },
	});
	pool.on("error", () => {}); // the server was killed: the next query has a new connection
	const books: Books = {
		async rows(context, sql) {
			const client = await pool.connect();
			const drop = () => {}; // said by the query that it breaks
			client.on("error", drop);
			let broken: Error | undefined;
			try {
				await client.query(`set search_path to "${context}"`);
				return (await client.query(sql)).rows;
			} catch (error) {
				broken = error as Error;
				throw error;
			} finally {
				client.off("error", drop);
				client.release(broken);
			}
		},
		async files() {
			await copied(books, data_dir);
			return data_dir;
		},
		close: () => pool.end(),
	};
	return books;
}

/** Asks until the database is there to answer. */
export async function patiently<Row extends object>(
	books: Books,
	context: string,
	sql: string,
): Promise<Row[]> {
	for (const end = performance.now() + RETURN_MS; ; await pause(PATIENCE_MS))
		try {
			return await books.rows<Row>(context, sql);
		} catch (error) {
			if (performance.now() > end) throw error;
		}
}

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sqlite3 from "sqlite3";

const BUSY_MS = 2_000; // whoever is leaving may still be closing its files
const held: sqlite3.Database[] = [];

/**
 * Holds the data folder for as long as this process lives, however it ends. Two on one folder would
 * serve each other's changes from stale caches, and fence each other's sagas.
 */
export const holdFolder = (folder: string) => hold(folder, "lock", ALONE);

/** The same for a process of a mesh: it shares the folder with others, but none of its contexts. */
export async function holdContexts(folder: string, contexts: readonly string[]): Promise<void> {
	await hold(folder, "lock", AMONG_OTHERS);
	for (const context of contexts) await hold(folder, `${context}.lock`, ALONE);
}

const ALONE = "begin exclusive";
const AMONG_OTHERS = "begin; select * from sqlite_master";

async function hold(folder: string, name: string, sql: string): Promise<void> {
	try {
		mkdirSync(folder, { recursive: true });
		const link = await opened(join(folder, name));
		held.push(link);
		link.configure("busyTimeout", BUSY_MS);
		await executed(link, sql);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		const what = name === "lock" ? "" : ` on ${name.replace(".lock", "")}`;
		const why =
			code === "SQLITE_BUSY"
				? `another Comptoir works in it${what}`
				: `it cannot be used: ${message}`;
		throw new Error(`The data folder ${folder}: ${why}. See RETAIL_DATA_DIR`, { cause: error });
	}
}

const opened = (file: string) =>
	new Promise<sqlite3.Database>((resolve, reject) => {
		const link = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(link)));
	});

const executed = (link: sqlite3.Database, sql: string) =>
	new Promise<void>((resolve, reject) =>
		link.exec(sql, (error) => (error ? reject(error) : resolve())),
	);

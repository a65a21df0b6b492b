import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sqlite3 from "sqlite3";

const BUSY_MS = 2_000; // whoever is leaving may still be closing its files
let held: sqlite3.Database | undefined;

/**
 * Holds the data folder for as long as this process lives, however it ends. Two on one folder would
 * serve each other's changes from stale caches, and fence each other's sagas.
 */
export async function holdFolder(folder: string): Promise<void> {
	try {
		mkdirSync(folder, { recursive: true });
		held = await opened(join(folder, "lock"));
		held.configure("busyTimeout", BUSY_MS);
		await executed(held, "begin exclusive");
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		const why =
			code === "SQLITE_BUSY" ? "another Comptoir works in it" : `it cannot be used: ${message}`;
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

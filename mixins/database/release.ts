import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Database, open } from "./open.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Beside its own, `payments` keeps the provider's simulated ledger. */
const BESIDE: Readonly<Record<string, readonly string[]>> = { payments: ["provider"] };

/** The names of the databases of these contexts; one that keeps nothing has none. */
export function databasesOf(contexts: readonly string[]): string[] {
	const owners = globSync(join(ROOT, "services/*/migrations")).map((path) =>
		basename(dirname(path)),
	);
	const all = contexts.flatMap((name) => [name, ...(BESIDE[name] ?? [])]);
	return all.filter((name) => owners.includes(name));
}

/**
 * Opens the databases of these contexts and sees to it that their tables are up to date, before
 * anything else of the process runs: what cannot work is said once, in one line. Whoever asked closes them.
 */
export async function openUpToDate(
	contexts: readonly string[],
	mayMigrate?: boolean,
): Promise<{ close(): Promise<void> }> {
	const databases: Database[] = databasesOf(contexts).map((name) => open(name));
	await Promise.all(databases.map((database) => database.migrate(mayMigrate)));
	return {
		close: async () => {
			await Promise.all(databases.map((database) => database.close()));
		},
	};
}

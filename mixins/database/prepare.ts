import { env } from "../../config/env.ts";
import { files, migrate, nameOf } from "./migrate.ts";
import type { Link } from "./open.ts";

/** What both databases say of a table, or of a schema, that is not there. */
const ABSENT = /no such table|42P01|3F000/;

/**
 * Sees to it that a context's tables are those that its code knows: brings them up to date, or, where
 * that is a job of its own, only looks. What it cannot work with it refuses, in one line.
 */
export async function prepare(link: Link, context: string, mayMigrate: boolean): Promise<void> {
	const done = await applied(link);
	const known = files(context, link.sequelize.getDialect()).map(nameOf);
	const stranger = done.find((name) => !known.includes(name));
	const missing = known.find((name) => !done.includes(name));
	// Where a job migrates, the version before goes on beside the new one: newer tables suit both.
	if (stranger && mayMigrate)
		throw new Error(
			`the tables of ${context} are newer than this code, which does not know ${stranger}: start the version that made them`,
		);
	if (!missing) return;
	if (!mayMigrate)
		throw new Error(
			`the tables of ${context} are older than this code, which needs ${missing}: run \`npm run migrate\` first, or set RETAIL_MIGRATE=true`,
		);
	await migrate(link, context);
}

async function applied({ reads, sequelize }: Link): Promise<string[]> {
	try {
		const rows = await reads.rows("select name from migrations", {});
		return (rows as { name: string }[]).map(({ name }) => name);
	} catch (error) {
		const { code = "", message, name } = error as Error & { code?: string };
		if (ABSENT.test(`${code} ${message}`)) return [];
		if (sequelize.getDialect() !== "postgres") throw error;
		const { hostname, port, pathname } = new URL(env.database_url);
		const where = `${hostname}:${port || "5432"}${pathname}`;
		throw new Error(
			`PostgreSQL at ${where} cannot be used: ${message || code || name}. See RETAIL_DATABASE_URL`,
			{ cause: error },
		);
	}
}

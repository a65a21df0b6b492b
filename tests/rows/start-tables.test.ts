import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import sqlite3 from "sqlite3";
import { startPostgres } from "../../scripts/postgres.ts";
import { startProduct } from "../support/product.ts";

jest.setTimeout(60_000);

const { PATH, NODE_COMPILE_CACHE } = process.env;
const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "comptoir-tables-"));
let server: Awaited<ReturnType<typeof startPostgres>>;

beforeAll(async () => {
	server = await startPostgres();
});
afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** One context, or its migration, as a user starts it; it ends by itself. */
function start(env: Record<string, string>, ...args: string[]) {
	const { status, stdout, stderr } = spawnSync(process.execPath, ["start.ts", ...args], {
		...{ cwd: ROOT, encoding: "utf8", timeout: 30_000 },
		env: { PATH, NODE_COMPILE_CACHE, RETAIL_DATA_DIR: folder, ...env },
	});
	return { status, stdout, lines: stderr.trim().split("\n") };
}

const MARK = "insert into migrations (name) values ('stores/9999-from-the-future.sql')";
const inFile = () =>
	new Promise<void>((done, fail) => {
		const link = new sqlite3.Database(join(folder, "stores.sqlite"));
		link.exec(MARK, (error) => link.close(() => (error ? fail(error) : done())));
	});
async function onServer() {
	const link = new pg.Client({ connectionString: server.url });
	await link.connect();
	await link.query(MARK.replace("migrations", "stores.migrations"));
	await link.end();
}

describe.each([
	["SQLite", () => ({}), inFile],
	["PostgreSQL", () => ({ RETAIL_DATABASE_URL: server.url }), onServer],
])("on %s", (_, settings, comeFromTheFuture) => {
	const apart = () => ({ ...settings(), RETAIL_MIGRATE: "false" });

	test("DEP-03 where a job migrates, older tables are refused in one line that says what to run", () => {
		const { status, lines } = start(apart(), "stores");
		expect(status).toBe(1);
		expect(lines).toEqual([expect.stringMatching(/tables of stores are older.*npm run migrate/)]);
	});

	test("DEP-03 npm run migrate brings them up to date, and ends; then the context starts", async () => {
		const { status, stdout } = start(apart(), "--migrate", "stores", "payments");
		expect([status, stdout]).toEqual([
			0,
			"The tables are up to date: stores, payments, provider\n",
		]);
		const product = await startProduct({ data_dir: folder, contexts: ["stores"], env: apart() });
		await product.stop();
		expect(product.exitCode()).toBe(0);
	});

	test("DEP-03 tables of a newer version are refused, in one line that names what is unknown", async () => {
		await comeFromTheFuture();
		const { status, lines } = start(settings(), "stores");
		expect(status).toBe(1);
		expect(lines).toEqual([expect.stringMatching(/newer than this code.*9999-from-the-future/)]);
	});
});

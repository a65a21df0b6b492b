import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { inPostgres, type Keeper, tablesOf } from "./kept.ts";
import { rows } from "./ledgers.ts";
import { within } from "./mode.ts";
import type { Product } from "./product.ts";
import { until } from "./until.ts";

/** What changes without anybody having asked for it, or because somebody asked. */
const TECHNICAL: Record<string, string> = {
	lease: "who runs the sagas renews it by the clock",
	login_attempt: "every login is counted, refused or not",
	outbox_cursor: "how far the relay has read: it moves after the request that it is about",
	sqlite_sequence: "a counter of SQLite's own",
};
const COLUMNS: Record<string, string> = {
	api_key: "last_used_at", // written when a key is used, be the request refused
};
type Rows = Map<string, string>;

/** Every table of every database of the product: how many rows, and their hash. */
export const rowsOf = async (keeper: Keeper, without: readonly string[] = []): Promise<Rows> =>
	keeper.database_url
		? rowsOfSchemas(keeper.database_url, without)
		: rowsOfFiles(keeper.data_dir, without);

function rowsOfFiles(data_dir: string, without: readonly string[]): Rows {
	const seen: Rows = new Map();
	for (const file of readdirSync(data_dir).filter((name) => name.endsWith(".sqlite"))) {
		const db = new DatabaseSync(join(data_dir, file), { readOnly: true });
		const tables = db.prepare("select name from sqlite_master where type = 'table'").all();
		for (const { name } of tables as { name: string }[]) {
			if (name in TECHNICAL || without.includes(name)) continue;
			const rows = db.prepare(`select * from "${name}"`).all() as Record<string, unknown>[];
			const lines = rows.map((row) => JSON.stringify({ ...row, [COLUMNS[name] ?? ""]: 0 })).sort();
			const hash = createHash("sha256").update(lines.join("\n")).digest("base64url");
			seen.set(`${file}/${name}`, `${rows.length} rows, ${hash}`);
		}
		db.close();
	}
	return seen;
}

/** In one question, which PostgreSQL answers as of one moment. */
const rowsOfSchemas = (url: string, without: readonly string[]) =>
	inPostgres(url, async (client): Promise<Rows> => {
		const all = await tablesOf(client);
		const asked = all.filter(({ name }) => !(name in TECHNICAL || without.includes(name)));
		const questions = asked.map(
			({ context, name }) => `select '${context}/${name}' as "table", count(*) as rows,
				md5(string_agg(line, '\n' order by line)) as hash
				from (select (to_jsonb(t) - '${COLUMNS[name] ?? ""}')::text as line from "${context}"."${name}" t) as lines`,
		);
		const { rows } = await client.query(questions.join(" union all "));
		return new Map(rows.map(({ table, rows, hash }) => [table, `${rows} rows, ${hash}`]));
	});

/** The tables that are not as they were. */
export const changedIn = (before: Rows, after: Rows): string[] =>
	[...after].flatMap(([table, rows]) =>
		before.get(table) === rows ? [] : [`${table}: ${before.get(table)} -> ${rows}`],
	);

/** The rows once nothing changes them any more: what was begun is done, what was said is heard. */
export async function stillRows(product: Product, without: readonly string[] = []): Promise<Rows> {
	const look = async () => {
		await until(
			() => unfinished(product),
			(left) => left === 0,
			within(30_000),
		);
		return rowsOf(product, without);
	};
	for (let before = await look(); ; ) {
		const now = await look();
		if (changedIn(before, now).length === 0) return now;
		before = now;
	}
}

/** Sagas under way, facts that somebody has yet to hear of, letters that are yet to be sent. */
const UNFINISHED =
	/^(?:saga_orchestrator_(?:in_flight|pending)|outbox_pending|consumer_lag|projection_lag_events)(?:\{.*\})? (\S+)$/gm;
async function unfinished(product: Product): Promise<number> {
	const page = await product.counts();
	const left = [...page.matchAll(UNFINISHED)].map(([, count]) => Number(count));
	if (left.length < 10) throw new Error("The page of metrics does not say what is unfinished");
	return left.reduce((sum, count) => sum + count, await lettersDue(product));
}

async function lettersDue({ database_url, data_dir }: Product): Promise<number> {
	const sql = "select 1 from notification where due_at > 0";
	if (!database_url) return rows(data_dir, "notifications", sql).length;
	return inPostgres(database_url, async (client) => {
		const found = await client.query(sql.replace("notification", "notifications.notification"));
		return found.rows.length;
	});
}

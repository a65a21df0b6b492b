import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { rows } from "./ledgers.ts";
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

/** Every table of every database of the product: how many rows, and their hash. */
export function rowsOf(data_dir: string, without: readonly string[] = []): Map<string, string> {
	const seen = new Map<string, string>();
	for (const file of readdirSync(data_dir).filter((name) => name.endsWith(".sqlite"))) {
		const db = new DatabaseSync(join(data_dir, file), { readOnly: true });
		const tables = db.prepare("select name from sqlite_master where type = 'table'").all();
		for (const { name } of tables as { name: string }[]) {
			if (name in TECHNICAL || without.includes(name)) continue;
			const all = db.prepare(`select * from "${name}"`).all() as Record<string, unknown>[];
			const lines = all.map((row) => JSON.stringify({ ...row, [COLUMNS[name] ?? ""]: 0 })).sort();
			const hash = createHash("sha256").update(lines.join("\n")).digest("base64url");
			seen.set(`${file}/${name}`, `${all.length} rows, ${hash}`);
		}
		db.close();
	}
	return seen;
}

/** The tables that are not as they were. */
export const changedIn = (before: Map<string, string>, after: Map<string, string>): string[] =>
	[...after].flatMap(([table, rows]) =>
		before.get(table) === rows ? [] : [`${table}: ${before.get(table)} -> ${rows}`],
	);

/** The rows once nothing changes them any more: what was begun is done, what was said is heard. */
export async function stillRows(product: Product, without: readonly string[] = []) {
	const look = async () => {
		await until(
			() => unfinished(product),
			(left) => left === 0,
			30_000,
		);
		return rowsOf(product.data_dir, without);
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
async function unfinished({ counts_url, data_dir }: Product): Promise<number> {
	const page = await (await fetch(counts_url)).text();
	const letters = rows(data_dir, "notifications", "select 1 from notification where due_at > 0");
	const left = [...page.matchAll(UNFINISHED)].map(([, count]) => Number(count));
	if (left.length < 10) throw new Error("The page of metrics does not say what is unfinished");
	return left.reduce((sum, count) => sum + count, letters.length);
}

import type { Tx } from "../../mixins/database.mixin.ts";

/** Inserts all rows in one statement; they have the same columns. `end` says what is returned. */
export function insertMany(tx: Tx, name: string, rows: object[], end: string) {
	const columns = Object.keys(rows[0] as object);
	const sql = `insert into ${name} (${columns}) values ${tuples(rows, columns)}${end}`;
	return tx.query<{ saga_id: string }>(sql, valuesOf(rows));
}

/** PostgreSQL takes a bare parameter for a text: numbers say what they are, in both databases. */
const NUMBERS = /^(seen|rev|epoch|seq|at|attempt|shard|version|blocked|paused|exceptions|.*_at)$/;
export const tuples = (rows: object[], columns: string[]) =>
	rows.map((_, n) => {
		const one = (column: string) =>
			NUMBERS.test(column) ? `cast($${column}_${n} as bigint)` : `$${column}_${n}`;
		return `(${columns.map(one)})`;
	});
export const valuesOf = (rows: object[]) =>
	Object.fromEntries(
		rows.flatMap((row, n) =>
			Object.entries(row).map(([column, value]) => [`${column}_${n}`, value]),
		),
	);

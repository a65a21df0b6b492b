import type { Table } from "./table.ts";

export type Bind = Record<string, unknown>;

// Column names come from our own schemas, never from a request; the quotes are for reserved words.
export const pairs = (row: object, prefix = "") =>
	Object.keys(row).map((column) => `"${column}" = $${prefix}${column}`);

export function prefixed(prefix: string, bind: Bind): Bind {
	const named: Bind = {};
	for (const name in bind) named[prefix + name] = bind[name];
	return named;
}

export const whereSql = (where: object) =>
	Object.keys(where).length === 0 ? "" : ` where ${pairs(where).join(" and ")}`;

export const insertSql = ({ name }: Table, row: object) => {
	const columns = Object.keys(row);
	const values = columns.map((column) => `$${column}`);
	return `insert into ${name} (${quoted(columns)}) values (${values})`;
};

export const replaceSql = ({ key }: Table, row: object) => {
	const rest = Object.keys(row).filter((column) => !key.includes(column));
	const changes = rest.map((column) => `"${column}" = excluded."${column}"`);
	return ` on conflict (${quoted(key)}) do update set ${changes}`;
};

export const quoted = (columns: readonly string[]) =>
	columns.map((column) => `"${column}"`).join(", ");

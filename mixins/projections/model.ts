import Type, { type Static, type TObject, type TProperties } from "typebox";
import { decode, type Table, type Tx } from "../database.mixin.ts";
import type { Kind } from "./working-set.ts";

/**
 * A table of a read model. It has no migrations: when its shape changes it is made again from the
 * first event, like everything else that is derived.
 */
export interface Model<Row extends object = object> extends Kind<Row> {
	readonly schema: TObject;
	readonly indexes: readonly (readonly string[])[];
}

/** Texts, whole numbers, and lists or objects as JSON. The columns of the key are texts. */
export function model<P extends TProperties>(
	name: string,
	fields: P,
	key: readonly (keyof P & string)[],
	indexes: readonly (readonly (keyof P & string)[])[] = [],
): Model<Static<TObject<P>> & object> {
	return { name, key, schema: Type.Object(fields) as unknown as TObject, indexes };
}

/** The live table, or the one that is being made to take its place. */
export type Slot = "live" | "next";
const nameIn = ({ name }: Kind, slot: Slot): string => (slot === "live" ? name : `${name}__next`);
export const inSlot = (one: Model, slot: Slot): Model => ({
	...one,
	name: nameIn(one, slot),
});

/** `generation` tells the indexes of a table from those of the one whose name it will take. */
export function createSql(one: Model, slot: Slot, generation: number): string {
	const { properties, required = [] } = one.schema as unknown as Columns;
	const name = nameIn(one, slot);
	const columns = Object.entries(properties).map(([column, { type }]) => {
		const kind = type === "integer" ? "bigint" : "text";
		return `"${column}" ${kind}${required.includes(column) ? " not null" : ""}`;
	});
	const indexes = one.indexes.map(
		(index) =>
			`create index ${one.name}_by_${index.join("_")}_${generation} on ${name} (${quoted(index)});`,
	);
	return `create table ${name} (${columns.join(", ")}, primary key (${quoted(one.key)}));
		${indexes.join("\n")}`;
}

export const dropSql = (one: Model, slot: Slot): string =>
	`drop table if exists ${nameIn(one, slot)};`;
export const swapSql = (one: Model): string =>
	`${dropSql(one, "live")} alter table ${nameIn(one, "next")} rename to ${one.name};`;

const SIZES = [1, 8, 64, 512]; // few spellings of one statement: each is prepared once, and kept
const SIZE_MAX = 512;

/** The rows that have these keys, in as few statements as there are hundreds of keys. */
export async function loadRows(tx: Tx, one: Model, keys: readonly object[]): Promise<object[]> {
	const rows: object[] = [];
	for (let from = 0; from < keys.length; from += SIZE_MAX)
		rows.push(...(await loadSome(tx, one, keys.slice(from, from + SIZE_MAX))));
	return rows;
}

async function loadSome(tx: Tx, one: Model, keys: readonly object[]): Promise<object[]> {
	const size = SIZES.find((fits) => fits >= keys.length) ?? SIZE_MAX;
	const bind: Record<string, unknown> = {};
	const tuples = Array.from({ length: size }, (_, n) => {
		const key = keys[Math.min(n, keys.length - 1)] as Record<string, unknown>;
		const names = one.key.map((column, nth) => {
			bind[`k${n}_${nth}`] = key[column];
			return `$k${n}_${nth}`;
		});
		return `(${names.join(", ")})`;
	});
	const rows = await tx.query(
		`select * from ${one.name} where (${quoted(one.key)}) in (values ${tuples.join(", ")})`,
		bind,
	);
	return rows.map((row) => decode(tableOf(one), row));
}

/** Inserts them, or replaces those that have their keys, in one statement. */
export const saveRows = (tx: Tx, one: Model, rows: readonly object[]): Promise<void> =>
	upsert(tx, one, rows, null, (column) => `excluded."${column}"`);

/** Inserts them, or adds their numbers to the rows that have their keys, in one statement. */
export const addRows = (tx: Tx, one: Model, rows: readonly object[]): Promise<void> =>
	upsert(tx, one, rows, 0, (column) => `${one.name}."${column}" + excluded."${column}"`);

async function upsert(
	tx: Tx,
	one: Model,
	rows: readonly object[],
	absent: 0 | null,
	next: (column: string) => string,
): Promise<void> {
	const columns = Object.keys(one.schema.properties);
	const rest = columns.filter((column) => !one.key.includes(column));
	const changes = rest.map((column) => `"${column}" = ${next(column)}`).join(", ");
	// All have all columns, so that the statement is the same each time, and what is gone becomes null.
	const whole = rows.map((row) =>
		Object.fromEntries(columns.map((column) => [column, row[column as never] ?? absent])),
	);
	const then = changes ? `do update set ${changes}` : "do nothing";
	await tx.insertAll(tableOf(one), whole, `on conflict (${quoted(one.key)}) ${then}`);
}

const tableOf = (one: Model) => one as Table;

const quoted = (columns: readonly string[]) => columns.map((column) => `"${column}"`).join(", ");

interface Columns {
	properties: Record<string, { type?: string }>;
	required?: string[];
}

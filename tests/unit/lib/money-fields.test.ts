import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import Type from "typebox";

const contracts = globSync("services/*/*.contract.ts").sort();

/** A choice or a list of money is money all through. */
const HOLDS = ["anyOf", "items"];

/** Where a schema lets a money field be anything but a whole number. */
function floats(schema: unknown, path: string, isMoney = false): string[] {
	if (typeof schema !== "object" || schema === null) return [];
	if (Array.isArray(schema))
		return schema.flatMap((one, at) => floats(one, `${path}.${at}`, isMoney));
	const { type, anyOf, const: literal } = schema as Record<string, unknown>;
	const isWhole = type === "integer" || type === "null" || Number.isInteger(literal);
	const own = isMoney && !anyOf && !isWhole && type !== "array" ? [path] : [];
	const inside = Object.entries(schema).flatMap(([key, value]) =>
		floats(value, `${path}.${key}`, key.endsWith("_cents") || (isMoney && HOLDS.includes(key))),
	);
	return [...own, ...inside];
}

describe.each(contracts)("%s", (file) => {
	let entries: [string, { schema?: unknown }][] = [];
	beforeAll(async () => {
		const module: Record<string, unknown> = await import(join(process.cwd(), file));
		entries = Object.values(module)
			.filter((value) => typeof value === "object" && value !== null)
			.flatMap((value) => Object.entries(value as object));
	});

	test("D23 no money field takes or gives anything but whole cents", () => {
		const found = entries.flatMap(([name, entry]) => floats(entry?.schema, name));
		expect(found).toEqual([]);
	});
});

test("D23 the check sees a float, alone, in a list, in a choice", () => {
	const price = { price_cents: Type.Number() };
	const seen = floats(
		Type.Object({
			...price,
			lines: Type.Array(Type.Object(price)),
			total_cents: Type.Union([Type.Integer(), Type.String()]),
			fees_cents: Type.Array(Type.Number()),
			fine_cents: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
		}),
		"sale",
	);
	expect(seen).toEqual([
		"sale.properties.price_cents",
		"sale.properties.lines.items.properties.price_cents",
		"sale.properties.total_cents.anyOf.1",
		"sale.properties.fees_cents.items",
	]);
});

/** A list is kept as JSON; its members are checked where the contract names them. */
const LISTS = ["failure_amounts_cents"];

test("D23 in the database money is whole: every `_cents` column is a bigint", () => {
	const columns = globSync("services/*/migrations/*.sql").flatMap((file) =>
		[...readFileSync(file, "utf8").matchAll(/^\s*(\w+_cents)\s+(\w+)/gm)].map(
			([, column, type]) => [file, column, type],
		),
	);
	expect(
		columns.filter(([, column = "", type]) => type !== "bigint" && !LISTS.includes(column)),
	).toEqual([]);
});

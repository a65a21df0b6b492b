import { describe, expect, test } from "@jest/globals";
import { products, supplies } from "../../../config/demo/catalog.ts";
import { checkDigitOf, gtinOf } from "../../../lib/gtin.ts";
import { GUEST } from "../../../lib/scope.ts";
import { barcodesOf } from "../../../services/catalog/barcode.ts";
import { moved, named } from "../../../services/catalog/category.ts";
import {
	archive,
	change,
	changesOf,
	create,
	factsOf,
	maySee,
	produitOf,
	quote,
	replace,
	searchTextOf,
	wordsOf,
} from "../../../services/catalog/product.ts";

const tea = (over = {}) =>
	create("prd_1", { sku: "TEA", name_fr: "Thé vert", price_cents: 899, ...over });
const NOW = new Date("2026-03-01T15:00:00.000Z");

describe("a barcode", () => {
	test.each([
		["400638133393", 1],
		["03600029145", 2],
		["9638507", 4],
		["1540014128876", 3],
		["200000000001", 5],
	])("of digits %s ends with %i", (digits, check) => {
		expect(checkDigitOf(digits)).toBe(check);
	});
	test("is the same with zeros in front", () => {
		expect(gtinOf("036000291452")).toBe(gtinOf("0036000291452"));
	});
	test("with a wrong digit is named in what is refused", () => {
		const given = [{ code: "4006381333931" }, { code: "4006381333932" }];
		expect(() => barcodesOf(given)).toThrow(
			expect.objectContaining({ data: [expect.objectContaining({ field: "barcodes.1.code" })] }),
		);
	});
});

describe("a product", () => {
	test("is a version further for each change, and the same for none", () => {
		const before = tea();
		expect(change(before, { price_cents: 950 })).toMatchObject({ version: 2, price_cents: 950 });
		expect(change(before, { price_cents: 899, barcodes: [] })).toBe(before);
		expect(archive(archive(before))).toMatchObject({ status: "archived", version: 2 });
	});
	test("said anew loses what is left out, but not its status", () => {
		const before = tea({ brand: "Boréal", status: "draft", description_fr: "Bio" });
		const after = replace(before, { sku: "TEA", name_fr: "Thé", price_cents: 1 });
		expect(after).toMatchObject({ status: "draft", description_fr: "", version: 2 });
		expect(after).not.toHaveProperty("brand");
	});
	test("tells what changed, once, and a price with both amounts", () => {
		const before = tea();
		const told = (after: typeof before) =>
			factsOf(before, after, NOW).map(({ event, key, payload }) => [event, key, payload]);
		const key = "product:prd_1";
		const named = { product_id: "prd_1", name_fr: "Thé vert", name_en: "Thé vert" };
		expect(told(before)).toEqual([]);
		expect(told(archive(before))).toEqual([
			["catalog.archived", key, { ...named, changed: ["status"], version: 2 }],
		]);
		expect(told(change(before, { price_cents: 1 }))).toEqual([
			["catalog.updated", key, { ...named, changed: ["price_cents"], version: 2 }],
			[
				"catalog.price_changed",
				key,
				{ product_id: "prd_1", old_cents: 899, new_cents: 1, from: "2026-03-01T15:00:00.000Z" },
			],
		]);
	});
	test("that is a draft is for the staff", () => {
		const draft = { status: "draft" } as const;
		expect(maySee(GUEST, draft)).toBe(false);
		expect(maySee({ actor: "a", role: "cashier" }, draft)).toBe(true);
		expect(maySee({ actor: "orders", role: "service" }, draft)).toBe(true);
	});
});

describe("words", () => {
	test.each([
		["Sirop d'érable 540 ml", ["sirop", "d'erable", "540", "ml"]],
		["« Le fleuve »", ["le", "fleuve"]],
		["Œufs (12)", ["oeufs", "12"]],
		["% _ '", []],
	])("of %j are %j", (text, words) => {
		expect(wordsOf(text)).toEqual(words);
	});
	test("find a product whole and in parts, each once", () => {
		const text = searchTextOf(tea({ name_fr: "T-shirt", name_en: "T-shirt" }));
		expect(text).toBe(" t-shirt t shirt prd_1 prd 1 tea");
	});
});

describe("a quote", () => {
	test("is refused whole when one line is not on sale", () => {
		const known = new Map([["prd_1", tea()]]);
		const lines = [{ product_id: "prd_1", quantity: 2 }];
		expect(quote(lines, known)).toMatchObject([{ unit_price_cents: 899, quantity: 2 }]);
		expect(() => quote([...lines, { product_id: "x", quantity: 1 }], known)).toThrow("x not found");
	});
});

test.each([1, 10, 99, 100, 13915, 10_000_000_000])("%i cents survive dollars and back", (cents) => {
	const { prix } = produitOf(tea({ price_cents: cents }));
	expect(changesOf("prd_1", { prix })).toEqual({ price_cents: cents });
	expect(changesOf("prd_1", { prix: String(prix) })).toEqual({ price_cents: cents });
});

describe("a category", () => {
	const [a, b] = [named("a", { name_fr: "A" }, undefined), named("b", { name_fr: "B" }, undefined)];
	test("has its parents in its path", () => {
		const c = named("c", { name_fr: "C" }, a);
		expect(c).toEqual({
			id: "c",
			name_fr: "C",
			name_en: "C",
			parent_id: "a",
			path: "/a/c/",
			version: 1,
		});
		expect(moved(c, b, [c.path])).toMatchObject({ parent_id: "b", path: "/b/c/", version: 2 });
		expect(moved(c, undefined, [c.path])).not.toHaveProperty("parent_id");
	});
	test("is never below itself, but may be beside a name that begins like its own", () => {
		const c = named("c", { name_fr: "C" }, a);
		expect(() => moved(a, c, [a.path, c.path])).toThrow("below itself");
		expect(() => moved(a, a, [a.path])).toThrow("below itself");
		expect(moved(a, named("ab", { name_fr: "AB" }, undefined), [a.path])).toMatchObject({
			path: "/ab/a/",
		});
	});
});

test("CAT-13 the demo is 65 products, each with a barcode that scans, all but one bought", () => {
	expect(products).toHaveLength(65);
	for (const { barcodes } of products) expect(() => barcodesOf(barcodes)).not.toThrow();
	expect(new Set(products.map(({ sku }) => sku)).size).toBe(65);
	expect(supplies).toHaveLength(64);
});

import { describe, expect, test } from "@jest/globals";
import { catalog } from "../../services/catalog/catalog.contract.ts";
import { pricedSql } from "../../services/catalog/catalog.store.ts";
import { listSql } from "../../services/catalog/search.store.ts";
import { as } from "../support/broker.ts";
import { aProduct, db, hq, nextBarcode, shop } from "../support/catalog.ts";
import { failure } from "../support/failure.ts";
import { onSqlite } from "../support/on-sqlite.ts";

const found = async (search: string) =>
	(await catalog.list(shop, { search, limit: 200 })).items.map(({ id }) => id);

describe("a search", () => {
	test.each([
		["a name, without its accents or case", "CAFE MOULU", ["18"]],
		["a name that is not the start of a word", "fetiere", []],
		["a ligature", "oeufs", ["22"]],
		["words in any order", "dos sac", ["5"]],
		["the start of a word", "cafetiè", ["8"]],
		["a name in English", "kettle", ["product_123"]],
		["an id", "product_123", ["product_123"]],
		["a SKU, in any case", "cpt-0009", ["9"]],
		["a word with a hyphen", "T-Shirt", ["53"]],
		["a part of it", "shirt", ["53"]],
		["a barcode", "2000000000053", ["5"]],
		["words behind an apostrophe", "erable", ["19"]],
		["nothing but signs", "%", []],
		["a sign that SQL knows", "_", []],
		["a sign that SQL knows, inside a word", "c_fe", []],
		["a backslash", "caf\\\\", ["8", "18"]],
		["a quote", "'; drop table product; --", []],
		["what no product is called", "zeppelin", []],
	])("CAT-04 finds by %s", async (_, search, ids) => {
		expect(await found(search)).toEqual(ids);
	});
	test("CAT-04 finds by a short id, among others that begin like it", async () => {
		expect(await found("5")).toEqual(expect.arrayContaining(["5", "50"]));
	});
	test("CAT-04 finds a product by its new name, and no longer by the old one", async () => {
		const { id } = await aProduct({ name_fr: "Parapluie" });
		await catalog.update(shop, { id, name_fr: "Ombrelle", name_en: "Parasol" }, hq);
		expect([await found("parapluie"), await found("ombrelle")]).toEqual([[], [id]]);
	});
	test("CAT-04 finds by barcode: EAN-13, UPC-A with or without its zero, a case of twelve", async () => {
		const [upc, pack] = ["036000291452", nextBarcode()];
		const { id } = await aProduct({ barcodes: [{ code: upc }, { code: pack, pack_qty: 12 }] });
		for (const code of [upc, `0${upc}`, pack])
			expect(await catalog.byBarcode(shop, { code })).toMatchObject({ id });
		const { items } = await catalog.list(shop, { barcode: `0${upc}` });
		expect(items.map((one) => one.id)).toEqual([id]);
		expect(items[0]?.barcodes).toContainEqual({ code: pack, pack_qty: 12 });
		expect(await failure(catalog.byBarcode(shop, { code: "00000000" }))).toMatchObject({
			type: "PRODUCT_NOT_FOUND",
			data: { id: "00000000" },
		});
	});
});

describe("a list", () => {
	const ids = async (query: object) =>
		(await catalog.list(shop, { limit: 200, ...query })).items.map(({ id }) => id);
	const read = async (sort: object, limit: number) => {
		const seen: string[] = [];
		let cursor: string | undefined;
		do {
			const page = await catalog.list(shop, { limit, ...sort, ...(cursor && { cursor }) });
			expect(page.items.length).toBeLessThanOrEqual(limit);
			seen.push(...page.items.map(({ id }) => id));
			cursor = page.next_cursor;
		} while (cursor);
		return seen;
	};

	test("CAT-06 is in the order of the SKUs, 50 at a time", async () => {
		const { items, next_cursor } = await catalog.list(shop, {});
		expect(items.slice(0, 5).map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5"]);
		expect([items.length, typeof next_cursor]).toEqual([50, "string"]);
	});
	test.each(["sku", "-sku", "name", "-name", "price_cents", "-price_cents"] as const)(
		"CAT-06 sorted by %s goes page by page, each product once",
		async (sort) => {
			const all = await ids({ sort });
			expect(new Set(all).size).toBe(all.length);
			expect(await read({ sort }, 7)).toEqual(all);
		},
	);
	test("sorted by name does not mind accents", async () => {
		const { items } = await catalog.list(shop, { sort: "name", category: "7" });
		const names = items.map(({ name_fr }) => name_fr);
		expect(names.slice(0, 3)).toEqual([
			"Bottes de pluie",
			"Chandail à capuchon",
			"Chaussettes (3)",
		]);
	});
	test("sorted by price, equal prices keep one order", async () => {
		const { items } = await catalog.list(shop, { sort: "-price_cents", limit: 3 });
		expect(items.map(({ id }) => id)).toEqual(["55", "8", "5"]);
	});
	test.each([["rubbish"], ["WyIxIl0"], ["WzEsMiwzXQ"], ["bnVsbA"]])(
		"refuses the cursor %j, which is none of ours",
		async (cursor) => {
			expect(await failure(catalog.list(shop, { cursor }))).toMatchObject({ code: 422 });
		},
	);
	test.each([
		{ limit: 0 },
		{ limit: 201 },
		{ sort: "secret" },
		{ category: "a b" },
		{ colour: "red" },
	])("refuses %j", async (query) => {
		expect(await failure(catalog.list(shop, query as object))).toMatchObject({ code: 422 });
	});
	test("shows archived products to who asks for them", async () => {
		const { id, sku } = await aProduct();
		await catalog.archive(shop, { id }, hq);
		const listed = await catalog.list(shop, { status: "archived", search: sku }, as("guest"));
		expect(listed.items.map((one) => one.id)).toEqual([id]);
	});
});

describe("CAT-04 however many products there are", () => {
	const plan = (sql: string, bind: object) =>
		db.read(async (read) => {
			const steps = await read.query<{ detail: string }>(
				`explain query plan ${sql}`,
				bind as never,
			);
			return steps.map(({ detail }) => detail).join("\n");
		});
	const by = (query: Parameters<typeof listSql>[0]) => {
		const { sql, bind } = listSql(query);
		return plan(sql, bind);
	};

	onSqlite("a list walks an index, in its order, from the cursor on", async () => {
		const cursor = (values: unknown[]) => Buffer.from(JSON.stringify(values)).toString("base64url");
		const lists = [
			{},
			{ cursor: cursor(["CPT-0005", "5"]) },
			{ sort: "-name" as const, cursor: cursor(["a", "5"]) },
			{ sort: "price_cents" as const, cursor: cursor([100, "5"]) },
		];
		for (const query of lists) {
			const steps = await by(query);
			expect(steps).toMatch(/SEARCH p USING INDEX product_by_\w+ \(status=\?/);
			expect(steps).not.toMatch(/SCAN|TEMP B-TREE/);
		}
	});
	onSqlite("a quote reads the rows of its lines, and no others", async () => {
		const { sql, bind } = pricedSql(["1", "2", "5"]);
		expect(await plan(sql, bind)).toMatch(/^SEARCH product USING INDEX \S+ \(id=\?\)$/);
	});
	onSqlite("a barcode, an id, a SKU are looked up, not searched for", async () => {
		expect(await by({ barcode: "2000000000053" })).not.toContain("SCAN");
		const select = "select * from product p where p.id = $id or p.sku = $id";
		const steps = await plan(select, { id: "5" });
		expect(steps).toContain("MULTI-INDEX OR");
		expect(steps).not.toContain("SCAN");
	});
});

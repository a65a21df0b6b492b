import { describe, expect, test } from "@jest/globals";
import { versionConflict } from "../../lib/version.ts";
import {
	catalog,
	categoryCycle,
	categoryInUse,
	categoryNotFound,
	supplierCodeTaken,
	supplierNotFound,
	unknownCategory,
	unknownProduct,
} from "../../services/catalog/catalog.contract.ts";
import { as } from "../support/broker.ts";
import { aProduct, around, factsAbout, hq, nextBarcode, shop } from "../support/catalog.ts";
import { failure } from "../support/failure.ts";

let count = 0;
const aCategory = (parent_id?: string) =>
	catalog.createCategory(
		shop,
		{ name_fr: `Rayon ${++count}`, ...(parent_id && { parent_id }) },
		hq,
	);
const move = (id: string, parent_id: string | null) =>
	catalog.updateCategory(shop, { id, parent_id }, hq);
const pathOf = async (wanted: string) => {
	const { items } = await catalog.listCategories(shop, { limit: 200 });
	return items.find(({ id }) => id === wanted)?.path;
};

describe("categories", () => {
	test("CAT-05 CAT-07 are a tree, each listed after the one that holds it", async () => {
		const root = await aCategory();
		const child = await aCategory(root.id);
		expect(child).toMatchObject({ parent_id: root.id, path: `/${root.id}/${child.id}/` });
		const { items } = await catalog.listCategories(shop, { limit: 200 });
		const ids = items.map(({ id }) => id);
		expect(ids).toEqual(expect.arrayContaining(["1", "2", "3", "4", "5", "6", "7", "8"]));
		expect(ids.indexOf(child.id)).toBe(ids.indexOf(root.id) + 1);
	});

	test("CAT-05 are listed page by page", async () => {
		const all = (await catalog.listCategories(shop, { limit: 200 })).items;
		const first = await catalog.listCategories(shop, { limit: 3 });
		const rest = await catalog.listCategories(shop, { limit: 200, cursor: first.next_cursor! });
		expect([...first.items, ...rest.items]).toEqual(all);
	});

	test("CAT-05 move with all that is below them, to another place or to the root", async () => {
		const [a, b] = [await aCategory(), await aCategory()];
		const child = await aCategory(a.id);
		const leaf = await aCategory(child.id);
		const moved = await move(child.id, b.id);
		expect(moved).toMatchObject({ parent_id: b.id, path: `/${b.id}/${child.id}/`, version: 2 });
		expect(await pathOf(leaf.id)).toBe(`/${b.id}/${child.id}/${leaf.id}/`);

		expect(await move(child.id, null)).not.toHaveProperty("parent_id");
		expect(await pathOf(leaf.id)).toBe(`/${child.id}/${leaf.id}/`);
		const told = (await factsAbout(child.id, "category")).map(({ type }) => type);
		expect(told).toEqual([
			"catalog.category_created",
			"catalog.category_updated",
			"catalog.category_updated",
		]);
	});

	test("CAT-05 are renamed where they are", async () => {
		const root = await aCategory();
		const child = await aCategory(root.id);
		const renamed = await catalog.updateCategory(shop, { id: child.id, name_en: "Aisle" }, hq);
		expect(renamed).toMatchObject({ name_en: "Aisle", name_fr: child.name_fr, path: child.path });
	});

	test("CAT-05 are never below themselves", async () => {
		const root = await aCategory();
		const child = await aCategory(root.id);
		const leaf = await aCategory(child.id);
		for (const below of [root, child, leaf])
			expect(categoryCycle.is(await failure(move(root.id, below.id)))).toBe(true);
		expect(await pathOf(leaf.id)).toBe(leaf.path);
	});

	test("CAT-05 go eight levels deep, and no deeper, whoever moves", async () => {
		let deepest = await aCategory();
		for (let level = 2; level <= 8; level++) deepest = await aCategory(deepest.id);
		expect(await failure(aCategory(deepest.id))).toMatchObject({ code: 422 });
		const pair = await aCategory();
		await aCategory(pair.id);
		expect(await failure(move(pair.id, deepest.parent_id!))).toMatchObject({ code: 422 });
	});

	test("CAT-05 hold products: a list of one takes all below it", async () => {
		const root = await aCategory();
		const leaf = await aCategory((await aCategory(root.id)).id);
		const { id } = await aProduct({ category_ids: [leaf.id, "1"] });
		const listed = async (category: string) =>
			(await catalog.list(shop, { category, limit: 200 })).items.map((one) => one.id);
		expect([await listed(root.id), await listed(leaf.id)]).toEqual([[id], [id]]);
		expect(await listed("1")).toContain(id);
		expect(await listed("nowhere")).toEqual([]);
	});

	test("CAT-05 are removed once empty, by who knows their version", async () => {
		const root = await aCategory();
		const leaf = await aCategory(root.id);
		const { id } = await aProduct({ category_ids: [leaf.id] });
		const remove = (category: string, headers = {}) =>
			failure(catalog.removeCategory(shop, { id: category }, as("head_office", {}, headers)));
		for (const held of [root.id, leaf.id]) expect(categoryInUse.is(await remove(held))).toBe(true);
		await catalog.update(shop, { id, category_ids: [] }, hq);
		expect(versionConflict.is(await remove(leaf.id, { if_match: '"7"' }))).toBe(true);
		expect(await remove(leaf.id, { if_match: '"1"' })).toBeUndefined();
		expect(categoryNotFound.is(await remove(leaf.id))).toBe(true);
	});

	test("CAT-05 below what does not exist are refused", async () => {
		const { id } = await aCategory();
		const tries = [aCategory("nowhere"), move(id, "nowhere")];
		for (const refusal of await Promise.all(tries.map(failure)))
			expect(unknownCategory.is(refusal)).toBe(true);
	});
});

describe("suppliers", () => {
	const buyer = as("logistics");
	const aSupplier = (over: object = {}) => {
		const said = {
			code: `SUP-${++count}`,
			name: "Essai",
			lead_time_days: 3,
			language: "fr" as const,
		};
		return catalog.createSupplier(shop, { ...said, ...over }, buyer);
	};

	test("CAT-12 of the demo sell us 64 products, each under its own number and cost", async () => {
		const listed = async (supplier_id: string) =>
			(await catalog.listSupplies(shop, { supplier_id, limit: 200 }, hq)).items;
		const all = await Promise.all(["1", "2", "3", "4"].map(listed));
		expect(all.map(({ length }) => length)).toEqual([9, 8, 16, 31]);
		expect(all[0]!.map(({ product_id }) => product_id)).toContain("product_123");
		for (const supply of all.flat()) {
			const { price_cents } = await catalog.get(shop, { id: supply.product_id }, hq);
			expect(supply.cost_cents).toBeLessThan(price_cents);
			expect(supply.supplier_sku).toMatch(/^F-\d{4}$/);
		}
	});

	test("CAT-12 are attached to products, with their SKU, cost and lead time; said anew, replaced", async () => {
		const { id: supplier_id } = await aSupplier({ lead_time_days: 9 });
		const { id: product_id } = await aProduct();
		const said = {
			supplier_id,
			product_id,
			supplier_sku: "A-1",
			cost_cents: 250,
			min_order_qty: 6,
		};
		expect(await catalog.saveSupply(shop, said, buyer)).toEqual({ ...said, lead_time_days: 9 });
		await catalog.saveSupply(shop, { ...said, cost_cents: 240 }, buyer);
		const { items } = await catalog.listSupplies(shop, { product_id }, as("cashier"));
		expect(items).toEqual([{ ...said, cost_cents: 240, lead_time_days: 9 }]);
	});

	test("CAT-12 see what they sell themselves, and no other's cost", async () => {
		const own = as("supplier", { supplier_id: "2" });
		const { items } = await catalog.listSupplies(shop, { supplier_id: "1" }, own);
		expect(new Set(items.map(({ supplier_id }) => supplier_id))).toEqual(new Set(["2"]));
		const none = await catalog.listSupplies(shop, {}, as("supplier"));
		expect(none.items).toEqual([]);
		for (const role of ["guest", "customer"] as const)
			expect(await failure(catalog.listSupplies(shop, {}, as(role)))).toMatchObject({ code: 403 });
	});

	test("CAT-12 supplies are listed page by page, product by product", async () => {
		const seen: string[] = [];
		let cursor: string | undefined;
		do {
			const query = { supplier_id: "4", limit: 10, ...(cursor && { cursor }) };
			const page = await catalog.listSupplies(shop, query, hq);
			seen.push(...page.items.map(({ product_id }) => product_id));
			cursor = page.next_cursor;
		} while (cursor);
		expect(new Set(seen).size).toBe(31);
	});

	test("CAT-12 are added and changed by head office and logistics, under a code of their own", async () => {
		const { id, code } = await aSupplier();
		const changed = await catalog.updateSupplier(shop, { id, contact: "a@b.example" }, hq);
		expect(changed).toMatchObject({ code, contact: "a@b.example", version: 2 });
		const page = await catalog.listSuppliers(shop, { limit: 200 }, as("auditor"));
		expect(page.items).toContainEqual(changed);
		const { id: other } = await aSupplier();
		const taken = [aSupplier({ code }), catalog.updateSupplier(shop, { id: other, code }, hq)];
		for (const refusal of await Promise.all(taken.map(failure)))
			expect(supplierCodeTaken.is(refusal)).toBe(true);
		for (const role of ["admin", "store_manager", "supplier"] as const) {
			const refused = catalog.updateSupplier(shop, { id, name: "Non" }, as(role));
			expect(await failure(refused)).toMatchObject({ type: "FORBIDDEN" });
		}
	});

	test("CAT-12 are attached only if they exist, and to what exists", async () => {
		const terms = { supplier_sku: "X", cost_cents: 1, min_order_qty: 1 };
		const supply = (supplier_id: string, product_id: string) =>
			failure(catalog.saveSupply(shop, { supplier_id, product_id, ...terms }, buyer));
		expect(supplierNotFound.is(await supply("99", "1"))).toBe(true);
		expect(unknownProduct.is(await supply("1", "nothing"))).toBe(true);
	});
});

const digits = nextBarcode();
const place = (id: string, parent: string, path: string) =>
	`update category set parent_id = '${parent}', parent_path = '${path}' where id = '${id}'`;

describe("the database itself refuses", () => {
	test.each([
		["a second product of a SKU", "update product set sku = 'CPT-0001' where id = '2'"],
		["a negative price", "update product set price_cents = -1 where id = '2'"],
		["a status that is none", "update product set status = 'lost' where id = '2'"],
		["a name of spaces", "update product set name_fr = ' ' where id = '2'"],
		[
			"a wrong check digit",
			"insert into barcode values ('00000000000018', '0000000000018', '2', 1)",
		],
		[
			"letters in a barcode",
			"insert into barcode values ('0000000000000A', '000000000000A', '2', 1)",
		],
		[
			"a barcode kept as another",
			`insert into barcode values ('00000000000000', '${digits}', '2', 1)`,
		],
		[
			"a second owner of a barcode",
			"insert into barcode values ('02000000000015', '2000000000015', '2', 1)",
		],
		["a pack of nothing", `insert into barcode values ('0${digits}', '${digits}', '2', 0)`],
		["a barcode of no product", `insert into barcode values ('0${digits}', '${digits}', 'x', 1)`],
		["a category of itself", place("1", "1", "/1/")],
		["a parent at another path", place("1", "2", "/3/2/")],
		["a cycle of two", `${place("1", "2", "/2/")}; ${place("2", "1", "/2/1/")}`],
		[
			"a cycle of three",
			`${place("2", "1", "/1/")}; ${place("3", "2", "/1/2/")}; ${place("1", "3", "/1/2/3/")}`,
		],
		["a second supplier of a code", "update supplier set code = 'FLEUVE' where id = '1'"],
		["two terms of one supplier", "insert into supplier_product values ('1', '1', 'X', 1, 1)"],
		["a cost below nothing", "update supplier_product set cost_cents = -1"],
	])("CAT-05 CAT-09 %s, whatever the code does", async (_, sql) => {
		expect(await around(sql)).toMatch(/constraint/i);
	});
	test("nothing of what is right", async () => {
		expect(
			await around(`insert into barcode values ('0${digits}', '${digits}', '2', 1)`),
		).toBeUndefined();
		expect(await around(place("8", "7", "/7/"))).toBeUndefined();
	});
});

import { describe, expect, test } from "@jest/globals";
import { versionConflict } from "../../lib/version.ts";
import {
	barcodeTaken,
	catalog,
	productNotFound,
	skuTaken,
	unknownCategory,
	unknownProduct,
} from "../../services/catalog/catalog.contract.ts";
import { as } from "../support/broker.ts";
import { aProduct, factsAbout, hq, nextBarcode, shop } from "../support/catalog.ts";
import { failure } from "../support/failure.ts";

const get = (id: string) => catalog.get(shop, { id });

describe("the demo catalogue", () => {
	test("CAT-13 sells products 1, 2 and 5, and a steel kettle called product_123", async () => {
		const prices = await Promise.all(["1", "2", "5", "product_123"].map(get));
		expect(prices.map(({ name_fr, price_cents }) => [name_fr, price_cents])).toEqual([
			["Bouteille isotherme", 2500],
			["Tasse en grès", 1000],
			["Sac à dos 25 L", 10000],
			["Bouilloire en acier", 4000],
		]);
	});

	test("CAT-01 shows 64 of its 65 products, with barcodes and categories; the gift card is a draft", async () => {
		const { items } = await catalog.list(shop, { limit: 200 }, hq);
		const demo = items.filter(({ sku }) => sku.startsWith("CPT-"));
		expect(demo).toHaveLength(64);
		expect(demo.every((one) => one.barcodes.length === 1 && one.category_ids.length === 1)).toBe(
			true,
		);
		expect(demo.filter((one) => one.tax_class === "BOOK_ISBN").map((one) => one.id)).toHaveLength(
			8,
		);
		expect(await catalog.get(shop, { id: "64" }, hq)).toMatchObject({
			status: "draft",
			tax_class: "GIFT_CARD",
		});
	});
});

describe("a product", () => {
	test("CAT-02 CAT-09 is added with a name, a price, a description, and what is left out has a default", async () => {
		const made = await aProduct({
			name_fr: "Théière",
			description_fr: "En fonte",
			price_cents: 4599,
		});
		expect(made).toMatchObject({
			name_fr: "Théière",
			name_en: "Théière",
			description_fr: "En fonte",
			description_en: "",
			price_cents: 4599,
			currency: "CAD",
			tax_class: "STANDARD",
			status: "active",
			version: 1,
		});
		expect(await get(made.id)).toEqual(made);
		expect(await get(made.sku)).toEqual(made);
		const [fact] = await factsAbout(made.id);
		expect(fact).toMatchObject({
			type: "catalog.created",
			payload: { product_id: made.id, version: 1 },
		});
	});

	test("CAT-03 CAT-10 is changed, replaced and archived; the next read shows it", async () => {
		const { id, sku } = await aProduct({ brand: "Boréal", price_cents: 1000, category_ids: ["1"] });
		const changed = await catalog.update(shop, { id, name_fr: "Autre", price_cents: 1200 }, hq);
		expect(await get(id)).toEqual(changed);
		expect(changed).toMatchObject({
			name_fr: "Autre",
			brand: "Boréal",
			category_ids: ["1"],
			version: 2,
		});

		const said = { sku, name_fr: "Neuf", price_cents: 900 };
		expect(await catalog.replace(shop, { id, ...said }, hq)).toMatchObject({ ...said, version: 3 });
		expect(await get(id)).toMatchObject({ ...said, name_en: "Neuf", category_ids: [] });
		expect(await get(id)).not.toHaveProperty("brand");

		await catalog.archive(shop, { id }, hq);
		expect(await get(id)).toMatchObject({ status: "archived", name_fr: "Neuf", version: 4 });
		const { items } = await catalog.list(shop, { search: sku });
		expect(items).toEqual([]);

		const told = (await factsAbout(id)).map(({ type, payload }) => [type, payload.changed]);
		expect(told).toEqual([
			["catalog.created", expect.arrayContaining(["sku", "price_cents"])],
			["catalog.updated", ["name_fr", "price_cents"]],
			["catalog.price_changed", undefined],
			["catalog.updated", expect.arrayContaining(["brand", "category_ids"])],
			["catalog.price_changed", undefined],
			["catalog.archived", ["status"]],
		]);
	});

	test("CAT-03 changed by nothing keeps its version, and nothing is told", async () => {
		const made = await aProduct();
		expect(await catalog.update(shop, { id: made.id, name_fr: made.name_fr }, hq)).toEqual(made);
		await catalog.archive(shop, { id: made.id }, hq);
		expect(await catalog.archive(shop, { id: made.id }, hq)).toMatchObject({ version: 2 });
		expect(await factsAbout(made.id)).toHaveLength(2);
	});

	test("a new price is told with the old one", async () => {
		const { id } = await aProduct({ price_cents: 500 });
		await catalog.update(shop, { id, price_cents: 450 }, hq);
		const fact = (await factsAbout(id)).find(({ type }) => type === "catalog.price_changed");
		expect(fact?.payload).toMatchObject({ product_id: id, old_cents: 500, new_cents: 450 });
	});

	test("is not changed by who read another version: of two writers one wins", async () => {
		const { id } = await aProduct();
		const on = (version: string) => as("head_office", {}, { if_match: version });
		const write = (name_fr: string) => failure(catalog.update(shop, { id, name_fr }, on('"1"')));
		const lost = (await Promise.all([write("A"), write("B")])).filter(Boolean);
		expect(lost).toHaveLength(1);
		expect(versionConflict.is(lost[0])).toBe(true);
		expect(versionConflict.is(await failure(catalog.archive(shop, { id }, on('"1"'))))).toBe(true);
		expect(await catalog.archive(shop, { id }, on('"2"'))).toMatchObject({ version: 3 });
	});

	test("AUT-24 is written by head office alone: any other role is refused, admin too, and nothing changes", async () => {
		const made = await aProduct();
		const { id, sku, name_fr, price_cents } = made;
		const others = [
			...(["guest", "customer", "cashier", "store_manager"] as const),
			...(["logistics", "admin", "supplier", "auditor"] as const),
		];
		for (const role of others) {
			const who = as(role, { location_id: "1", customer_id: "1", supplier_id: "1" });
			const tries = [
				catalog.create(shop, { sku: `${sku}-2`, name_fr, price_cents }, who),
				catalog.replace(shop, { id, sku, name_fr: "Non", price_cents }, who),
				catalog.update(shop, { id, price_cents: 1 }, who),
				catalog.archive(shop, { id }, who),
				catalog.updateProduit(shop, { product_id: id, prix: 1 }, who),
				catalog.createCategory(shop, { name_fr: "Non" }, who),
			];
			for (const refusal of await Promise.all(tries.map(failure)))
				expect(refusal).toMatchObject({ type: "FORBIDDEN", code: 403 });
		}
		expect(await get(id)).toEqual(made);
	});

	test.each([
		["an unknown field", { colour: "red" }],
		["a negative price", { price_cents: -1 }],
		["a price with a fraction", { price_cents: 1.5 }],
		["an endless price", { price_cents: 10_000_000_001 }],
		["an empty name", { name_fr: "  " }],
		["an unknown tax class", { tax_class: "LUXURY" }],
		["a barcode of the wrong length", { barcodes: [{ code: "123" }] }],
		["a wrong check digit", { barcodes: [{ code: "4006381333932" }] }],
		["an unknown field of a barcode", { barcodes: [{ code: "4006381333931", kind: "EAN" }] }],
		["a pack of nothing", { barcodes: [{ code: "4006381333931", pack_qty: 0 }] }],
	])("with %s is refused, added or changed", async (_, wrong) => {
		const { id } = await aProduct();
		const before = await get(id);
		expect(await failure(aProduct(wrong as object))).toMatchObject({ code: 422 });
		const change = catalog.update(shop, { id, ...(wrong as object) }, hq);
		expect(await failure(change)).toMatchObject({ code: 422 });
		expect(await get(id)).toEqual(before);
	});

	test("has a SKU, barcodes and categories that are its own, or that exist", async () => {
		const code = nextBarcode();
		const { sku } = await aProduct({ barcodes: [{ code }] });
		const { id } = await aProduct();
		const refusals: [{ is(err: unknown): boolean; code: string }, object][] = [
			[skuTaken, { sku }],
			[barcodeTaken, { barcodes: [{ code }] }],
			[unknownCategory, { category_ids: ["nowhere"] }],
		];
		for (const [refusal, params] of refusals) {
			const failures = [aProduct(params), catalog.update(shop, { id, ...params }, hq)].map(failure);
			for (const failed of await Promise.all(failures))
				expect([refusal.code, refusal.is(failed)]).toEqual([refusal.code, true]);
		}
		expect(await get(id)).toMatchObject({ version: 1 });
	});

	test("CAT-03 that does not exist is refused, whatever is asked of it", async () => {
		const id = "nothing";
		const tries = [
			get(id),
			catalog.update(shop, { id, price_cents: 1 }, hq),
			catalog.replace(shop, { id, sku: "X", name_fr: "X", price_cents: 1 }, hq),
			catalog.archive(shop, { id }, hq),
		];
		for (const refusal of await Promise.all(tries.map(failure)))
			expect(productNotFound.is(refusal)).toBe(true);
	});

	test("that is a draft is seen by the staff only, until it is published", async () => {
		const { id, sku } = await aProduct({ status: "draft" });
		expect(productNotFound.is(await failure(get(id)))).toBe(true);
		expect(await catalog.get(shop, { id }, as("cashier"))).toMatchObject({ status: "draft" });
		const drafts = (role: "guest" | "cashier") =>
			catalog.list(shop, { status: "draft", search: sku }, as(role));
		expect((await drafts("guest")).items).toHaveLength(0);
		expect((await drafts("cashier")).items).toHaveLength(1);
		await catalog.update(shop, { id, status: "active" }, hq);
		expect(await get(id)).toMatchObject({ status: "active" });
	});
});

describe("a quote", () => {
	const quote = (...ids: string[]) =>
		catalog.quote(shop, { lines: ids.map((product_id, at) => ({ product_id, quantity: at + 1 })) });

	test("says each line's price as of now, in the order asked, repeats included", async () => {
		const { lines } = await quote("5", "9", "5");
		expect(lines.map((line) => [line.product_id, line.quantity, line.unit_price_cents])).toEqual([
			["5", 1, 10000],
			["9", 2, 9523],
			["5", 3, 10000],
		]);
		expect(lines[1]).toMatchObject({
			sku: "CPT-0009",
			tax_class: "BOOK_ISBN",
			name_en: "The River",
		});
	});
	test("of 200 lines is one answer", async () => {
		const ids = Array.from({ length: 200 }, (_, at) => String(1 + (at % 63)));
		const { lines } = await quote(...ids);
		expect(lines.map((line) => line.product_id)).toEqual(ids);
	});
	test("refuses what is unknown, a draft, or archived", async () => {
		const archived = await aProduct();
		await catalog.archive(shop, { id: archived.id }, hq);
		for (const id of ["nothing", "64", archived.id]) {
			const refused = await failure(quote("1", id));
			expect(unknownProduct.is(refused)).toBe(true);
			expect(refused).toMatchObject({ code: 422, data: { id } });
		}
	});
});

describe("the alias", () => {
	const produit = (id: string, said: object, who = hq) =>
		catalog.updateProduit(shop, { product_id: id, ...said }, who);

	test("CAT-08 lists products in French and in dollars", async () => {
		const [first] = await catalog.listProduits(shop, { search: "cafetière" });
		expect(first).toEqual({
			id: "8",
			nom: "Cafetière programmable",
			prix: 139.15,
			description: "Cafetière programmable, au rayon Maison.",
		});
		expect(await catalog.listProduits(shop, { search: "CPT" })).toHaveLength(64);
	});
	test("CAT-08 changes name, price and description, as a number or a text", async () => {
		const { id } = await aProduct({ name_en: "Kept" });
		const said = { nom: "Lampe", prix: 159.99, description: "À pince" };
		expect(await produit(id, said)).toEqual({ id, ...said });
		expect(await get(id)).toMatchObject({ price_cents: 15999, name_fr: "Lampe", name_en: "Kept" });
		expect(await produit(id, { id, prix: 1 })).toMatchObject({ prix: 1 });
		expect(await failure(produit(id, { id: "other", prix: 2 }))).toMatchObject({ code: 422 });
		expect(await produit(id, { prix: "0.10" })).toMatchObject({ prix: 0.1, nom: "Lampe" });
	});
	test.each([25.005, "25.005", "1.999", 1e-7])(
		"CAT-08 refuses %j: AMOUNT_PRECISION",
		async (prix) => {
			const { id } = await aProduct({ price_cents: 700 });
			expect(await failure(produit(id, { prix }))).toMatchObject({
				type: "AMOUNT_PRECISION",
				code: 422,
			});
			expect(await get(id)).toMatchObject({ price_cents: 700 });
		},
	);
	test.each([-1, "1,50", "", "dix", 1e12])("CAT-08 refuses the price %j", async (prix) => {
		const { id } = await aProduct();
		expect(await failure(produit(id, { prix }))).toMatchObject({ code: 422 });
	});
});

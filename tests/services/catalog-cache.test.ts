import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { open } from "../../mixins/database/open.ts";
import { catalog } from "../../services/catalog/catalog.contract.ts";
import catalogService from "../../services/catalog/catalog.service.ts";
import { stores } from "../../services/stores/stores.contract.ts";
import storesService from "../../services/stores/stores.service.ts";
import { as, broker } from "../support/broker.ts";

const chain = broker([catalogService, storesService]);
const [products, locations] = [open("catalog"), open("stores")];
beforeAll(() => chain.start());
afterAll(async () => {
	await chain.stop();
	await Promise.all([products.close(), locations.close()]);
});

const hq = as("head_office");
const around = (db: typeof products, sql: string) => db.write((tx) => tx.script(sql));

/** Each way to read product 2, and its name there. */
const reads: Record<string, () => Promise<string | undefined>> = {
	get: async () => (await catalog.get(chain, { id: "2" })).name_fr,
	"get by SKU": async () => (await catalog.get(chain, { id: "CPT-0002" })).name_fr,
	byBarcode: async () => (await catalog.byBarcode(chain, { code: "2000000000022" })).name_fr,
	list: async () => (await catalog.list(chain, { limit: 5 })).items[1]?.name_fr,
	listProduits: async () => (await catalog.listProduits(chain, { limit: 5 }))[1]?.nom,
};

test.each(Object.entries(reads))(
	"CAT-11 %s is answered from the cache, and shows an edit at once",
	async (how, read) => {
		const name = await read();
		await around(products, "update product set name_fr = 'Unseen' where id = '2'");
		expect(await read()).toBe(name);

		const name_fr = `Seen by ${how}`;
		await catalog.update(chain, { id: "2", name_fr }, hq);
		expect(await read()).toBe(name_fr);
	},
);

test("CAT-11 an edit is never followed by what was read before it, whoever reads meanwhile", async () => {
	for (let price_cents = 2001; price_cents <= 2030; price_cents++) {
		const busy = Array.from({ length: 5 }, () => catalog.get(chain, { id: "5" }));
		await catalog.update(chain, { id: "5", price_cents }, hq);
		expect(await catalog.get(chain, { id: "5" })).toMatchObject({ price_cents });
		await Promise.all(busy);
	}
});

test("CAT-11 a draft that the staff has read is not shown to a guest from the cache", async () => {
	await catalog.get(chain, { id: "64" }, as("cashier"));
	await expect(catalog.get(chain, { id: "64" })).rejects.toMatchObject({
		type: "PRODUCT_NOT_FOUND",
	});
	await catalog.list(chain, { status: "draft" }, as("cashier"));
	expect((await catalog.list(chain, { status: "draft" })).items).toEqual([]);
});

test("CAT-05 a category that moves takes its products along in lists read before", async () => {
	const root = await catalog.createCategory(chain, { name_fr: "Tout" }, hq);
	const listed = async () => (await catalog.list(chain, { category: root.id })).items.length;
	expect(await listed()).toBe(0);
	await catalog.updateCategory(chain, { id: "1", parent_id: root.id }, hq);
	expect(await listed()).toBe(9);
});

test("STO-05 a name is resolved from the cache, until a location changes", async () => {
	const resolve = () => stores.resolve(chain, { location: "Magasin 1" });
	await resolve();
	await around(locations, "update location set district = 'Unseen' where id = '1'");
	expect(await resolve()).toMatchObject({ district: "Ville-Marie" });
	await stores.update(chain, { id: "1", district: "Plateau" }, hq);
	expect(await resolve()).toMatchObject({ district: "Plateau" });
	await stores.update(chain, { id: "1", aliases: [] }, hq);
	await expect(resolve()).rejects.toMatchObject({ type: "LOCATION_NOT_FOUND" });
});

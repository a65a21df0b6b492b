import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buy, everything } from "../support/buying.ts";
import { type Client, client } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

let product: Product;
let shop: Client;
let [buyer, office] = ["", ""];

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	[buyer, office] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("maison_mere"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const lamp = { sku: "LAMPE-1", name_fr: "Lampe d'été", name_en: "Summer lamp", price_cents: 4_999 };
const found = async (search: string) =>
	(
		await shop.get(`/api/v1/products?limit=200&search=${encodeURIComponent(search)}`)
	).body.items.map(({ id }: any) => id);

test("CAT-02 CAT-03 CAT-06 head office adds a product: it is listed, sold, and once archived still read in the order", async () => {
	const made = await shop.post("/api/v1/products", { token: office, body: lamp });
	expect([made.status, made.body]).toMatchObject([201, { ...lamp, status: "active", version: 1 }]);
	const path = `/api/v1/products/${made.body.id}`;
	expect(made.headers.get("location")).toBe(path);
	expect((await shop.get(path)).body).toEqual(made.body);
	const listed = await everything<any>(shop, office, "/api/v1/products");
	expect(listed.map(({ id }) => id)).toContain(made.body.id);

	const admin = await shop.login("admin", "admin");
	await shop.put(`/api/v1/stock/${made.body.id}`, {
		token: admin,
		body: { location: "online", quantity: 5, reason: "Arrivage" },
	});
	const body = { products: [{ product_id: made.body.id, quantity: 1 }] };
	const bought = await buy(shop, buyer, { body });
	expect(bought.status).toBe(201);

	expect((await shop.del(path, { token: office })).body.status).toBe("archived");
	expect(await found("Lampe")).toEqual([]);
	const order = await shop.get(`/api/v1/orders/${bought.body.order_id}`, { token: buyer });
	expect(order.body.lines).toMatchObject([{ description: lamp.name_fr, unit_price_cents: 4_999 }]);
	expect((await buy(shop, buyer, { body })).status).toBe(422);
	expect((await shop.get(path)).body.status).toBe("archived");
});

test("CAT-04 products are found by name in either language, whatever the accents and case, by id, SKU and barcode", async () => {
	const { body } = await shop.get("/api/v1/products/17");
	for (const words of ["farine", "FARINE", "flour", "CPT-0017", "17", body.barcodes[0].code])
		expect([words, (await found(words)).includes("17")]).toEqual([words, true]);
	expect(await found("erable")).toEqual(["19"]);
	expect(await found("ÉRABLE sirop")).toEqual(["19"]);
	expect(await found("zzz")).toEqual([]);
	const scanned = await shop.get(`/api/v1/products/by-barcode/${body.barcodes[0].code}`);
	expect(scanned.body.id).toBe("17");
	expect((await shop.get("/api/v1/products/by-barcode/2009999999992")).status).toBe(404);
	expect((await shop.get("/api/v1/products/CPT-0017")).body.id).toBe("17");
});

test("CAT-06 the list is paged without a repeat or a gap, and filtered by category", async () => {
	const ids: string[] = [];
	for (let cursor = ""; ; ) {
		const { status, body } = await shop.get(`/api/v1/products?limit=7${cursor}`);
		expect(status).toBe(200);
		ids.push(...body.items.map(({ id }: any) => id));
		if (!body.next_cursor) break;
		expect(body.items).toHaveLength(7);
		cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
	}
	expect(new Set(ids).size).toBe(ids.length);
	expect(ids.length).toBe(64); // of 65, the gift card is a draft
	const books = await shop.get("/api/v1/products?category=2&limit=200");
	expect(books.body.items).toHaveLength(8);
	for (const bad of ["limit=0", "limit=201", "colour=red", "cursor=forged"])
		expect([bad, (await shop.get(`/api/v1/products?${bad}`)).status]).toEqual([bad, 422]);
});

test("CAT-07 CAT-05 categories are listed as a tree, each after the one that holds it", async () => {
	const { status, body } = await shop.get("/api/v1/categories");
	expect([status, body.items.length]).toEqual([200, 8]);
	const made = await shop.post("/api/v1/categories", {
		token: office,
		body: { name_fr: "Thermos", parent_id: "1" },
	});
	expect([made.status, made.body.path]).toEqual([201, `/1/${made.body.id}/`]);
	const now = (await shop.get("/api/v1/categories")).body.items.map(({ id }: any) => id);
	expect(now.indexOf(made.body.id)).toBeGreaterThan(now.indexOf("1"));
	const cycle = await shop.patch("/api/v1/categories/1", {
		token: office,
		body: { parent_id: made.body.id },
	});
	expect([cycle.status, cycle.body.code]).toEqual([409, "CATEGORY_CYCLE"]);
});

test("CAT-10 head office edits: list, load by id, PUT, saved 200; the very next read anywhere shows it", async () => {
	const [listed] = (await shop.get("/api/v1/products?search=CPT-0020")).body.items;
	const loaded = await shop.get(`/api/v1/products/${listed.id}`);
	expect(loaded.headers.get("etag")).toBe(`"${loaded.body.version}"`);
	const { sku, tax_class, category_ids } = loaded.body;
	const body = { sku, tax_class, category_ids, name_fr: "Lait 2 L bio", price_cents: 565 };
	const saved = await shop.put(`/api/v1/products/${listed.id}`, {
		token: office,
		headers: { "If-Match": loaded.headers.get("etag")! },
		body: { ...body, description_fr: "De la ferme" },
	});
	expect([saved.status, saved.body.version]).toEqual([200, loaded.body.version + 1]);
	const reads = await Promise.all([
		shop.get(`/api/v1/products/${listed.id}`),
		shop.get("/api/v1/products?search=CPT-0020").then(({ body }) => ({ body: body.items[0] })),
	]);
	for (const { body: now } of reads)
		expect(now).toMatchObject({ name_fr: "Lait 2 L bio", price_cents: 565 });
	const cart = await shop.get(`/api/v1/cart?session_id=${crypto.randomUUID()}`);
	const { session_id, id } = cart.body;
	const full = await shop.post(`/api/v1/carts/${id}/items?session_id=${session_id}`, {
		body: { product_id: listed.id, quantity: 1 },
	});
	expect(full.body.subtotal_cents).toBe(565);
});

test("CAT-10 two who edit at once: the second, who has not seen the first's change, is refused 412", async () => {
	const path = "/api/v1/products/21";
	const etag = (await shop.get(path)).headers.get("etag")!;
	const edit = (price_cents: number) =>
		shop.patch(path, { token: office, headers: { "If-Match": etag }, body: { price_cents } });
	const answers = await Promise.all([edit(401), edit(402), edit(403)]);
	expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
	const lost = answers.find(({ status }) => status === 412);
	expect(lost?.body.code).toBe("VERSION_CONFLICT");
	const won = answers.find(({ status }) => status === 200);
	expect((await shop.get(path)).body.price_cents).toBe(won?.body.price_cents);
});

test("CAT-13 demo products 1, 2 and 5 are there at their prices; there is no product 2 at Magasin 1", async () => {
	const price = async (id: number) => (await shop.get(`/api/v1/products/${id}`)).body.price_cents;
	expect([await price(1), await price(2), await price(5)]).toEqual([2_500, 1_000, 10_000]);
	const till = await shop.login("caissier_1");
	const { body } = await shop.get("/api/v1/stock/2?location=Magasin%201", { token: till });
	expect(body.levels).toMatchObject([{ location_id: "1", on_hand: 0 }]);
});

test("CAT-14 DOC-01 the catalogue's own OpenAPI describes its routes and nobody else's; /docs shows it", async () => {
	const { status, body } = await shop.get("/openapi/catalog.json", { key: null });
	expect([status, body.openapi]).toEqual([200, expect.stringMatching(/^3\.1/)]);
	const paths = Object.keys(body.paths);
	expect(paths).toEqual(
		expect.arrayContaining(["/api/v1/products", "/api/v1/products/{id}", "/api/produits"]),
	);
	expect(paths.filter((path) => /orders|stock|users/.test(path))).toEqual([]);
	const whole = (await shop.get("/openapi.json", { key: null })).body.paths;
	expect(Object.keys(whole)).toEqual(expect.arrayContaining([...paths, "/api/saga/start"]));
	const [docs, api] = await Promise.all(
		["/docs", "/api/docs"].map((path) => shop.get(path, { key: null })),
	);
	expect([docs!.status, docs!.body]).toEqual([200, api!.body]);
	expect(docs!.headers.get("content-type")).toMatch(/html/);
	expect((await shop.get("/openapi/nothing.json", { key: null })).status).toBe(404);
});

test("D4 what is refused is a problem document, in French, or in English for who asks for it", async () => {
	const french = await shop.get("/api/v1/products/none");
	expect(french.headers.get("content-type")).toMatch(/^application\/problem\+json/);
	expect(french.body).toMatchObject({
		status: 404,
		code: "PRODUCT_NOT_FOUND",
		message: "Produit none introuvable",
		instance: "/api/v1/products/none",
		request_id: french.headers.get("x-request-id"),
	});
	const english = await shop.get("/api/v1/products/none", { headers: { "Accept-Language": "en" } });
	expect(english.body.message).toBe("Product none not found");
	expect((await shop.get(french.body.type, { key: null })).status).toBe(200);
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { everything } from "../support/buying.ts";
import { type Client, client } from "../support/client.ts";
import { filesOf } from "../support/kept.ts";
import { rows } from "../support/ledgers.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

const NAMES = {
	admin: "admin",
	office: "maison_mere",
	logistics: "logistique",
	manager: "gerant_1",
	till: "caissier_1",
	supplier: "fournisseur_1",
	auditor: "verificateur",
	buyer: "user@example.com",
} as const;
type Name = keyof typeof NAMES;
const PASSWORDS: Record<string, string> = { admin: "admin", "user@example.com": "password" };

let product: Product;
let shop: Client;
let tokens: Record<Name, string>;

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	const pairs = Object.entries(NAMES).map(
		async ([name, user]) => [name, await shop.login(user, PASSWORDS[user])] as const,
	);
	tokens = Object.fromEntries(await Promise.all(pairs)) as Record<Name, string>;
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const status = async (name: Name, method: string, path: string, body?: object) =>
	(await shop.ask(method, path, { token: tokens[name], ...(body && { body }) })).status;
const placesOf = async (name: Name) => {
	const levels = await everything(shop, tokens[name], "/api/v1/stock");
	return [...new Set(levels.map(({ location_id }) => location_id))].sort();
};
const EVERYWHERE = ["1", "2", "3", "4", "5", "logistics", "online"];

test("AUT-24 products are changed by head office alone: every other role, admin included, gets 403 and the row stays", async () => {
	const row = async () =>
		rows(await filesOf(product), "catalog", "select * from product where id = '4'");
	const before = await row();
	const whole = { sku: "CPT-0004", name_fr: "Autre", price_cents: 1 };
	for (const name of Object.keys(NAMES) as Name[]) {
		if (name === "office") continue;
		expect([
			name,
			await status(name, "PUT", "/api/v1/products/4", whole),
			await status(name, "PATCH", "/api/v1/products/4", { price_cents: 1 }),
			await status(name, "DELETE", "/api/v1/products/4"),
			await status(name, "POST", "/api/v1/products", { ...whole, sku: `X-${name}` }),
			await status(name, "PUT", "/api/produits/4/", { prix: 0.01 }),
		]).toEqual([name, 403, 403, 403, 403, 403]);
	}
	expect((await shop.patch("/api/v1/products/4", { body: { price_cents: 1 } })).status).toBe(401);
	expect(await row()).toEqual(before);
	expect(await status("office", "PATCH", "/api/v1/products/4", { price_cents: 3_095 })).toBe(200);
});

test("AUT-18 head office sees every store, and reads what it does not run", async () => {
	expect(await placesOf("office")).toEqual(expect.arrayContaining(EVERYWHERE));
	for (const path of ["/api/v1/orders", "/api/v1/payments", "/api/v1/customers", "/api/v1/carts"])
		expect([path, await status("office", "GET", path)]).toEqual([path, 200]);
	expect(await status("office", "POST", "/api/v1/stock/reconcile", {})).toBe(403);
});

test("AUT-19 the logistics centre sees all stock, ships orders, and sees neither payments nor accounts", async () => {
	expect(await placesOf("logistics")).toEqual(expect.arrayContaining(EVERYWHERE));
	expect(await status("logistics", "GET", "/api/v1/shipments")).toBe(200);
	expect(await status("logistics", "GET", "/api/v1/payments")).toBe(403);
	expect(await status("logistics", "GET", "/api/v1/users")).toBe(403);
});

test("AUT-20 INV-07 a store's people see their own store and the logistics centre, and nothing else", async () => {
	for (const name of ["till", "manager"] as const) {
		expect(await placesOf(name)).toEqual(["1", "logistics"]);
		expect(await status(name, "GET", "/api/v1/stock/1?location=Magasin%202")).toBe(404);
		const { body } = await shop.get("/api/v1/stock/1", { token: tokens[name] });
		expect(body.levels.map(({ location_id }: any) => location_id).sort()).toEqual([
			"1",
			"logistics",
		]);
		const centre = await shop.get("/api/v1/stock/logistics-centre?product=1", {
			token: tokens[name],
		});
		expect(centre.body.items).toMatchObject([{ location_id: "logistics", quantity: 500 }]);
	}
	const set = (location: string) => ({ location, quantity: 9, reason: "Inventaire" });
	expect(await status("till", "PUT", "/api/v1/stock/10", set("1"))).toBe(403);
	expect(await status("manager", "PUT", "/api/v1/stock/10", set("1"))).toBe(200);
	expect(await status("manager", "PUT", "/api/v1/stock/10", set("2"))).toBe(404);
	expect(await status("manager", "PUT", "/api/v1/stock/10", set("logistics"))).toBe(403);
});

test("AUT-21 a customer has its own profile, carts and orders; the rest is not there, or forbidden", async () => {
	expect(await status("buyer", "GET", "/api/v1/customers/1")).toBe(200);
	for (const path of [
		"/api/v1/customers/123",
		"/api/v1/orders/456",
		"/api/v1/customers/123/orders",
	])
		expect([path, await status("buyer", "GET", path)]).toEqual([path, 404]);
	for (const path of ["/api/v1/customers", "/api/v1/stock", "/api/v1/payments", "/api/v1/users"])
		expect([path, await status("buyer", "GET", path)]).toEqual([path, 403]);
	expect(await status("buyer", "PATCH", "/api/v1/customers/123", { first_name: "X" })).toBe(404);
});

const graphql = async (name: Name | undefined, query: string) =>
	shop.post("/graphql", { key: null, ...(name && { token: tokens[name] }), body: { query } });
const STOCK = "{ stock(limit: 200) { items { product_id location_id quantity } } }";

test("AUT-22 INV-17 GQL-02 a supplier reads the stock of its own products, by GraphQL too, and of no other", async () => {
	const { status: code, body } = await graphql("supplier", STOCK);
	expect([code, body.errors]).toEqual([200, undefined]);
	const ids = new Set(body.data.stock.items.map(({ product_id }: any) => product_id));
	const own = ["1", "2", "3", "4", "5", "6", "7", "8", "product_123"];
	expect([...ids].sort()).toEqual(own);
	const one = await graphql("supplier", '{ stock(product: "9") { items { product_id } } }');
	expect(one.body.data.stock.items).toEqual([]);
	const all = await everything(shop, tokens.supplier, "/api/v1/stock");
	expect(new Set(all.map(({ product_id }) => product_id))).toEqual(ids);
	expect(await status("supplier", "GET", "/api/v1/stock/9")).toBe(404);
	expect(await status("supplier", "GET", "/api/v1/orders")).toBe(403);
});

test("D11 AUT-22 GraphQL asks who it is like every route: nobody is refused, and a customer may not ask for stock", async () => {
	expect((await graphql(undefined, STOCK)).status).toBe(401);
	const { body } = await graphql("buyer", STOCK);
	expect(body.data?.stock ?? null).toBeNull();
	expect(body.errors[0].extensions.code).toBe("FORBIDDEN");
});

test("AUT-23 admin orders for any customer, corrects stock, runs the simulator and the sagas; others do not", async () => {
	const reads = ["/api/v1/api-keys", "/api/v1/payments/admin/failure-config"];
	for (const path of reads) {
		expect(await status("admin", "GET", path)).toBe(200);
		for (const name of ["office", "logistics", "manager", "buyer", "auditor"] as const)
			expect([name, path, await status(name, "GET", path)]).toEqual([name, path, 403]);
	}
	const { body } = await shop.post("/api/v1/customers/123/order-processing", {
		token: tokens.admin,
		body: { products: [{ product_id: 1, quantity: 1 }] },
	});
	expect(body.saga_id).toMatch(/^saga_/);
	const retry = `/api/v1/sagas/${body.saga_id}/retry`;
	for (const name of ["office", "manager", "buyer"] as const)
		expect(await status(name, "POST", retry, { reason: "Essai" })).toBe(403);
	const set = { location: "online", quantity: 80, reason: "Correction" };
	expect(await status("admin", "PUT", "/api/v1/stock/12", set)).toBe(200);
});

test("AUT-28 D19 an API key is shown once, works at once, lives beside its successor, and is dead when revoked", async () => {
	const token = tokens.admin;
	const made = await shop.post("/api/v1/api-keys", {
		token,
		body: { name: "partenaire", scopes: ["customer"], quota_minute: 7 },
	});
	expect([made.status, made.body.status]).toEqual([201, "ACTIVE"]);
	const read = (key: string) => shop.get("/api/v1/products?limit=1", { key });
	expect((await read(made.body.key)).headers.get("x-ratelimit-limit-minute")).toBe("7");
	const listed = await shop.get("/api/v1/api-keys?limit=200", { token });
	expect(JSON.stringify(listed.body)).not.toContain(made.body.key);
	const kept = JSON.stringify(rows(await filesOf(product), "identity", "select * from api_key"));
	expect(kept).not.toContain(made.body.key);
	expect(kept).not.toContain("admin-key-12345");

	const next = await shop.post(`/api/v1/api-keys/${made.body.id}/rotate`, { token });
	expect([(await read(made.body.key)).status, (await read(next.body.key)).status]).toEqual([
		200, 200,
	]);
	await shop.del(`/api/v1/api-keys/${made.body.id}`, { token });
	expect([(await read(made.body.key)).status, (await read(next.body.key)).status]).toEqual([
		401, 200,
	]);
});

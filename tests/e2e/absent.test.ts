import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CONTEXTS } from "../../config/topology.ts";
import { buy, endOf, reconciled, settled } from "../support/buying.ts";
import { type Client, client, once } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

let product: Product;
let shop: Client;
let [buyer, admin, office] = ["", "", ""];

/** A product whose `orders` never started, as when its node is away. */
beforeAll(async () => {
	product = await startProduct({ contexts: CONTEXTS.filter((name) => name !== "orders") });
	shop = client(product);
	[buyer, admin, office] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
		shop.login("maison_mere"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

test("SAG-22 POS-12 orders offline: POST /api/saga/start answers 503 and Erreur vente, and the stock is released", async () => {
	const before = await settled(shop, admin, 1);
	const { status, headers, body } = await shop.post("/api/saga/start", {
		token: buyer,
		key: null,
		body: { user: "John", cart: [{ location: "online", product_id: 1, quantity: 3 }] },
	});
	expect(status).toBe(503);
	expect(body).toEqual({ message: "Erreur vente", saga_id: expect.stringMatching(/^saga_/) });
	expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);

	const saga = await endOf(shop, buyer, body.saga_id);
	expect(saga).toMatchObject({ status: "COMPENSATED", message: "Erreur vente" });
	const [, reserve, create] = saga.steps;
	expect(reserve.compensation).toMatchObject({ step: "RELEASE_STOCK", status: "SUCCESS" });
	expect(create).toMatchObject({ step: "CREATE_ORDER", status: "FAILED" });
	expect(saga.duration).toBeGreaterThan(4); // it waited for someone to come back
	expect(await settled(shop, admin, 1)).toBe(before);
});

test("SAG-24 SAG-26 POS-12 the canonical route says it as a problem: tried again first, then undone, SALE_UNAVAILABLE", async () => {
	const { status, headers, body } = await buy(shop, buyer, {
		headers: { Prefer: "wait=20" },
	});
	expect(status).toBe(503);
	expect(body).toMatchObject({ code: "SALE_UNAVAILABLE", message: "Erreur vente" });
	expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
	expect((await endOf(shop, buyer, body.saga_id)).status).toBe("COMPENSATED");
	const paid = await shop.get("/api/v1/payments", { token: office });
	expect(paid.body.items.filter(({ saga_id }: any) => saga_id)).toEqual([]);
});

test("GTW-02 HA-14 routes of a context that is not there are none; what needs it answers 503; nothing answers 500", async () => {
	for (const path of ["/api/v1/orders", "/api/v1/orders/456", "/api/v1/shipments"])
		expect([404, 405, 503]).toContain((await shop.get(path, { token: admin })).status);
	const cancelled = await shop.post("/api/v1/orders/456/cancel?wait=true", {
		token: admin,
		headers: once(),
	});
	expect([cancelled.status, cancelled.body.code]).toEqual([503, "UNAVAILABLE"]);
	expect(cancelled.headers.get("retry-after")).not.toBeNull();
	expect(JSON.stringify(cancelled.body)).not.toMatch(/orders\.get|ServiceNotFound|node/);
});

test("HA-14 D13 every other context goes on answering", async () => {
	const reads = [
		["/api/v1/products", null],
		["/api/v1/locations", null],
		["/api/v1/categories", null],
		["/api/v1/customers", admin],
		["/api/v1/stock", admin],
		["/api/v1/carts", admin],
		["/api/v1/payments", office],
		["/api/v1/sagas", admin],
		["/api/v1/users", admin],
	] as const;
	for (const [path, token] of reads)
		expect([path, (await shop.get(path, token ? { token } : {})).status]).toEqual([path, 200]);
});

test("GTW-15 MON-02 health says which context is down, and that the rest still serves", async () => {
	const health = await shop.get("/health", { key: null });
	expect([health.status, health.body.status]).toEqual([200, "degraded"]);
	expect(health.body.contexts).toMatchObject({ orders: "down", saga: "up", inventory: "up" });
	const one = await shop.get("/health/orders", { key: null });
	expect([one.status, one.body]).toEqual([503, { context: "orders", status: "down" }]);
	expect((await shop.get("/health/ready", { key: null })).status).toBe(200);
});

test("INV-19 after all this nothing is held, and nothing has drifted", async () => {
	const found = await reconciled(shop, admin);
	expect(found).toMatchObject({ drift: 0, differences: [] });
});

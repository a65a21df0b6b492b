import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buy, endOf, ORDER, ORDER_TOTAL, reconciled, settled } from "../support/buying.ts";
import { type Client, client, once } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(120_000);

let product: Product;
let shop: Client;
let [buyer, admin, till] = ["", "", ""];
beforeAll(async () => {
	product = await startProduct({ env: { RETAIL_ORDER_SAGA: "choreographed" } });
	shop = client(product);
	[buyer, admin, till] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
		shop.login("caissier_1"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});
const kindOf = async (saga_id: string) =>
	(await shop.get(`/api/v1/sagas/${saga_id}`, { token: admin })).body.kind;

test("CLM-08 a house configured so answers an order that nobody leads as any other", async () => {
	const { status, headers, body } = await buy(shop, buyer);
	expect(status).toBe(201);
	expect(body).toEqual({
		saga_id: expect.stringMatching(/^saga_/),
		status: "COMPLETED",
		message: "Commande confirmée",
		order_id: expect.stringMatching(/^ord_/),
		payment_id: expect.stringMatching(/^pay_/),
		total_cents: ORDER_TOTAL,
	});
	expect(headers.get("location")).toBe(`/api/v1/orders/${body.order_id}`);
	expect(await kindOf(body.saga_id)).toBe("choreographed");
	const { body: order } = await shop.get(`/api/v1/orders/${body.order_id}`, { token: buyer });
	expect(order).toMatchObject({ status: "CONFIRMED", mode: "choreographed" });
});

test("CLM-08 a request says otherwise, and may be sent again; a third way is refused", async () => {
	const headers = once();
	const ask = (saga: string) =>
		shop.post(`/api/v1/orders?saga=${saga}`, { token: buyer, headers, body: ORDER });
	const started = await ask("orchestrated");
	expect(started.status).toBe(202);
	expect(await kindOf(started.body.saga_id)).toBe("orchestrated");
	expect((await ask("orchestrated")).body.saga_id).toBe(started.body.saga_id);
	expect((await endOf(shop, admin, started.body.saga_id)).status).toBe("COMPLETED");

	const third = await shop.post("/api/v1/orders?saga=both", {
		...{ token: buyer, headers: once(), body: ORDER },
	});
	expect(third).toMatchObject({ status: 422, body: { code: "INVALID" } });
});

test("CLM-08 SAG-21 what cannot be is told as ever, on each address", async () => {
	const refused = await buy(shop, till, {
		body: { products: [{ product_id: 2, quantity: 1, location: "1" }] },
	});
	expect(refused).toMatchObject({
		status: 409,
		body: { code: "OUT_OF_STOCK", saga_id: expect.stringMatching(/^saga_/) },
	});
	const nobody = await shop.post("/api/v1/customers/99999/order-processing?saga=choreographed", {
		...{ token: admin, headers: once(), body: { products: ORDER.products } },
	});
	expect(nobody).toMatchObject({ status: 422, body: { code: "CUSTOMER_NOT_FOUND" } });

	const said = await shop.post("/api/saga/start?saga=choreographed", {
		token: till,
		body: { user: "John", cart: [{ location: "Magasin 1", product_id: 2, quantity: 1 }] },
	});
	expect(said.body).toEqual({
		message: "Stock insuffisant",
		saga_id: expect.stringMatching(/^saga_/),
		error: '{"message":"Stock insuffisant (0 disponibles)."}',
	});
});

test("CLM-08 CLM-09 killed while it is paid, it is ended by the next start", async () => {
	await shop.post("/api/v1/payments/admin/configure-failure", {
		token: admin,
		body: { failure_rate: 0, latency_ms: 400 },
	});
	const { body } = await shop.post("/api/v1/orders", {
		...{ token: buyer, headers: once(), body: ORDER },
	});
	const seen = await shop.get(`/api/v1/sagas/${body.saga_id}`, { token: buyer });
	expect(seen).toMatchObject({ status: 200, body: { saga_id: body.saga_id } });
	product = await product.restart("SIGKILL");

	expect(await endOf(shop, admin, body.saga_id)).toMatchObject({ status: "COMPLETED" });
	await settled(shop, admin, 1);
	expect(await reconciled(shop, admin)).toMatchObject({ drift: 0 });
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buy, endOf, ORDER_TOTAL, reconciled, settled } from "../support/buying.ts";
import { type Client, client, once } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

let product: Product;
let shop: Client;
let [buyer, admin] = ["", ""];

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	[buyer, admin] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const paymentsOf = async (order_id: string) =>
	(await shop.get(`/api/v1/payments?ref_id=${order_id}`, { token: admin })).body.items;
const statusOf = async (order_id: string) =>
	(await shop.get(`/api/v1/orders/${order_id}`, { token: buyer })).body.status;

test("INV-12 ORD-05 stock follows an order: sold once it is confirmed, given back once it is cancelled", async () => {
	const before = await settled(shop, admin, 1);
	const { order_id } = (await buy(shop, buyer)).body;
	expect(await settled(shop, admin, 1)).toBe(before - 2);

	const { status, body } = await shop.post(`/api/v1/orders/${order_id}/cancel?wait=true`, {
		token: buyer,
		headers: once(),
		body: { reason: "Je me suis trompé" },
	});
	expect([status, body.status, body.message]).toEqual([201, "COMPLETED", "Commande annulée"]);
	expect(await settled(shop, admin, 1)).toBe(before);
	expect(await statusOf(order_id)).toBe("CANCELLED");

	const { items } = (await shop.get("/api/v1/stock/1/movements?limit=4", { token: admin })).body;
	const kinds = items.map(({ type }: any) => type);
	expect(kinds.filter((type: string) => type === "restore")).toHaveLength(1);
	expect(kinds).toContain("sale");
	expect(await reconciled(shop, admin)).toMatchObject({ drift: 0, ownerless: [] });
});

test("ORD-05 cancelled by DELETE: the order is refunded, once", async () => {
	const { order_id } = (await buy(shop, buyer)).body;
	const path = `/api/v1/orders/${order_id}`;
	const headers = { ...once(), Prefer: "wait=10" };
	expect((await shop.del(path, { token: buyer, headers })).status).toBe(201);
	expect(await paymentsOf(order_id)).toMatchObject([
		{ status: "REFUNDED", captured_cents: ORDER_TOTAL, refunded_cents: ORDER_TOTAL },
	]);
	expect(await statusOf(order_id)).toBe("CANCELLED");
});

test("ORD-05 U-07 cancelled twenty times at once, both ways: one cancellation, one refund, stock given back once", async () => {
	const before = await settled(shop, admin, 5);
	const { order_id } = (await buy(shop, buyer)).body;
	await settled(shop, admin, 5);
	const cancel = (n: number) =>
		n % 2
			? shop.del(`/api/v1/orders/${order_id}?wait=true`, { token: buyer, headers: once() })
			: shop.post(`/api/v1/orders/${order_id}/cancel?wait=true`, { token: buyer, headers: once() });
	const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => cancel(n)));
	const sagas = new Set(answers.map(({ body }) => body.saga_id));
	expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
	expect(sagas.size).toBe(1);

	expect(await paymentsOf(order_id)).toMatchObject([{ refunded_cents: ORDER_TOTAL }]);
	expect(await settled(shop, admin, 5)).toBe(before);
	const saga = await endOf(shop, buyer, [...sagas][0]!);
	expect(saga).toMatchObject({ name: "order-cancellation", status: "COMPLETED" });
});

test("ORD-05 an order that is being cancelled is locked: shipped or cancelled, never both, and refunded only when cancelled", async () => {
	const logistics = await shop.login("logistique");
	const body = { carrier: "Postes Canada" };
	const ends = await Promise.all(
		Array.from({ length: 12 }, async (_, n) => {
			const { order_id } = (await buy(shop, buyer)).body;
			const path = `/api/v1/orders/${order_id}`;
			const ship = () => shop.post(`${path}/ship`, { token: logistics, body });
			const cancel = () => shop.del(`${path}?wait=true`, { token: buyer, headers: once() });
			const late = async () => {
				for (let look = 0; look < n; look++) await shop.get(path, { token: buyer });
				return ship();
			};
			const answers = await Promise.all([late(), cancel()]);
			const won = answers.filter(({ status }) => status === 201);
			expect(won).toHaveLength(1);
			const [payment] = await paymentsOf(order_id);
			const { items } = (await shop.get(`${path}/history`, { token: buyer })).body;
			const status = await statusOf(order_id);
			expect(payment.refunded_cents).toBe(status === "CANCELLED" ? ORDER_TOTAL : 0);
			expect(items.map(({ to }: any) => to).slice(2)).toEqual(
				status === "CANCELLED" ? ["CANCEL_PENDING", "CANCELLED"] : ["SHIPPED"],
			);
			return status;
		}),
	);
	expect([...new Set(ends)].sort()).toEqual(["CANCELLED", "SHIPPED"]);
});

test("AUT-21 ORD-05 another's order cannot be cancelled: 404, and it stays as it is", async () => {
	const path = "/api/v1/orders/456";
	for (const method of ["DELETE", "POST"] as const) {
		const at = method === "POST" ? `${path}/cancel?wait=true` : `${path}?wait=true`;
		const { status, body } = await shop.ask(method, at, { token: buyer, headers: once() });
		expect([status, body.code]).toEqual([404, "ORDER_NOT_FOUND"]);
	}
	expect((await shop.get(path, { token: admin })).body.status).toBe("COMPLETED");
});

test("ORD-05 a cancellation needs its Idempotency-Key, and an order that there is", async () => {
	expect((await shop.del("/api/v1/orders/456", { token: admin })).body.code).toBe(
		"IDEMPOTENCY_KEY_REQUIRED",
	);
	const none = await shop.del("/api/v1/orders/ord_none?wait=true", {
		token: admin,
		headers: once(),
	});
	expect([none.status, none.body.code]).toEqual([404, "ORDER_NOT_FOUND"]);
});

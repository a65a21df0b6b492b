import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buy, endOf, ORDER, ORDER_TOTAL, STEPS, settled, stockOf } from "../support/buying.ts";
import { type Client, client, once, until } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { sumIn } from "../support/page.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

let product: Product;
let shop: Client;
let [buyer, admin, office, logistics, till] = ["", "", "", "", ""];

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	[buyer, admin, office, logistics, till] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
		shop.login("maison_mere"),
		shop.login("logistique"),
		shop.login("caissier_1"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const DECLINED = { products: [{ product_id: 9, quantity: 1 }] }; // 99.99 $ with tax
const decline = () =>
	shop.post("/admin/configure-failure", {
		token: admin,
		body: { failure_rate: 100, failure_amounts: [99.99] },
	});
const accept = () => shop.post("/admin/reset-failure-config", { token: admin });

test("SAG-19 SAG-12 ORD-02 ORD-06 two bottles and a backpack: five steps succeed, and there is an order and a payment of 172.46 $", async () => {
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

	const saga = await shop.get(`/api/v1/sagas/${body.saga_id}`, { token: buyer });
	expect(saga.body).toMatchObject({
		saga_id: body.saga_id,
		status: "COMPLETED",
		created_at: expect.stringMatching(/Z$/),
		updated_at: expect.stringMatching(/Z$/),
		duration: expect.any(Number),
	});
	expect(saga.body.duration).toBeLessThan(5);
	expect(saga.body.steps.map(({ step }: { step: string }) => step)).toEqual(STEPS);
	for (const step of saga.body.steps)
		expect(step).toMatchObject({ status: "SUCCESS", duration: expect.any(Number) });

	const order = await shop.get(headers.get("location")!, { token: buyer });
	expect(order.body).toMatchObject({
		status: "CONFIRMED",
		customer_id: "1",
		payment_id: body.payment_id,
		saga_id: body.saga_id,
		total_cents: ORDER_TOTAL,
		subtotal_cents: 15_000,
		gst_cents: 750,
		qst_cents: 1_496,
	});
	const payment = await shop.get(`/api/v1/payments/${body.payment_id}`, { token: office });
	expect(payment.body).toMatchObject({
		ref_id: body.order_id,
		captured_cents: ORDER_TOTAL,
		refunded_cents: 0,
		status: "CAPTURED",
	});
});

test("SAG-04 SAG-06 SAG-27 a saga tells which states it went through, under their labels", async () => {
	const { body } = await buy(shop, buyer);
	const { history } = await endOf(shop, buyer, body.saga_id);
	expect(history.map(({ state, label }: any) => [state, label])).toEqual([
		["PENDING", "Saga créée"],
		["STOCK_CHECKING", "Vérification stock"],
		["STOCK_RESERVED", "Stock disponible"],
		["ORDER_CREATED", "Commande créée"],
		["PAYMENT_PROCESSING", "Traitement paiement"],
		["PAYMENT_COMPLETED", "Paiement réussi"],
		["COMPLETED", "Succès"],
	]);
});

test("SAG-20 CUS-05 an unknown customer: the order is refused, the stock goes back, and the saga says so", async () => {
	const before = await settled(shop, admin, 5);
	const { status, body } = await buy(shop, admin, { body: { customer_id: 99_999 } });
	expect(status).toBe(422);
	expect(body).toMatchObject({ code: "CUSTOMER_NOT_FOUND", message: "Client 99999 introuvable" });

	const saga = await endOf(shop, admin, body.saga_id);
	expect(saga).toMatchObject({
		status: "COMPENSATED",
		error: { step: "CREATE_ORDER", message: "Customer 99999 not found" },
	});
	const [, reserve, create] = saga.steps;
	expect(saga.steps).toHaveLength(3);
	expect(reserve.compensation).toMatchObject({ step: "RELEASE_STOCK", status: "SUCCESS" });
	expect(create).toMatchObject({ status: "FAILED", error: "Customer 99999 not found" });
	expect(await settled(shop, admin, 5)).toBe(before);

	const english = { "Accept-Language": "en" };
	const again = await buy(shop, admin, { body: { customer_id: 99_999 }, headers: english });
	expect(again.body.message).toBe("Customer 99999 not found");
});

test("ORD-03 orders need the API key and the token, both", async () => {
	const body = ORDER;
	for (const asking of [{ key: null, token: buyer }, {}])
		for (const path of ["/api/v1/orders", "/api/v1/orders/456"]) {
			expect((await shop.get(path, asking)).status).toBe(401);
			if (path === "/api/v1/orders")
				expect((await shop.post(path, { ...asking, body, headers: once() })).status).toBe(401);
		}
	expect((await shop.get("/api/v1/orders", { token: buyer })).status).toBe(200);
});

test("ORD-03 who does not wait is told at once where to look, 202; who waits is told the outcome, 201", async () => {
	const started = await shop.post("/api/v1/orders", { token: buyer, headers: once(), body: ORDER });
	expect(started.status).toBe(202);
	expect(started.body).toEqual({
		saga_id: expect.stringMatching(/^saga_/),
		status: "started",
		message: "Traitement de la commande démarré",
	});
	const place = started.headers.get("location");
	expect(place).toBe(`/api/v1/sagas/${started.body.saga_id}`);
	await until(
		() => shop.get(place!, { token: buyer }),
		({ body }) => body.status === "COMPLETED",
	);

	const prefer = { ...once(), Prefer: "wait=10" };
	const waited = await shop.post("/api/v1/orders", { token: buyer, headers: prefer, body: ORDER });
	expect([waited.status, waited.body.status]).toEqual([201, "COMPLETED"]);
	expect(waited.headers.get("preference-applied") ?? "wait=10").toBe("wait=10");
});

test("ORD-11 the messages are Commande confirmée to the buyer and Commande créée in the timeline", async () => {
	const { body } = await buy(shop, buyer);
	expect(body.message).toBe("Commande confirmée");
	const { history } = await endOf(shop, buyer, body.saga_id);
	expect(history.find(({ state }: any) => state === "ORDER_CREATED").label).toBe("Commande créée");
});

test("ORD-07 the addresses and the method are kept with the order", async () => {
	const { body } = await buy(shop, buyer, {
		body: { shipping_address: "123 Test St", billing_address: "123 Main St, Montreal" },
	});
	expect((await shop.get(`/api/v1/orders/${body.order_id}`, { token: buyer })).body).toMatchObject({
		ship_to: "123 Test St",
		bill_to: "123 Main St, Montreal",
		payment_method: "credit_card",
	});
});

test("SAG-08 SAG-24 PAY-09 a declined card: what was begun is undone in reverse order, and the timeline shows it", async () => {
	const before = await stockOf(shop, admin, 9);
	await decline();
	const { status, body } = await buy(shop, buyer, { body: DECLINED });
	await accept();
	expect([status, body.code, body.message]).toEqual([
		402,
		"PAYMENT_DECLINED",
		"Échec de la commande (checkout)",
	]);
	const saga = await endOf(shop, buyer, body.saga_id);
	expect(saga.status).toBe("COMPENSATED");
	expect(
		saga.steps.map(({ step, status, compensation }: any) => [step, status, compensation?.step]),
	).toEqual([
		["CHECK_STOCK", "SUCCESS", undefined],
		["RESERVE_STOCK", "SUCCESS", "RELEASE_STOCK"],
		["CREATE_ORDER", "SUCCESS", "CANCEL_ORDER"],
		["PROCESS_PAYMENT", "FAILED", undefined],
	]);
	expect(saga.history.slice(-2).map(({ label }: any) => label)).toEqual([
		"Échec",
		"Compensations OK",
	]);
	const order = await shop.get(`/api/v1/orders/${saga.order_id}`, { token: buyer });
	expect(order.body.status).toBe("CANCELLED");
	expect(await settled(shop, admin, 9)).toBe(before.on_hand);
	const paid = await shop.get(`/api/v1/payments?ref_id=${saga.order_id}`, { token: office });
	expect(paid.body.items).toMatchObject([{ status: "FAILED", captured_cents: 0 }]);
});

test("SAG-13 SAG-15 SAG-16 sagas are listed, newest first; those under way apart; one's state is asked by itself", async () => {
	const { body } = await buy(shop, buyer);
	const { items, next_cursor } = (await shop.get("/api/v1/sagas?limit=2", { token: admin })).body;
	expect(items).toHaveLength(2);
	expect(items[0].saga_id).toBe(body.saga_id);
	const next = await shop.get(`/api/v1/sagas?limit=10&cursor=${next_cursor}`, { token: admin });
	expect(next.body.items.length).toBeGreaterThan(0);
	expect(next.body.items.every(({ saga_id }: any) => saga_id < items[1].saga_id)).toBe(true);

	const status = await shop.get(`/api/v1/sagas/${body.saga_id}/status`, { token: buyer });
	expect(status.body).toEqual({ saga_id: body.saga_id, status: "COMPLETED" });

	await shop.post("/api/v1/payments/admin/configure-failure", {
		token: admin,
		body: { failure_rate: 0, latency_ms: 1_000 },
	});
	const started = await shop.post("/api/v1/orders", { token: buyer, headers: once(), body: ORDER });
	const active = await shop.get("/api/v1/sagas/active", { token: admin });
	await accept();
	expect(active.body.items.map(({ saga_id }: any) => saga_id)).toEqual([started.body.saga_id]);
	expect((await endOf(shop, buyer, started.body.saga_id)).status).toBe("COMPLETED");
	expect((await shop.get("/api/v1/sagas/active", { token: admin })).body.items).toEqual([]);
});

test("SAG-17 SAG-24 metrics say how sagas ended, as JSON and on the metrics port", async () => {
	const look = async () => (await shop.get("/api/v1/sagas/metrics", { token: admin })).body;
	const before = await look();
	await buy(shop, buyer);
	await buy(shop, admin, { body: { customer_id: 99_999 } });
	const after = await look();
	expect(after).toMatchObject({
		total: before.total + 2,
		completed: before.completed + 1,
		compensated: before.compensated + 1,
		success_rate: (before.completed + 1) / (before.completed + before.compensated + 2),
		mean_duration: expect.any(Number),
		blocked: 0,
	});
	const page = await product.counts();
	const total = (status: string) =>
		sumIn(page, "saga_orchestrator_sagas_total", `status="${status}"`);
	expect([total("completed"), total("compensated")]).toEqual([after.completed, after.compensated]);
	const released = sumIn(page, "saga_orchestrator_compensations_total", "RELEASE_STOCK");
	expect(released).toBeGreaterThan(0);
	expect((await shop.get("/metrics")).status).toBe(404);
});

test("ORD-04 ORD-08 an order is shipped by logistics, with a carrier, then delivered", async () => {
	const { order_id } = (await buy(shop, buyer)).body;
	const ship = { carrier: "Postes Canada", tracking_no: "CA123" };
	const path = `/api/v1/orders/${order_id}`;
	expect((await shop.post(`${path}/deliver`, { token: logistics })).status).toBe(409);
	expect((await shop.post(`${path}/ship`, { token: till, body: ship })).status).toBe(403);

	const shipped = await shop.post(`${path}/ship`, { token: logistics, body: ship });
	expect([shipped.status, shipped.body]).toMatchObject([201, { ...ship, status: "SHIPPED" }]);
	expect((await shop.get(path, { token: buyer })).body.status).toBe("SHIPPED");
	const late = await shop.post(`${path}/cancel?wait=true`, { token: buyer, headers: once() });
	expect([late.status, late.body.code]).toEqual([409, "WRONG_STATE"]);

	const delivered = await shop.post(`${path}/deliver`, { token: logistics });
	expect([delivered.status, delivered.body.status]).toEqual([200, "DELIVERED"]);
	const { items } = (await shop.get(`${path}/history`, { token: buyer })).body;
	expect(items.map(({ to }: any) => to)).toEqual(["PENDING", "CONFIRMED", "SHIPPED", "DELIVERED"]);
	const shipments = await shop.get(`/api/v1/shipments?order_id=${order_id}`, { token: buyer });
	expect(shipments.body.items).toMatchObject([{ ...ship, status: "DELIVERED" }]);
});

test("ORD-09 PAY-08 SAG-19 the demo order 456 is there, paid by credit card with payment 789", async () => {
	const { body } = await shop.get("/api/v1/orders/456", { token: office });
	expect(body).toMatchObject({ customer_id: "123", total_cents: ORDER_TOTAL, payment_id: "789" });
	expect(body.lines.map(({ product_id, quantity }: any) => [product_id, quantity])).toEqual([
		["1", 2],
		["5", 1],
	]);
	expect((await shop.get("/api/v1/payments/789", { token: office })).body).toMatchObject({
		ref_id: "456",
		method: "credit_card",
		captured_cents: ORDER_TOTAL,
	});
	expect((await shop.get("/api/v1/orders/456", { token: buyer })).status).toBe(404);
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { endOf, ORDER, ORDER_TOTAL, settled } from "../support/buying.ts";
import { type Client, client, once } from "../support/client.ts";
import { filesOf } from "../support/kept.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

let product: Product;
let shop: Client;
let [buyer, admin, office, till] = ["", "", "", ""];

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	[buyer, admin, office, till] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
		shop.login("maison_mere"),
		shop.login("caissier_1"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const start = (token: string, user: string, line: object) =>
	shop.post("/api/saga/start", { token, key: null, body: { user, cart: [line] } });
const MESSAGE = { message: "Commande confirmée", saga_id: expect.stringMatching(/^saga_/) };

test("SAG-09 POST /api/saga/start sells what is in the cart, with a token alone, and says Commande confirmée", async () => {
	for (const location of ["1", "MTL", "Magasin 1", "online"]) {
		const { status, body } = await start(buyer, "1", { location, product_id: 1, quantity: 1 });
		expect([status, body]).toEqual([200, MESSAGE]);
	}
	expect((await start("", "1", { location: "1", product_id: 1, quantity: 1 })).status).toBe(401);
});

test("SAG-09 `user` is a customer's id, or any name: then it is kept as the contact of the order", async () => {
	const of = async (token: string, user: string) => {
		const { body } = await start(token, user, { location: "online", product_id: 1, quantity: 1 });
		const { order_id } = await endOf(shop, admin, body.saga_id);
		return (await shop.get(`/api/v1/orders/${order_id}`, { token: admin })).body;
	};
	expect(await of(buyer, "John")).toMatchObject({ customer_id: "1", contact: "John" });
	expect(await of(till, "John")).toMatchObject({ customer_id: "walk_in", contact: "John" });
	expect(await of(till, "123")).toMatchObject({ customer_id: "123" });
});

test("SAG-09 a user name stands for the customer whose account it is", async () => {
	const { body } = await start(till, "client_1", {
		location: "online",
		product_id: 1,
		quantity: 1,
	});
	const { order_id } = await endOf(shop, admin, body.saga_id);
	const order = await shop.get(`/api/v1/orders/${order_id}`, { token: admin });
	expect(order.body.customer_id).toBe("1");
});

test("SAG-21 INV-22 CAT-13 out of stock at Magasin 1: Stock insuffisant, with the number available", async () => {
	const { status, body } = await start(buyer, "John", {
		location: "Magasin 1",
		product_id: 2,
		quantity: 1,
	});
	expect(status).toBe(409);
	expect(body).toEqual({
		message: "Stock insuffisant",
		saga_id: expect.stringMatching(/^saga_/),
		error: '{"message":"Stock insuffisant (0 disponibles)."}',
	});
	expect((await endOf(shop, buyer, body.saga_id)).status).toBe("COMPENSATED");
});

test("SAG-23 PAY-04 PAY-05 PAY-07 PAY-09 99.99 $ fails when the simulator is told so, 159.99 $ does not, and after a reset nothing does", async () => {
	const book = { location: "online", product_id: 9, quantity: 1 };
	const coffee = { location: "online", product_id: 8, quantity: 1 };
	const before = await settled(shop, admin, 9);
	const config = { failure_rate: 100, failure_amounts: [99.99] };
	const set = await shop.post("/admin/configure-failure", {
		token: admin,
		key: null,
		body: config,
	});
	expect([set.status, set.body]).toMatchObject([
		200,
		{ failure_rate: 100, failure_amounts_cents: [9_999] },
	]);

	const failed = await start(buyer, "John", book);
	expect(failed.status).toBe(402);
	expect(failed.body).toEqual({
		message: "Échec de la commande (checkout)",
		saga_id: expect.stringMatching(/^saga_/),
	});
	expect((await endOf(shop, buyer, failed.body.saga_id)).status).toBe("COMPENSATED");
	expect(await settled(shop, admin, 9)).toBe(before);
	expect((await start(buyer, "John", coffee)).body).toEqual(MESSAGE);

	await shop.post("/admin/reset-failure-config", { token: admin, key: null });
	expect((await start(buyer, "John", book)).body).toEqual(MESSAGE);
	expect(await settled(shop, admin, 9)).toBe(before - 1);
});

test("PAY-04 PAY-05 only admin tells the simulator what to do, by either path; an amount of three decimals is refused", async () => {
	const body = { failure_rate: 100, failure_amounts: [99.99] };
	const canonical = { failure_rate: 100, failure_amounts_cents: [9_999] };
	for (const token of [buyer, office, till]) {
		for (const path of ["/admin/configure-failure", "/admin/reset-failure-config"]) {
			expect(
				(await shop.post(path, { token, ...(path.includes("conf") && { body }) })).status,
			).toBe(403);
		}
		const path = "/api/v1/payments/admin/configure-failure";
		expect((await shop.post(path, { token, body: canonical })).status).toBe(403);
	}
	expect((await shop.post("/admin/configure-failure", { key: null, body })).status).toBe(401);
	const wrong = { failure_rate: 100, failure_amounts: [99.999] };
	const refused = await shop.post("/admin/configure-failure", { token: admin, body: wrong });
	expect([refused.status, refused.body.code]).toEqual([422, "AMOUNT_PRECISION"]);
	const path = "/api/v1/payments/admin/configure-failure";
	expect((await shop.post(path, { token: admin, body: canonical })).body).toMatchObject(canonical);
	const reset = await shop.post("/api/v1/payments/admin/reset-failure-config", { token: admin });
	expect(reset.body).toMatchObject({ failure_rate: 0, failure_amounts_cents: [] });
	const now = await shop.get("/api/v1/payments/admin/failure-config", { token: admin });
	expect(now.body).toMatchObject({ failure_rate: 0, failure_amounts_cents: [] });
});

test("PAY-07 of a card only brand and last four digits are kept, and no file or log has its number", async () => {
	const card = "4111111111111111";
	const { body } = await shop.post("/api/v1/orders?wait=true", {
		token: buyer,
		headers: once(),
		body: { ...ORDER, payment_info: { card, expected_total_cents: ORDER_TOTAL } },
	});
	const payment = await shop.get(`/api/v1/payment/${body.payment_id}`, { token: office });
	expect(payment.body).toMatchObject({ card_brand: "visa", card_last4: "1111" });
	expect(JSON.stringify(payment.body)).not.toContain(card);
	expect(product.printed()).not.toContain(card);
	const { readdirSync, readFileSync } = await import("node:fs");
	await filesOf(product); // beside the others, where its tables are not in files
	const all = readdirSync(product.data_dir, { recursive: true, withFileTypes: true });
	const files = all.filter((one) => one.isFile()).map((one) => `${one.parentPath}/${one.name}`);
	expect(files.length).toBeGreaterThan(8);
	for (const file of files)
		expect([file, readFileSync(file).includes(card)]).toEqual([file, false]);
});

test("SAG-10 SAG-11 POST /customers/{id}/order-processing starts at once, 202, in its own words", async () => {
	const { status, headers, body } = await shop.post("/api/v1/customers/1/order-processing", {
		token: buyer,
		body: ORDER,
	});
	expect(status).toBe(202);
	expect(body).toEqual({
		saga_id: expect.any(String),
		status: "started",
		message: "Order processing saga started successfully",
	});
	expect(headers.get("location")).toBe(`/api/v1/sagas/${body.saga_id}`);
	expect(await endOf(shop, buyer, body.saga_id)).toMatchObject({
		status: "COMPLETED",
		customer_id: "1",
	});
	const theirs = await shop.post("/api/v1/customers/123/order-processing", {
		token: buyer,
		body: ORDER,
	});
	expect([theirs.status, theirs.body.code]).toEqual([404, "CUSTOMER_NOT_FOUND"]);
	const staff = await shop.post("/api/v1/customers/123/order-processing", {
		token: admin,
		body: ORDER,
	});
	expect((await endOf(shop, admin, staff.body.saga_id)).customer_id).toBe("123");
});

test("SAG-14 POST /sagas/orders orders a session's cart; an amount other than its total is refused", async () => {
	const session_id = `session-${crypto.randomUUID()}`;
	const cart = await shop.get(`/api/v1/cart?session_id=${session_id}`);
	await shop.post(`/api/v1/carts/${cart.body.id}/items?session_id=${session_id}`, {
		body: { product_id: 8, quantity: 1 },
	});
	const ask = (amount: number | string) =>
		shop.post("/api/v1/sagas/orders", {
			token: buyer,
			body: {
				session_id,
				customer_id: 1,
				shipping_address: "123 Main St",
				payment_info: { amount, card: "4111111111111111" },
			},
		});
	const wrong = await ask(159.98);
	expect([wrong.status, wrong.body.code]).toEqual([409, "TOTAL_CHANGED"]);
	expect((await ask("159.999")).body.code).toBe("AMOUNT_PRECISION");

	const right = await ask(159.99);
	expect([right.status, right.body.status]).toEqual([202, "started"]);
	const saga = await endOf(shop, buyer, right.body.saga_id);
	expect(saga.status).toBe("COMPLETED");
	const order = await shop.get(`/api/v1/orders/${saga.order_id}`, { token: buyer });
	expect(order.body).toMatchObject({ cart_id: cart.body.id, total_cents: 15_999 });
});

test("AUT-02 AUT-08 AUT-09 the aliases of log in add `token` to what the canonical route answers", async () => {
	const username = await shop.post("/auth/login", {
		key: null,
		body: { username: "admin", password: "admin" },
	});
	const email = await shop.post("/api/v1/auth", {
		key: null,
		body: { email: "user@example.com", password: "password" },
	});
	for (const { status, body } of [username, email]) {
		expect(status).toBe(200);
		expect(body).toMatchObject({ token_type: "Bearer", expires_in: 900 });
		expect(body.token).toBe(body.access_token);
		const me = await shop.get("/api/v1/auth/me", { token: body.token });
		expect(me.body.id).toBe(body.user.id);
	}
	expect(email.body.user).toMatchObject({ role: "customer", customer_id: "1" });
	const canonical = await shop.post("/api/v1/auth/login", {
		body: { username: "admin", password: "admin" },
	});
	expect(canonical.body).not.toHaveProperty("token");
});

test("CAT-08 CAT-10 GET /api/produits/ lists id, nom, prix, description; PUT changes one, and the next read shows it everywhere", async () => {
	const list = await shop.get("/api/produits/", { token: buyer, key: null });
	expect(list.status).toBe(200);
	const [first] = list.body;
	expect(Object.keys(first).sort()).toEqual(["description", "id", "nom", "prix"]);
	expect(first).toMatchObject({ id: "1", nom: "Bouteille isotherme", prix: 25 });

	const changed = { nom: "Bol à soupe bleu", prix: 12.99, description: "Bleu" };
	const put = await shop.put("/api/produits/3/", { token: office, key: null, body: changed });
	expect([put.status, put.body]).toEqual([200, { id: "3", ...changed }]);
	const again = await shop.get("/api/produits/", { token: buyer, key: null });
	expect(again.body.find(({ id }: any) => id === "3")).toEqual({ id: "3", ...changed });
	expect((await shop.get("/api/v1/products/3")).body).toMatchObject({
		name_fr: changed.nom,
		price_cents: 1_299,
		description_fr: "Bleu",
	});
	const precise = await shop.put("/api/produits/3/", { token: office, body: { prix: 1.005 } });
	expect([precise.status, precise.body.code]).toEqual([422, "AMOUNT_PRECISION"]);
});

test("CRT-07 GET /cart?session_id=test123 is the demo session's cart; another session gets one of its own", async () => {
	const demo = await shop.get("/api/v1/cart?session_id=test123");
	expect(demo.body).toMatchObject({ session_id: "test123", total_cents: 15_999 });
	expect(demo.body.items).toMatchObject([{ product_id: "8", quantity: 1 }]);
	const other = await shop.get("/api/v1/cart?session_id=another");
	expect(other.body.items).toEqual([]);
	expect((await shop.get("/api/v1/cart?session_id=another")).body.id).toBe(other.body.id);
});

test("PAY-06 /api/v1/payment takes a payment in dollars and gives it back; its documents and its health are there", async () => {
	const order_id = `ord_${crypto.randomUUID()}`;
	const taken = await shop.post("/api/v1/payment", {
		token: office,
		headers: once(),
		body: { order_id, amount: 159.99, card: "4111111111111111" },
	});
	expect([taken.status, taken.body]).toMatchObject([201, { captured_cents: 15_999 }]);
	const manager = await shop.login("gerant_1");
	const path = `/api/v1/payment/${taken.body.id}/refunds`;
	const back = await shop.post(path, { token: manager, headers: once(), body: {} });
	expect([back.status, back.body]).toMatchObject([201, { amount_cents: 15_999 }]);
	const more = await shop.post(path, {
		token: manager,
		headers: once(),
		body: { amount_cents: 1 },
	});
	expect([more.status, more.body.code]).toEqual([409, "REFUND_EXCEEDS_CAPTURED"]);
	const listed = await shop.get(`/api/v1/payment?ref_id=${order_id}`, { token: office });
	expect(listed.body.items).toMatchObject([{ status: "REFUNDED" }]);

	const { body } = await shop.get("/openapi/payments.json", { key: null });
	expect(Object.keys(body.paths)).toContain("/api/v1/payment");
	expect((await shop.get("/health/payments", { key: null })).body.status).toBe("up");
});

test("SAG-18 GET /api/v1/health and /health/saga say how the orchestrator is, to anybody", async () => {
	const health = await shop.get("/api/v1/health", { key: null });
	expect([health.status, health.body.contexts.saga]).toEqual([200, "up"]);
	expect((await shop.get("/health", { key: null })).body).toEqual(health.body);
	expect((await shop.get("/health/saga", { key: null })).body.status).toBe("up");
	expect((await shop.get("/health/live", { key: null })).status).toBe(200);
	expect((await shop.get("/health/nothing", { key: null })).status).toBe(404);
});

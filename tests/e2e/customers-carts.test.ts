import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { endOf, reconciled, settled } from "../support/buying.ts";
import { type Client, client, once, until } from "../support/client.ts";
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

const current = async (token?: string) => {
	const query = token ? "" : `?session_id=${crypto.randomUUID()}`;
	return (await shop.get(`/api/v1/cart${query}`, { ...(token && { token }) })).body;
};
const put = (cart: any, product_id: number | string, quantity: number, asking = {}) =>
	shop.post(`/api/v1/carts/${cart.id}/items${of(cart)}`, {
		...asking,
		body: { product_id, quantity },
	});
const of = ({ session_id }: any) => (session_id ? `?session_id=${session_id}` : "");

test("CUS-03 CUS-02 profiles are opened by the staff, found by name, and changed with their version", async () => {
	const ada = { first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" };
	const made = await shop.post("/api/v1/customers", { token: till, body: ada });
	expect([made.status, made.body]).toMatchObject([201, { ...ada, locale: "fr", status: "active" }]);
	const path = `/api/v1/customers/${made.body.id}`;
	expect(made.headers.get("location")).toBe(path);
	const found = await shop.get("/api/v1/customers?search=lovelace", { token: office });
	expect(found.body.items.map(({ id }: any) => id)).toEqual([made.body.id]);
	const twin = await shop.post("/api/v1/customers", {
		token: till,
		body: { ...ada, email: "ADA@example.com" },
	});
	expect([twin.status, twin.body.code]).toEqual([409, "EMAIL_TAKEN"]);
	const old = { "If-Match": made.headers.get("etag")! };
	const edit = (headers: Record<string, string>, phone: string) =>
		shop.patch(path, { token: till, headers, body: { phone } });
	expect((await edit(old, "514 555-0100")).status).toBe(200);
	expect((await edit(old, "514 555-0199")).body.code).toBe("VERSION_CONFLICT");
	expect((await shop.get(path, { token: till })).body.phone).toBe("514 555-0100");
	expect((await shop.post("/api/v1/customers", { token: admin, body: ada })).status).toBe(403);
});

test("CUS-04 CUS-05 demo customers 1, 123, customer_1 and customer_001 are there; 99999 is not", async () => {
	for (const id of ["1", "123", "customer_1", "customer_001", "walk_in"])
		expect((await shop.get(`/api/v1/customers/${id}`, { token: office })).body.id).toBe(id);
	const none = await shop.get("/api/v1/customers/99999", { token: office });
	expect([none.status, none.body.message]).toEqual([404, "Client 99999 introuvable"]);
	const english = { "Accept-Language": "en" };
	const missing = await shop.get("/api/v1/customers/99999", { token: office, headers: english });
	expect(missing.body.message).toBe("Customer 99999 not found");
	const { body } = await shop.get("/api/v1/customers/1/addresses", { token: buyer });
	expect(body.items).toMatchObject([{ line1: "123 Main St", province: "QC" }]);
});

test("CRT-02 CRT-03 articles are added, added up, changed and removed, and the cart shows what is in it", async () => {
	const cart = await current();
	await put(cart, 1, 2);
	const twice = await put(cart, 1, 1);
	expect([twice.status, twice.body.items]).toMatchObject([201, [{ product_id: "1", quantity: 3 }]]);
	const full = (await put(cart, 5, 1)).body;
	const [bottle, bag] = full.items;
	const item = (one: any) => `/api/v1/carts/${cart.id}/items/${one.id}${of(cart)}`;
	const changed = await shop.patch(item(bottle), { body: { quantity: 2 } });
	expect(changed.body).toMatchObject({ subtotal_cents: 15_000, total_cents: 17_246 });
	const removed = await shop.del(item(bag));
	expect(removed.body.items).toMatchObject([{ product_id: "1", quantity: 2 }]);
	const shown = await shop.get(`/api/v1/carts/${cart.id}${of(cart)}`);
	expect(shown.body).toMatchObject({ subtotal_cents: 5_000, items: removed.body.items });
	const emptied = await shop.del(`/api/v1/carts/${cart.id}${of(cart)}`);
	expect(emptied.body).toMatchObject({ items: [], total_cents: 0 });
});

test("CRT-05 taxes are computed in the cart, once per tax on its sum, and never on groceries", async () => {
	const totals = async (lines: [number | string, number][]) => {
		const cart = await current();
		for (const [product_id, quantity] of lines) await put(cart, product_id, quantity);
		return (await shop.get(`/api/v1/carts/${cart.id}/totals${of(cart)}`)).body;
	};
	const golden: [[number | string, number][], number[]][] = [
		[[[34, 1]], [50, 3, 5, 58]],
		[[[40, 1]], [10, 1, 1, 12]],
		[[[1, 1]], [2_500, 125, 249, 2_874]],
		[[[44, 1]], [9_999, 500, 997, 11_496]],
		[[["product_123", 1]], [4_000, 200, 399, 4_599]],
		[[[8, 1]], [13_915, 696, 1_388, 15_999]],
		[[[9, 1]], [9_523, 476, 0, 9_999]],
		[[[17, 3]], [2_097, 0, 0, 2_097]],
		[
			[
				[1, 2],
				[5, 1],
			],
			[15_000, 750, 1_496, 17_246],
		],
	];
	for (const [lines, [subtotal_cents, gst_cents, qst_cents, total_cents]] of golden)
		expect(await totals(lines)).toMatchObject({
			subtotal_cents,
			gst_cents,
			qst_cents,
			total_cents,
		});
});

test("CRT-06 GET /carts lists carts for the staff, without what opens them; PUT /carts/{id} replaces what is in one", async () => {
	const cart = await current();
	const items = [
		{ product_id: 8, quantity: 1 },
		{ product_id: 1, quantity: 1 },
	];
	const path = `/api/v1/carts/${cart.id}`;
	const replaced = await shop.put(`${path}${of(cart)}`, { body: { items } });
	expect([replaced.status, replaced.body.subtotal_cents]).toEqual([200, 16_415]);
	const listed = await shop.get("/api/v1/carts?limit=200&status=ACTIVE", { token: till });
	expect(listed.body.items.map(({ id }: any) => id)).toContain(cart.id);
	expect(JSON.stringify(listed.body)).not.toContain(cart.session_id);
	expect((await shop.get("/api/v1/carts")).status).toBe(401);
});

test("CRT-13 AUT-26 a cart is its session's own: another session, customer or path finds nothing, 404, and changes nothing", async () => {
	const [mine, theirs] = [await current(), await current()];
	await put(mine, 1, 2);
	const path = `/api/v1/carts/${mine.id}`;
	const foreign = [of(theirs), ""];
	for (const query of foreign) {
		expect((await shop.get(`${path}${query}`)).status).toBe(404);
		expect((await shop.del(`${path}${query}`)).status).toBe(404);
		expect((await shop.put(`${path}${query}`, { body: { items: [] } })).status).toBe(404);
	}
	expect((await put({ ...mine, session_id: theirs.session_id }, 5, 1)).body.code).toBe(
		"CART_NOT_FOUND",
	);
	expect((await shop.get(path, { token: buyer })).status).toBe(404);
	expect((await shop.get(`${path}${of(mine)}`)).body.items).toMatchObject([{ quantity: 2 }]);
});

test("AUT-26 fifty sessions at once keep to themselves, and twenty additions to one cart are all there", async () => {
	const carts = await Promise.all(Array.from({ length: 50 }, () => current()));
	expect(new Set(carts.map(({ id }) => id)).size).toBe(50);
	await Promise.all(carts.map((cart, n) => put(cart, 1, n + 1)));
	const after = await Promise.all(
		carts.map((cart) => shop.get(`/api/v1/carts/${cart.id}${of(cart)}`)),
	);
	expect(after.map(({ body }) => body.items[0].quantity)).toEqual(carts.map((_, n) => n + 1));
	const [one] = carts;
	await Promise.all(Array.from({ length: 20 }, () => put(one, 5, 1)));
	const { body } = await shop.get(`/api/v1/carts/${one.id}${of(one)}`);
	expect(body.items.find(({ product_id }: any) => product_id === "5").quantity).toBe(20);
});

const checkout = (cart: any, wait = true, headers = {}) =>
	shop.post(`/api/v1/carts/${cart.id}/checkout${wait ? "?wait=true" : ""}`, {
		token: buyer,
		headers,
		body: { shipping_address: "123 Main St", payment_info: { card: "4111111111111111" } },
	});
const statusOf = async (cart: any) =>
	(await shop.get(`/api/v1/carts/${cart.id}`, { token: buyer })).body.status;

test("CRT-08 CRT-12 checkout of a cart: the order is confirmed, the cart converted, and a second checkout is the same order", async () => {
	const cart = await current(buyer);
	await put(cart, 1, 2, { token: buyer });
	await put(cart, 5, 1, { token: buyer });
	const answers = await Promise.all(Array.from({ length: 10 }, () => checkout(cart, true, once())));
	const told = new Set(
		answers.map(({ status, body }) => `${status} ${body.saga_id} ${body.order_id}`),
	);
	expect([...told]).toEqual([`201 ${answers[0]!.body.saga_id} ${answers[0]!.body.order_id}`]);
	expect(answers[0]!.body.total_cents).toBe(17_246);
	await until(
		() => statusOf(cart),
		(status) => status === "CONVERTED",
	);
	const again = await checkout(cart);
	expect([again.status, again.body.order_id]).toEqual([201, answers[0]!.body.order_id]);
	const order = await shop.get(`/api/v1/orders/${again.body.order_id}`, { token: buyer });
	expect(order.body.cart_id).toBe(cart.id);
	expect((await current(buyer)).id).not.toBe(cart.id);
});

test("CRT-13 CRT-08 a cart is ordered by its owner alone, and as it is: nobody else can name it, with products or without", async () => {
	const cart = await current(buyer);
	await put(cart, 1, 1, { token: buyer });
	const products = [{ product_id: 40, quantity: 1 }];
	const order = async (token: string, body: object) => {
		const headers = once();
		return shop.post("/api/v1/orders?wait=true", {
			token,
			headers,
			body: { ...body, cart_id: cart.id },
		});
	};
	expect((await order(buyer, { products })).status).toBe(422);
	expect((await order(admin, { products, customer_id: "123" })).status).toBe(422);
	await shop.post("/api/v1/users", {
		token: admin,
		body: {
			username: "voisine",
			email: "voisine@example.com",
			password: "un mot de passe assez long",
			roles: [{ role: "customer" }],
			customer_id: "2",
		},
	});
	const neighbour = await shop.login("voisine", "un mot de passe assez long");
	const stolen = await order(neighbour, {});
	expect([stolen.status, stolen.body.code]).toEqual([422, "CART_NOT_FOUND"]);
	expect(await statusOf(cart)).toBe("ACTIVE");
	const both = await Promise.all([order(buyer, {}), order(buyer, {}), checkout(cart)]);
	expect(new Set(both.map(({ body }) => body.order_id)).size).toBe(1);
	await until(
		() => statusOf(cart),
		(status) => status === "CONVERTED",
	);
});

test("CRT-12 SAG-08 a checkout that fails gives the cart back, ACTIVE, and it can be bought once the card is good", async () => {
	const cart = await current(buyer);
	await put(cart, 9, 1, { token: buyer });
	const before = await settled(shop, admin, 9);
	await shop.post("/admin/configure-failure", {
		token: admin,
		body: { failure_rate: 100, failure_amounts: [99.99] },
	});
	const failed = await checkout(cart);
	expect([failed.status, failed.body.code]).toEqual([402, "PAYMENT_DECLINED"]);
	await shop.post("/admin/reset-failure-config", { token: admin });
	await until(
		() => statusOf(cart),
		(status) => status === "ACTIVE",
	);
	expect(await settled(shop, admin, 9)).toBe(before);

	const paid = await checkout(cart);
	expect(paid.status).toBe(201);
	expect(paid.body.saga_id).not.toBe(failed.body.saga_id);
	expect(await settled(shop, admin, 9)).toBe(before - 1);
	expect(await reconciled(shop, admin)).toMatchObject({ drift: 0 });
});

test("CRT-08 who does not wait is told where to look; an empty cart is not bought; a guest cannot buy", async () => {
	const cart = await current(buyer);
	expect((await checkout(cart)).body.code).toBe("CART_EMPTY");
	await put(cart, 1, 1, { token: buyer });
	const started = await checkout(cart, false);
	expect([started.status, started.body.status]).toEqual([202, "started"]);
	expect((await endOf(shop, buyer, started.body.saga_id)).status).toBe("COMPLETED");
	const guest = await current();
	await put(guest, 1, 1);
	const refused = await shop.post(`/api/v1/carts/${guest.id}/checkout${of(guest)}`, { body: {} });
	expect(refused.status).toBe(401);
});

test("CRT-04 a cart survives a restart", async () => {
	const cart = await current();
	await put(cart, 5, 3);
	product = await product.restart("SIGTERM");
	const { body } = await shop.get(`/api/v1/cart${of(cart)}`);
	expect(body).toMatchObject({ id: cart.id, items: [{ product_id: "5", quantity: 3 }] });
});

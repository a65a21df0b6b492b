import { crowd } from "../../chaos/crowd.ts";
import { desk } from "../../chaos/desk.ts";
import { ADMIN, furnish, OFFICE } from "../../chaos/shop.ts";
import { type Client, client, once } from "../../support/client.ts";
import type { Product } from "../../support/product.ts";
import { until } from "../../support/until.ts";

const SCARCE = 2; // fewer than are wanted: the last ones are fought for
const PATIENCE_MS = 60_000; // a context is killed meanwhile
const FIGHTERS = 12;
const GUESSES = 80; // more than the logins that one may try in a minute

/** Buyers, claimants, and people with wrong passwords: something of everything that a board shows. */
export async function trade(product: Product, orders: number): Promise<void> {
	const passwords = await furnish(product.url, SCARCE);
	const shop = client(product);
	const random = dice(orders);
	const busy = crowd(desk([product.url], passwords), random, {
		orders,
		claims: Math.ceil(orders / 5),
		work_ms: 0,
	});
	await Promise.all([busy.done, browse(shop, () => busy.progress() >= 1)]);
	await fight(shop, passwords);
	await guess(shop);
}

/** One unit, and many who see it: whoever comes second has been told that it was there. */
async function fight(shop: Client, passwords: ReadonlyMap<string, string>): Promise<void> {
	const admin = await shop.login(ADMIN, "admin");
	const [name = ""] = passwords.keys();
	const token = await shop.login(name, passwords.get(name));
	const last = { location: "online", quantity: 1, reason: "Le dernier" };
	await shop.put("/api/v1/stock/7", { token: admin, body: last });
	const address = "123 Main St, Montreal";
	const products = [{ product_id: "7", quantity: 1 }];
	const body = {
		shipping_address: address,
		billing_address: address,
		products,
		payment_method: "credit_card",
	};
	const buy = () => shop.post("/api/v1/orders?wait=true", { token, body, headers: once() });
	await Promise.all(Array.from({ length: FIGHTERS }, buy));
}

/** Reads that are answered from caches, and questions that are refused. */
async function browse(shop: Client, isOver: () => boolean): Promise<void> {
	const enter = (name: string, password?: string) =>
		until(() => shop.login(name, password).catch(() => ""), Boolean, PATIENCE_MS);
	const token = await enter(OFFICE);
	const admin = await enter(ADMIN, "admin");
	for (let turn = 0; !isOver() || turn < 5; turn++) {
		const products = await shop.get("/api/v1/products", { token });
		const tag = products.headers.get("etag");
		await shop.get("/api/v1/products", {
			token,
			...(tag && { headers: { "If-None-Match": tag } }),
		});
		await shop.get("/api/v1/products/1", { token });
		await shop.get("/api/v1/stock", { token });
		await shop.get("/api/v1/products/none", { token });
		await shop.get("/api/v1/products", { key: null });
		await shop.get("/api/v1/products", { key: "no-such-key" });
		await shop.get("/api/v1/orders", { token: "no.such.token" });
		await shop.get("/api/v1/reports/sales", { token });
		await shop.get("/no/such/route");
		await shop.get("/health");
		await basket(shop, token, turn);
		await adjust(shop, admin);
	}
}

async function basket(shop: Client, token: string, turn: number): Promise<void> {
	const session_id = `estate-${turn}`;
	const { body, status } = await shop.post("/api/v1/carts", { token, body: { session_id } });
	if (status >= 300) return;
	for (const product_id of ["1", "5"])
		await shop.post(`/api/v1/carts/${body.id ?? body.cart_id}/items`, {
			token,
			body: { product_id, quantity: 1 },
		});
	await shop.get(`/api/v1/carts/${body.id ?? body.cart_id}`, { token });
}

/** Once, and once more by the same key. */
async function adjust(shop: Client, token: string): Promise<void> {
	const headers = once();
	const body = { location_id: "1", product_id: "1", delta: 1, reason: "Comptage" };
	for (let time = 0; time < 2; time++)
		await shop.post("/api/v1/stock/adjustments", { token, headers, body });
}

async function guess(shop: Client): Promise<void> {
	const body = { username: "maison_mere", password: "not this one" };
	// All at once: a limit by the minute forgives who takes his time.
	const attempt = () => shop.post("/api/v1/auth/login", { body });
	await Promise.all(Array.from({ length: GUESSES }, attempt));
	const refresh_token = "no-such-refresh";
	await shop.post("/api/v1/auth/refresh", { body: { refresh_token } });
}

/** The same numbers each time: a run can be told from the next by nothing but its clock. */
function dice(seed: number): () => number {
	let state = seed + 1;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

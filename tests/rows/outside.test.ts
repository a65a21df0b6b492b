import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { buy, endOf, ORDER } from "../support/buying.ts";
import { type Client, client, once } from "../support/client.ts";
import { rows } from "../support/ledgers.ts";
import { type Product, startProduct } from "../support/product.ts";

jest.setTimeout(60_000);

let product: Product;
let shop: Client;
let [buyer, admin, office, till] = ["", "", "", ""];

beforeAll(async () => {
	product = await startProduct({ env: { RETAIL_CORS_ORIGINS: "https://shop.example" } });
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

/** The ports that a process listens on, as the kernel knows them. */
function portsOf(pid: number): number[] {
	const sockets = new Set(
		readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
			try {
				return readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1] ?? [];
			} catch {
				return []; // closed meanwhile
			}
		}),
	);
	const listening = ["tcp", "tcp6"].flatMap((kind) =>
		readFileSync(`/proc/${pid}/net/${kind}`, "utf8")
			.split("\n")
			.slice(1)
			.map((line) => line.trim().split(/\s+/))
			.filter(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(inode ?? "")),
	);
	return listening.map(([, local]) => Number.parseInt(local!.split(":")[1]!, 16));
}
const isLinux = process.platform === "linux";

(isLinux ? test : test.skip)(
	"AUT-01 GTW-01 MON-01 all contexts have three ports: the gateway's, and on loopback the two that are watched",
	() => {
		const ports = [product.url, product.ops_url, product.metrics_url].map((url) =>
			Number(new URL(url).port),
		);
		expect(portsOf(product.pid).sort()).toEqual(ports.sort());
	},
);

test("AUT-01 what is said between contexts has no path, and only identity makes users", async () => {
	const { body } = await shop.get("/openapi.json");
	const paths = Object.keys(body.paths).join("\n");
	expect(paths).toContain("/api/v1/users");
	expect(paths).not.toMatch(
		/verify(Key|Token)|identity\/|tokenise|forOrder|quote|feed|deadLetters/i,
	);
	for (const path of ["/identity/verifyToken", "/api/identity/verifyKey", "/api/~node/services"])
		expect((await shop.post(path, { token: admin, body: {} })).status).toBe(404);

	const users = () => rows(product.data_dir, "identity", "select id from user_account").length;
	const before = users();
	const person = { first_name: "Zoé", last_name: "Roy", email: "zoe.roy@example.com" };
	const opened = await shop.post("/api/v1/customers", { token: till, body: person });
	expect([opened.status, users()]).toEqual([201, before]);
});

test("AUT-25 who says who one is in any other way than by token is nobody", async () => {
	const claims = {
		identity: "eyJzY29wZSI6eyJhY3RvciI6ImFkbWluIiwicm9sZSI6ImFkbWluIn19.x",
		"X-Identity": "admin",
		"X-User": "admin",
		"X-User-Role": "admin",
		"X-Forwarded-User": "admin",
		"X-Consumer-Username": "admin-user",
		saga_id: "saga_1",
		saga_step: "RESERVE_STOCK",
	};
	expect((await shop.get("/api/v1/users", { headers: claims })).status).toBe(401);
	const asBuyer = await shop.get("/api/v1/users", { token: buyer, headers: claims });
	expect(asBuyer.status).toBe(403);
	const { body } = await shop.get("/api/v1/orders/456", { token: buyer, headers: claims });
	expect(body.code).toBe("ORDER_NOT_FOUND");
});

test("AUT-25 GTW-11 origins are exact: no other one may read an answer", async () => {
	const from = async (Origin: string) =>
		(await shop.get("/api/v1/products/1", { headers: { Origin } })).headers.get(
			"access-control-allow-origin",
		);
	expect(await from("https://shop.example")).toBe("https://shop.example");
	for (const other of [
		"https://shop.example.evil.test",
		"http://shop.example",
		"https://shop.example:8443",
		"null",
	])
		expect(await from(other)).toBeNull();
});

test("D24 U-11 GST and QST are taken by the class of what is bought, to the cent, and in what the order keeps", async () => {
	const cases: [product_id: number, gst: number, qst: number, total: number][] = [
		[1, 125, 249, 2_874], // a bottle: both
		[9, 476, 0, 9_999], // a book: GST only
		[19, 0, 0, 999], // syrup: neither
		[58, 450, 0, 9_449], // a breast pump: GST only
		[59, 0, 0, 799], // pads: neither
	];
	for (const [product_id, gst_cents, qst_cents, total_cents] of cases) {
		const { body } = await buy(shop, buyer, { body: { products: [{ product_id, quantity: 1 }] } });
		const order = await shop.get(`/api/v1/orders/${body.order_id}`, { token: buyer });
		expect([product_id, order.body]).toMatchObject([
			product_id,
			{ gst_cents, qst_cents, total_cents },
		]);
	}
});

test("D24 a grocery basket and a bottle in one order: each line has its own taxes, and they sum to the order's", async () => {
	const products = [
		{ product_id: 19, quantity: 3 },
		{ product_id: 1, quantity: 3 },
		{ product_id: 9, quantity: 1 },
	];
	const { body } = await buy(shop, buyer, { body: { products } });
	const order = (await shop.get(`/api/v1/orders/${body.order_id}`, { token: buyer })).body;
	const sum = (field: string) =>
		order.lines.reduce((total: number, line: any) => total + line[field], 0);
	expect(order.gst_cents).toBe(Math.round((7_500 + 9_523) * 0.05));
	expect(order.qst_cents).toBe(Math.round(7_500 * 0.09975));
	for (const tax of ["gst_cents", "qst_cents"]) expect([tax, sum(tax)]).toEqual([tax, order[tax]]);
	expect(order.lines.find(({ product_id }: any) => product_id === "19").gst_cents).toBe(0);
	expect(sum("net_cents") + order.gst_cents + order.qst_cents).toBe(order.total_cents);
});

test("AUT-18 CAT-11 an edit by head office is in the very next read of every route that shows it", async () => {
	const path = "/api/v1/products/33";
	for (const price_cents of [1_111, 2_222, 1_299]) {
		await Promise.all([shop.get(path), shop.get("/api/v1/products?limit=200"), shop.get(path)]);
		const { headers } = await shop.get(path, { token: office });
		const edited = await shop.patch(path, {
			token: office,
			headers: { "If-Match": headers.get("etag")! },
			body: { price_cents },
		});
		expect(edited.status).toBe(200);
		const [one, list, older] = await Promise.all([
			shop.get(path),
			shop.get("/api/v1/products?limit=200"),
			shop.get("/api/produits/?limit=200"),
		]);
		expect(one.body.price_cents).toBe(price_cents);
		expect(list.body.items.find(({ id }: any) => id === "33").price_cents).toBe(price_cents);
		expect(JSON.stringify(older.body)).toContain(String(price_cents / 100));
	}
});

test("CCH-03 INV-23 an ETag that is known spares the body, until the stock has moved", async () => {
	const path = "/api/v1/stock/5?location=online";
	const first = await shop.get(path, { token: admin });
	const known = { "If-None-Match": first.headers.get("etag")! };
	expect((await shop.get(path, { token: admin, headers: known })).status).toBe(304);
	const placed = await shop.post("/api/v1/orders", { token: buyer, headers: once(), body: ORDER });
	await endOf(shop, buyer, placed.body.saga_id);
	const after = await shop.get(path, { token: admin, headers: known });
	expect(after.status).toBe(200);
	expect(after.body.levels[0].on_hand).toBe(first.body.levels[0].on_hand - 1);
	expect((await shop.get(path, { headers: known })).status).toBe(401); // a hit asks who one is
});

test("CUS-02 AUT-07 an account and a profile are linked: who it is for sees that profile, and only a profile that exists can have one", async () => {
	const person = { first_name: "Léa", last_name: "Côté", email: "lea.cote@example.com" };
	const { body: profile } = await shop.post("/api/v1/customers", { token: till, body: person });
	const account = (customer_id: string) => ({
		username: `compte_${customer_id.slice(-6).toLowerCase()}`,
		email: `compte.${customer_id.slice(-6).toLowerCase()}@example.com`,
		password: "une longue phrase secrète",
		roles: [{ role: "customer" }],
		customer_id,
	});
	const mine = account(profile.id);
	const made = await shop.post("/api/v1/users", { token: admin, body: mine });
	expect([made.status, made.body]).toMatchObject([201, { customer_id: profile.id }]);
	const none = await shop.post("/api/v1/users", { token: admin, body: account("99999") });
	expect([none.status, none.body.code]).toEqual([422, "CUSTOMER_NOT_FOUND"]);

	const token = await shop.login(mine.username, mine.password);
	const own = await shop.get(`/api/v1/customers/${profile.id}`, { token });
	expect([own.status, own.body.email]).toEqual([200, person.email]);
	expect((await shop.get("/api/v1/customers/1", { token })).status).toBe(404);
	const { body } = await buy(shop, token);
	expect((await shop.get(`/api/v1/orders/${body.order_id}`, { token })).body.customer_id).toBe(
		profile.id,
	);
});

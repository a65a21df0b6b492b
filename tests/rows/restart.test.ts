import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { buy, endOf, ORDER, reconciled, settled } from "../support/buying.ts";
import { type Client, client, once } from "../support/client.ts";
import { rows } from "../support/ledgers.ts";
import { type Product, startProduct } from "../support/product.ts";

jest.setTimeout(120_000);

describe("a second start, on the data of the first", () => {
	let product: Product;
	let shop: Client;
	let [buyer, admin, office] = ["", "", ""];
	let before: { order_id: string; units: number; openings: number; users: number };
	const count = (context: string, sql: string) =>
		rows<{ n: number }>(product.data_dir, context, sql)[0]!.n;
	const OPENINGS = "select count(*) as n from stock_movement where type = 'opening'";

	beforeAll(async () => {
		product = await startProduct();
		shop = client(product);
		[buyer, admin, office] = await Promise.all([
			shop.login("user@example.com", "password"),
			shop.login("admin", "admin"),
			shop.login("maison_mere"),
		]);
		const { headers } = await shop.get("/api/v1/products/1", { token: office });
		const renamed = await shop.patch("/api/v1/products/1", {
			token: office,
			headers: { "If-Match": headers.get("etag")! },
			body: { name_fr: "Gourde", price_cents: 2_500 },
		});
		expect(renamed.status).toBe(200);
		const { body } = await buy(shop, buyer);
		const units = await settled(shop, admin, 1);
		before = {
			order_id: body.order_id,
			units,
			openings: count("inventory", OPENINGS),
			users: count("identity", "select count(*) as n from user_account"),
		};
	});
	afterAll(async () => {
		await product.stop();
		product.remove();
	});

	test("HA-08 Ctrl-C drains: what has begun is finished, and the exit code is 0", async () => {
		await shop.post("/api/v1/payments/admin/configure-failure", {
			token: admin,
			body: { failure_rate: 0, latency_ms: 700 },
		});
		const waits = buy(shop, buyer); // in flight when it is told to stop
		const started = await shop.post("/api/v1/orders", {
			token: buyer,
			headers: once(),
			body: ORDER,
		});
		expect(started.status).toBe(202);
		await product.stop("SIGINT");

		expect(product.exitCode()).toBe(0);
		expect(product.printed()).toContain("SIGINT: finishing what has begun");
		expect(product.printed()).not.toMatch(/Error|"level":[56]0/);
		expect((await waits).body).toMatchObject({ status: "COMPLETED" });

		product = await product.restart("SIGTERM"); // it is stopped already
		const saga = await endOf(shop, admin, started.body.saga_id);
		expect(saga.status).toBe("COMPLETED");
		expect(saga.steps.filter(({ status }: any) => status !== "SUCCESS")).toEqual([]);
	});

	test("DEP-03 DEP-04 loads the demo once: what was changed stays, nothing comes twice", async () => {
		expect(count("inventory", OPENINGS)).toBe(before.openings);
		expect(count("identity", "select count(*) as n from user_account")).toBe(before.users);
		const { body } = await shop.get("/api/v1/products/1", { token: office });
		expect(body.name_fr).toBe("Gourde");
		expect(await settled(shop, admin, 1)).toBe(before.units - 4); // the two orders above
	});

	test("D15 SAG-25 keeps orders, sagas, and who may enter: tokens of before are still good", async () => {
		const order = await shop.get(`/api/v1/orders/${before.order_id}`, { token: buyer });
		expect(order.body.status).toBe("CONFIRMED");
		expect((await shop.get("/api/v1/sagas?limit=10", { token: admin })).body.items).toHaveLength(3);
		expect((await reconciled(shop, admin)).drift).toBe(0);
	});
});

describe("in production, without the demo", () => {
	let product: Product;
	let shop: Client;
	beforeAll(async () => {
		const secret = "0123456789abcdef0123456789abcdef";
		product = await startProduct({ env: { NODE_ENV: "production", RETAIL_JWT_SECRET: secret } });
		shop = client(product);
	});
	afterAll(async () => {
		await product.stop();
		product.remove();
	});

	test("AUT-03 AUT-09 D19 nobody enters by an account of the demo", async () => {
		for (const [username, password] of [
			["admin", "admin"],
			["user@example.com", "password"],
			["maison_mere", "comptoir-demo"],
		]) {
			const { status, body } = await shop.post("/api/v1/auth/login", {
				key: null,
				body: { username, password },
			});
			expect([username, status, body.code]).toEqual([username, 401, "UNAUTHENTICATED"]);
		}
	});

	test("AUT-13 AUT-14 AUT-15 D19 nor by a key of the demo", async () => {
		for (const key of [
			"admin-key-12345",
			"frontend-key-67890",
			"pos-web-app-2025-frontend-key",
			"pos-mobile-2025-app-secure-key",
			"pos-test-automation-dev-key-2025",
			"pos-console-2025-operator-key",
		])
			expect((await shop.get("/api/v1/products", { key })).status).toBe(401);
	});

	test("DEP-04 there is no demo data, and what it prints names no secret", async () => {
		for (const [context, table] of [
			["catalog", "product"],
			["orders", "orders"],
			["inventory", "stock_level"],
			["identity", "user_account"],
		])
			expect(rows(product.data_dir, context!, `select * from ${table} limit 1`)).toEqual([]);
		expect(product.printed()).toContain("Comptoir is ready at");
		expect(product.printed()).not.toMatch(/admin-key|comptoir-demo|0123456789abcdef/);
	});
});

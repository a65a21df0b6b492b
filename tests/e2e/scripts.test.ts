import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Client, client, until } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(120_000);

const SCRIPTS = join(import.meta.dirname, "../../scripts");

let product: Product;
let shop: Client;
let admin = "";

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	admin = await shop.login("admin", "admin");
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

/** Runs a script as a person would, and tells how it ended. */
const run = (script: string, args: string[] = [product.url], env: Record<string, string> = {}) =>
	new Promise<{ code: number; said: string }>((resolve) => {
		execFile(
			"bash",
			[join(SCRIPTS, script), ...args],
			{ env: { ...process.env, NODE_OPTIONS: "", ...env } },
			(error, stdout, stderr) =>
				resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr }),
		);
	});
const set = (product_id: number, location: string, quantity: number) =>
	shop.put(`/api/v1/stock/${product_id}`, {
		token: admin,
		body: { location, quantity, reason: "Pour le script" },
	});

test("SAG-30 SAG-19 D22 test-saga.sh passes on a live product, and fails when there is nothing to sell", async () => {
	expect(await run("test-saga.sh")).toMatchObject({
		code: 0,
		said: expect.stringContaining("11 checks passed"),
	});
	await set(5, "online", 0);
	const failed = await run("test-saga.sh");
	await set(5, "online", 100);
	expect(failed.code).toBe(1);
	expect(failed.said).toContain("✗ status of the answer: 409, not 201");
});

test("SAG-30 SAG-23 D22 test-saga-payment-failure.sh passes, leaves the simulator as it was, and fails when the price is another", async () => {
	const first = await run("test-saga-payment-failure.sh");
	expect(first).toMatchObject({ code: 0, said: expect.stringContaining("checks passed") });
	const config = await shop.get("/api/v1/payments/admin/failure-config", { token: admin });
	expect(config.body).toMatchObject({ failure_rate: 0, failure_amounts_cents: [] });

	const office = await shop.login("maison_mere");
	const price = (price_cents: number) =>
		shop.patch("/api/v1/products/9", { token: office, body: { price_cents } });
	await price(9_500);
	const failed = await run("test-saga-payment-failure.sh");
	await price(9_523);
	expect([failed.code, failed.said]).toEqual([
		1,
		expect.stringContaining("✗ status of the answer: 200, not 402"),
	]);
	const after = await shop.get("/api/v1/payments/admin/failure-config", { token: admin });
	expect(after.body.failure_rate).toBe(0);
});

test("SAG-30 SAG-21 D22 test-saga-stock-failure.sh passes, and fails when Magasin 1 has product 2 after all", async () => {
	const first = await run("test-saga-stock-failure.sh");
	expect(first).toMatchObject({ code: 0, said: expect.stringContaining("checks passed") });
	await set(2, "Magasin 1", 3);
	const failed = await run("test-saga-stock-failure.sh");
	await until(
		async () => (await shop.get("/api/v1/stock/2?location=1", { token: admin })).body.reserved,
		(reserved) => reserved === 0,
	);
	await set(2, "Magasin 1", 0);
	expect([failed.code, failed.said]).toEqual([
		1,
		expect.stringContaining("✗ status of the answer: 200, not 409"),
	]);
});

test("SAG-30 D22 test-saga-rapport.sh tells how many sagas ended how, how long they and their slowest steps took; and fails when its order is not undone", async () => {
	const { code, said } = await run("test-saga-rapport.sh");
	expect([code, said]).toEqual([0, expect.stringContaining("13 checks passed")]);
	const { body } = await shop.get("/api/v1/sagas/metrics", { token: admin });
	expect(said).toMatch(new RegExp(`^Sagas +${body.total}$`, "m"));
	expect(said).toMatch(/^ {2}completed +[1-9]\d*$/m);
	expect(said).toMatch(/^Success rate +[\d.]+ %$/m);
	expect(said).toMatch(/^Mean duration +\d+\.\d{3} s$/m);
	expect(said).toMatch(/^ {2}\d+\.\d{3} s {2}order-processing \/ [A-Z_]+ \(\d+\)$/m);
	expect(said).toMatch(/^ {2}blocked +0$/m);
	await set(2, "Magasin 1", 3);
	const failed = await run("test-saga-rapport.sh");
	await set(2, "Magasin 1", 0);
	expect([failed.code, failed.said]).toEqual([
		1,
		expect.stringContaining("✗ answer to an order of product 2: 201, not 409"),
	]);
	expect((await run("test-saga-rapport.sh", ["http://127.0.0.1:1"])).code).toBe(1);
});

test("CLM-16 CLM-02 CLM-07 D22 test-saga-choreographed.sh follows two claims to CLOSED, and fails where nobody answers", async () => {
	const first = await run("test-saga-choreographed.sh");
	expect(first).toMatchObject({ code: 0, said: expect.stringContaining("22 checks passed") });
	expect((await run("test-saga-choreographed.sh", ["http://127.0.0.1:1"])).code).toBe(1);
});

test("GTW-17 D22 test-api-gateway.sh passes on the gateway, fails on a server that lets everybody in, and where there is none", async () => {
	const first = await run("test-api-gateway.sh");
	expect(first).toMatchObject({ code: 0, said: expect.stringContaining("checks passed") });

	const open = createServer((_, res) => res.end('{"status":"up"}')).listen(0, "127.0.0.1");
	await once(open, "listening");
	const { port } = open.address() as AddressInfo;
	const failed = await run("test-api-gateway.sh", [`http://127.0.0.1:${port}`]);
	open.close();
	open.closeAllConnections();
	expect([failed.code, failed.said]).toEqual([1, expect.stringContaining("✗ no key: 200")]);

	const nobody = await run("test-api-gateway.sh", ["http://127.0.0.1:1"]);
	expect([nobody.code, nobody.said]).toEqual([1, expect.stringContaining("no answer")]);
});

test("HA-12 D22 test-load-balancing.sh shows what each replica takes, fails where one takes too much, and where there is none to balance", async () => {
	let asked = 0;
	let nodes = ["orders.1", "orders.2"];
	const balanced = createServer((req, res) => {
		if (req.method === "POST") return res.end('{"access_token":"one"}');
		res.setHeader("X-Served-By", nodes[asked++ % nodes.length] ?? "").end('{"items":[]}');
	}).listen(0, "127.0.0.1");
	await once(balanced, "listening");
	const { port } = balanced.address() as AddressInfo;
	const over = (...served: string[]) => {
		nodes = served;
		return run("test-load-balancing.sh", [`http://127.0.0.1:${port}`, "40"]);
	};
	const even = await over("orders.1", "orders.2");
	expect([even.code, even.said]).toEqual([0, expect.stringMatching(/orders\.1 +20 +50\.0 %/)]);
	const uneven = await over("orders.1", "orders.1", "orders.1", "orders.2");
	expect([uneven.code, uneven.said]).toEqual([
		1,
		expect.stringContaining("orders.1 took 30 of 40, of 2 replicas"),
	]);
	const alone = await over("orders.1");
	expect([alone.code, alone.said]).toEqual([1, expect.stringContaining("nothing to balance")]);
	balanced.close();
	balanced.closeAllConnections();
});

test("AUT-16 D22 setup-api-keys.sh makes the keys that are missing; a second run changes nothing; who may not, is refused", async () => {
	const keys = async () =>
		(await shop.get("/api/v1/api-keys?limit=200", { token: admin })).body.items.map(
			({ id, name, status }: any) => [id, name, status],
		);
	const before = await keys();
	const args = [product.url, "partenaire:customer:60"];
	const first = await run("setup-api-keys.sh", args);
	expect(first).toMatchObject({ code: 0, said: expect.stringContaining("1 keys made") });
	const key = /\+ partenaire (\S+)/.exec(first.said)?.[1] ?? "";
	const used = await shop.get("/api/v1/products?limit=1", { key });
	expect([used.status, used.headers.get("x-ratelimit-limit-minute")]).toEqual([200, "60"]);

	const then = await keys();
	expect(then).toHaveLength(before.length + 1);
	const second = await run("setup-api-keys.sh", args);
	expect(second).toMatchObject({ code: 0, said: expect.stringContaining("0 keys made") });
	expect(second.said).not.toContain(key);
	expect(await keys()).toEqual(then);

	const env = { RETAIL_ADMIN_USER: "gerant_1", RETAIL_ADMIN_PASSWORD: "comptoir-demo" };
	const refused = await run("setup-api-keys.sh", args, env);
	expect([refused.code, refused.said]).toEqual([1, expect.stringContaining("403")]);
});

test("GTW-17 GTW-05 D22 apply-config.sh makes consumers what a file says, and nothing more a second time; a file that cannot be is refused", async () => {
	const file = join(product.data_dir, "consumers.json");
	const apply = (consumers: object[]) => {
		writeFileSync(file, JSON.stringify({ consumers }));
		return run("apply-config.sh", [product.url, file]);
	};
	const first = await apply([{ name: "borne", scopes: ["customer"], quota_minute: 60 }]);
	expect(first).toMatchObject({ code: 0, said: expect.stringContaining("1 keys made, 0 plans") });
	const key = /\+ borne (\S+)/.exec(first.said)?.[1] ?? "";
	const limit = async () =>
		(await shop.get("/api/v1/products?limit=1", { key })).headers.get("x-ratelimit-limit-minute");
	expect(await limit()).toBe("60");

	const changed = [{ name: "borne", scopes: ["customer"], quota_minute: 90 }];
	expect((await apply(changed)).said).toContain("0 keys made, 1 plans changed");
	expect(await limit()).toBe("90");
	expect((await apply(changed)).said).toContain("0 keys made, 0 plans changed");

	const wrong = await apply([{ name: "borne", scopes: ["emperor"] }]);
	expect([wrong.code, wrong.said]).toEqual([1, expect.stringContaining("✗ borne keeps its plan")]);
	expect((await run("apply-config.sh", [product.url, "/nowhere.json"])).code).toBe(1);
});

test("GTW-17 GTW-13 D22 configure-gateway.sh passes on the product, twice, and fails for who may not, and where nobody answers", async () => {
	const first = await run("configure-gateway.sh");
	expect(first).toMatchObject({ code: 0, said: expect.stringContaining("7 checks passed") });
	const second = await run("configure-gateway.sh");
	expect(second).toMatchObject({ code: 0, said: expect.stringContaining("0 keys made, 0 plans") });
	const env = { RETAIL_ADMIN_USER: "gerant_1", RETAIL_ADMIN_PASSWORD: "comptoir-demo" };
	const refused = await run("configure-gateway.sh", [product.url], env);
	expect([refused.code, refused.said]).toEqual([1, expect.stringContaining("403")]);
	expect((await run("configure-gateway.sh", ["http://127.0.0.1:1"])).code).toBe(1);
	const { body } = await shop.get("/api/v1/audit/logs?action=audit.acted", { token: admin });
	expect(body.items).toContainEqual(
		expect.objectContaining({ actor: "admin", after: { act: "gateway.circuitBreakers" } }),
	);
});

test("SAG-30 RETAIL_URL says where the product is, when no argument does", async () => {
	const found = await run("test-saga-stock-failure.sh", [], { RETAIL_URL: product.url });
	expect(found.code).toBe(0);
	const wrong = await run("test-saga-stock-failure.sh", [], { RETAIL_URL: "http://127.0.0.1:1" });
	expect(wrong.code).toBe(1);
});

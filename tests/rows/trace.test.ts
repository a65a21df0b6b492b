import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { buy, endOf, settled } from "../support/buying.ts";
import { type Client, client, until } from "../support/client.ts";
import { rows } from "../support/ledgers.ts";
import { type Product, startProduct } from "../support/product.ts";

jest.setTimeout(60_000);

const REQUEST = "rows-trace-0001";
const UNKNOWN = "rows-trace-0002";

let product: Product;
let shop: Client;
let [buyer, admin] = ["", ""];
const sagas: Record<string, any> = {};

beforeAll(async () => {
	product = await startProduct({ env: { RETAIL_LOG_LEVEL: "info", RETAIL_ACCESS_LOG: "" } });
	shop = client(product);
	[buyer, admin] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
	]);
	const sold = await buy(shop, buyer, { headers: { "X-Request-ID": REQUEST } });
	expect([sold.status, sold.headers.get("x-request-id")]).toEqual([201, REQUEST]);
	const refused = await buy(shop, admin, {
		headers: { "X-Correlation-ID": UNKNOWN },
		body: { customer_id: 99_999 },
	});
	sagas[REQUEST] = await endOf(shop, admin, sold.body.saga_id);
	sagas[UNKNOWN] = await endOf(shop, admin, refused.body.saga_id);
	await settled(shop, admin, 1);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const lines = (): any[] =>
	product
		.printed()
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line));
const transitions = (saga_id: string) =>
	lines().filter((line) => line.msg === "saga transition" && line.saga_id === saga_id);
const kept = (context: string, sql: string) => rows(product.data_dir, context, sql);

test("AUD-06 SAG-25 SAG-27 every transition is a row of history and a line of the log, in order, with both ids", () => {
	for (const [correlation_id, { saga_id }] of Object.entries(sagas)) {
		const history = kept(
			"saga",
			`select seq, type, step, direction, outcome, passed from saga_history
			where saga_id = '${saga_id}' order by seq`,
		);
		expect(history.length).toBeGreaterThanOrEqual(5);
		const logged = transitions(saga_id);
		expect(logged.map(({ seq }) => seq)).toEqual(history.map(({ seq }) => seq));
		for (const [n, line] of logged.entries()) {
			const { type, step, direction, outcome, passed } = history[n];
			expect(line).toMatchObject({ correlation_id, saga: "order-processing", event: type });
			expect(line.passed).toEqual(JSON.parse(passed));
			expect([line.step ?? null, line.direction ?? null, line.outcome ?? null]).toEqual([
				step,
				direction,
				outcome,
			]);
		}
	}
});

test("SAG-27 the log says why a saga turned, and says no more of the order than its ids", () => {
	const turned = transitions(sagas[UNKNOWN].saga_id).find(({ outcome }) => outcome === "REJECTED");
	expect(turned).toMatchObject({ step: "CREATE_ORDER", code: "CUSTOMER_NOT_FOUND" });
	const text = transitions(sagas[REQUEST].saga_id).map((line) => JSON.stringify(line));
	expect(text.join()).not.toMatch(/Main St|credit_card|tok_/);
});

test("GTW-18 SAG-27 the id of the request is the saga's, every fact's that came of it, and the access log's", async () => {
	const { saga_id, order_id } = sagas[REQUEST];
	expect(kept("saga", `select * from saga where saga_id = '${saga_id}'`)).toMatchObject([
		{ correlation_id: REQUEST, actor: expect.any(String) },
	]);
	const factsOf = (context: string) =>
		kept(context, `select type, body, headers from outbox where body like '%${order_id}%'`).map(
			({ type, headers }) => ({ type, ...JSON.parse(headers) }),
		);
	const facts = ["saga", "inventory", "orders", "payments"].map(factsOf);
	for (const told of facts) {
		expect(told.length).toBeGreaterThan(0);
		for (const { correlation_id } of told) expect(correlation_id).toBe(REQUEST);
	}
	const types = facts.flat().map(({ type }) => type);
	expect(types).toEqual(
		expect.arrayContaining(["saga.started", "saga.completed", "orders.confirmed"]),
	);
	await until(
		async () => lines().filter(({ request_id }) => request_id === REQUEST),
		(found) => found.length > 0,
	);
});

test("D5 AUD-07 each movement of the ledger names the order and who did it; its fact says in which request", async () => {
	const { order_id } = sagas[REQUEST];
	const moved = await until(
		async () => kept("inventory", `select * from stock_movement where ref_id = '${order_id}'`),
		(found) => found.length === 4, // two products, reserved and then sold
	);
	expect(new Set(moved.map(({ type }) => type))).toEqual(new Set(["reserve", "sale"]));
	for (const { actor_id } of moved) expect(actor_id).toMatch(/^(saga|inventory|orders)$/);
	const told = kept(
		"inventory",
		`select json_extract(body, '$.product_id') as product_id, json_extract(body, '$.type') as type,
			json_extract(headers, '$.correlation_id') as correlation_id from outbox
		where key like 'stock:%' and json_extract(body, '$.ref_id') = '${order_id}'`,
	);
	const named = moved.map(({ product_id, type }) => ({
		product_id,
		type,
		correlation_id: REQUEST,
	}));
	expect(told).toEqual(expect.arrayContaining(named));
});

test("SAG-17 MON-05 MON-06 MON-07 MON-08 MON-09 the metrics page counts the sale and the compensation by the names agreed", async () => {
	const page = await (await fetch(product.counts_url)).text();
	const value = (name: string, labels: Record<string, string> = {}) => {
		const line = page
			.split("\n")
			.find(
				(one) =>
					one.match(/^\w+/)?.[0] === name &&
					Object.entries(labels).every(([label, said]) => one.includes(`${label}="${said}"`)),
			);
		return Number(line?.split(" ").at(-1));
	};
	const metric = (name: string) => `saga_orchestrator_${name}`;
	const seen = [
		value(metric("sagas_total"), { status: "completed" }),
		value(metric("sagas_total"), { status: "compensated" }),
		value(metric("saga_duration_seconds_count")),
		value(metric("saga_steps_total"), { step: "CHECK_STOCK", status: "success" }),
		value(metric("saga_steps_total"), { step: "CONFIRM_ORDER", status: "success" }),
		value(metric("saga_steps_total"), { step: "CREATE_ORDER", status: "failure" }),
		value(metric("compensations_total"), { compensation_type: "RELEASE_STOCK" }),
		value(metric("service_calls_total"), { service: "payments", status: "ok" }),
		value(metric("service_calls_total"), { service: "orders", status: "rejected" }),
	];
	expect(seen).toEqual([1, 1, 2, 2, 1, 1, 1, 1, 1]);
	expect(value(metric("saga_duration_seconds_sum"))).toBeGreaterThan(0);
	expect(value(metric("service_calls_total"), { service: "inventory", status: "ok" })).toBe(5);
});

test("SAG-28 SAG-17 the mean of a success is far below 2 s, of a compensation below 10 s, as JSON tells", async () => {
	const { body } = await shop.get("/api/v1/sagas/metrics", { token: admin });
	expect(body).toMatchObject({ total: 2, completed: 1, compensated: 1, success_rate: 0.5 });
	expect(body.mean_duration).toBeGreaterThan(0);
	expect(body.mean_duration).toBeLessThan(2);
	expect(body.mean_compensation_duration).toBeLessThan(10);
});

test("SAG-18 the orchestrator's health is told, with all the others and by itself", async () => {
	for (const path of ["/health", "/api/v1/health", "/health/saga"]) {
		const { status, body } = await shop.get(path, { key: null });
		expect([path, status, body.status]).toEqual([path, 200, expect.any(String)]);
	}
});

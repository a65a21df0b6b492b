import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buy, settled } from "../support/buying.ts";
import { type Client, client, KEY, until } from "../support/client.ts";
import { filesOf } from "../support/kept.ts";
import { rows } from "../support/ledgers.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

const REQUEST = "audit-order-0001";

let product: Product;
let shop: Client;
let [buyer, auditor, admin, office] = ["", "", "", ""];
let sold: any;

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	[buyer, auditor, admin, office] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("verificateur"),
		shop.login("admin", "admin"),
		shop.login("maison_mere"),
	]);
	sold = await buy(shop, buyer, { headers: { "X-Request-ID": REQUEST } });
	expect(sold.status).toBe(201);
	await settled(shop, office, 1);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const get = async (path: string, token = auditor) =>
	(await shop.get(`/api/v1${path}`, { token })).body;

/** Facts of different contexts come in any order. */
const isAll = (found: any[]) =>
	found.filter(({ after }) => after.type === "sale").length === 2 &&
	["saga.completed", "payments.captured", "orders.confirmed"].every((type) =>
		found.some(({ action }) => action === type),
	);

test("AUD-02 AUD-07 D5 an order's request is one question to the log: who asked, the order, the payment, each movement of stock", async () => {
	const items = await until(
		async () => (await get(`/audit/logs?correlation_id=${REQUEST}&limit=100`)).items as any[],
		isAll,
	);
	const { order_id, payment_id, saga_id } = sold.body;
	const of = (action: string) => items.filter((one) => one.action === action);
	expect(of("saga.started")).toMatchObject([
		{ entity: "saga", entity_id: saga_id, role: "customer", actor: expect.any(String) },
	]);
	expect(of("orders.created")).toMatchObject([{ entity: "order", entity_id: order_id }]);
	expect(of("orders.confirmed")).toMatchObject([{ after: { payment_id } }]);
	expect(of("payments.captured")).toMatchObject([
		{ entity_id: payment_id, after: { amount_cents: 17_246 } },
	]);
	expect(of("saga.completed")).toMatchObject([{ entity_id: saga_id }]);
	const moved = items.filter(({ entity }) => entity === "stock");
	expect(moved.map(({ entity_id, after }) => [entity_id, after.type, after.ref_id]).sort()).toEqual(
		["1", "5"].flatMap((id) => ["reserve", "sale"].map((type) => [`online:${id}`, type, order_id])),
	);
	for (const one of items) expect(one.correlation_id).toBe(REQUEST);
});

test("AUD-02 the alias answers the same; the log of people names the buyer; others may not look", async () => {
	const [one, other] = [
		await get("/audit/logs?limit=3"),
		await shop.get("/api/audit/logs?limit=3", { token: auditor, key: null }),
	];
	expect(other.body).toEqual(one);
	const mine = await get("/audit/logs?role=customer&action=saga.started");
	expect(mine.items).toMatchObject([
		{ correlation_id: REQUEST, after: { order_id: sold.body.order_id } },
	]);
	const { status } = await shop.get("/api/v1/audit/logs", { token: buyer });
	expect(status).toBe(403);
});

test("AUD-05 AUD-06 the history of the order and of its saga, and the order's state at its end, are read back", async () => {
	const { order_id, saga_id } = sold.body;
	const types = async (path: string) => (await get(path)).items.map(({ type }: any) => type);
	expect(await types(`/events/aggregates/order/${order_id}`)).toEqual([
		"orders.created",
		"orders.confirmed",
	]);
	expect(await types(`/events/aggregates/saga/${saga_id}`)).toEqual([
		"saga.started",
		"saga.completed",
	]);
	expect(await get(`/events/aggregates/order/${order_id}/state`)).toMatchObject({
		version: 2,
		state: { status: "CONFIRMED", total_cents: 17_246 },
	});
	expect(await types("/events/aggregates/stock/online:1")).toEqual([
		"inventory.limits_changed",
		"inventory.increased",
		"inventory.decreased",
		"inventory.decreased",
	]);
	const { items } = await get("/events?type=orders.confirmed");
	expect(items.at(-1)).toMatchObject({ producer: "orders", key: `order:${order_id}` });
});

test("AUD-04 CLM-18 the store is audit's own, whole and valid; it stays so when the product is stopped and started", async () => {
	const before = await get("/audit/verify");
	expect(before).toMatchObject({ valid: true, checked: before.head });
	expect(before.head).toBeGreaterThan(8);
	product = await product.restart("SIGTERM");
	shop = client(product);
	const again = await get("/audit/verify", await shop.login("verificateur"));
	expect(again).toMatchObject({ valid: true, anchors: expect.any(Number) });
	expect(again.anchors).toBeGreaterThan(0);
	const page = await product.counts();
	expect(page).toMatch(/^audit_chain_valid 1$/m);
	const kept = Math.max(
		...[...page.matchAll(/^audit_position (\d+)$/gm)].map(([, at]) => Number(at)),
	);
	expect(kept).toBeGreaterThanOrEqual(again.head); // to log in is an event, too
	const others = ["orders", "inventory", "payments", "saga", "identity"];
	const files = await filesOf(product);
	for (const context of others) {
		const tables = rows(files, context, "select name from sqlite_master where name = 'event'");
		expect([context, tables]).toEqual([context, []]);
	}
	expect(existsSync(join(files, "audit.sqlite"))).toBe(true);
});

test("AUD-03 CLM-14 what cannot be is refused with a code", async () => {
	const ask = (method: string, path: string, body?: object, token = admin) =>
		shop.ask(method, `/api/v1${path}`, { token, key: KEY, ...(body && { body }) });
	const codes = async (...answers: Promise<any>[]) =>
		(await Promise.all(answers)).map(({ status, body }) => [status, body.code]);
	expect(
		await codes(
			ask("GET", "/events/aggregates/order/ord_none"),
			ask("GET", "/events/replay/rpy_none"),
			ask("POST", "/dead-letters/orders.msg_none/retry"),
			ask("POST", "/dead-letters/nothing/retry"),
			ask("GET", "/events?from_seq=0"),
			ask("GET", "/audit/verify?from=x"),
			ask("GET", "/audit/verify?from=999999"),
			ask("GET", "/audit/logs?from=2026-02-02T00:00:00Z&to=2026-01-01T00:00:00Z"),
			ask("POST", "/events/replay", { target: "sales", from_seq: 1, to_seq: 999_999 }),
			ask("POST", "/events/replay", { target: "nothing" }),
			ask("POST", "/events/replay", { target: "x" }, office),
		),
	).toEqual([
		[404, "AGGREGATE_NOT_FOUND"],
		[404, "REPLAY_NOT_FOUND"],
		[404, "DEAD_LETTER_NOT_FOUND"],
		[422, "INVALID"],
		[422, "INVALID"],
		[422, "INVALID"],
		[422, "RANGE_INVALID"],
		[422, "INVALID"],
		[422, "RANGE_INVALID"],
		[422, "PROJECTION_NOT_FOUND"],
		[403, "FORBIDDEN"],
	]);
	expect((await ask("GET", "/dead-letters")).body).toEqual({ items: [], away: [] });
});

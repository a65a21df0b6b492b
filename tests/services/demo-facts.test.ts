import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { demoOrders } from "../../config/demo/orders.ts";
import { contract } from "../../lib/contract.ts";
import type { Recorded } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { inboxWith } from "../../mixins/inbox.mixin.ts";
import { chain, databaseOf } from "../support/chain.ts";
import { until } from "../support/until.ts";

const heard: Recorded[] = [];
/** Hears all that anybody tells, and does nothing else. */
const listener = service(contract("listener", {}), {
	mixins: [database, inboxWith({ retries_ms: [10] })],
	actions: {},
	events: {
		async "*"(_: Tx, fact: Recorded) {
			heard.push(fact);
		},
	},
});
const CONTEXTS = [
	...["identity", "stores", "catalog", "inventory", "customers", "payments", "orders", "carts"],
];
let node = chain();
const countOf = async (context: string, sql: string): Promise<number> => {
	const rows = await databaseOf(node, context).read((db) => db.query<{ n: number }>(sql));
	return rows[0]?.n ?? 0;
};
const told = async () => {
	const counts = CONTEXTS.map((context) => countOf(context, "select count(*) as n from outbox"));
	return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
};
const allHeard = () => until(async () => heard.length === (await told()) && heard.length);
const of = (event: string) => heard.filter((fact) => fact.event === event);
const payloads = (event: string) => of(event).map(({ payload }) => payload);

beforeAll(async () => {
	node.createService(listener);
	await node.start();
	await allHeard();
});
afterAll(() => node.stop());

test("DEP-04 whoever only hears of things has the whole demo from the start", async () => {
	const tables: [context: string, table: string, event: string][] = [
		["identity", "user_account", "identity.user_created"],
		["identity", "api_key", "identity.key_created"],
		["stores", "location", "stores.created"],
		["catalog", "product", "catalog.created"],
		["catalog", "category", "catalog.category_created"],
		["catalog", "supplier", "catalog.supplier_created"],
		["catalog", "supplier_product", "catalog.supply_changed"],
		["customers", "customer", "customers.created"],
		["inventory", "stock_movement", "inventory.increased"],
		["inventory", "stock_level", "inventory.limits_changed"],
		["inventory", "stock_alert", "inventory.alert_raised"],
		["payments", "payment", "payments.captured"],
		["carts", "cart", "carts.created"],
		["carts", "cart_item", "carts.item_added"],
		["orders", "orders", "orders.created"],
	];
	for (const [context, table, event] of tables)
		expect([event, of(event).length]).toEqual([
			event,
			await countOf(context, `select count(*) as n from ${table}`),
		]);
	expect(of("inventory.alert_raised")).toHaveLength(3);
});

test("DEP-04 stock told from its openings on comes to the stock that is there", async () => {
	const shelves = await databaseOf(node, "inventory").read((db) =>
		db.query<{ key: string; on_hand: number }>(
			"select location_id || ':' || product_id as key, on_hand from stock_level",
		),
	);
	const sums = new Map<string, number>();
	for (const { location_id, product_id, delta, type, on_hand } of payloads("inventory.increased")) {
		expect([type, delta]).toEqual(["opening", on_hand]);
		sums.set(`${location_id}:${product_id}`, delta);
	}
	expect(sums).toEqual(new Map(shelves.map(({ key, on_hand }) => [key, on_hand])));
});

test("DEP-04 each order of the demo is told as it came to be, in order, and reads as it is", async () => {
	for (const { order, shipment } of demoOrders) {
		const life = heard.filter(({ key }) => key === `order:${order.id}`);
		expect(life.map(({ event, key_seq }) => [event, key_seq])).toEqual([
			["orders.created", 1],
			["orders.confirmed", 2],
			["orders.shipped", 3],
			["orders.delivered", 4],
		]);
		const [created, confirmed, shipped] = life.map(({ payload }) => payload);
		expect(created).toMatchObject({ status: "PENDING", version: 1, placed_at: order.placed_at });
		expect(created).not.toHaveProperty("payment_id");
		expect(confirmed).toEqual({ ...order, status: "CONFIRMED", version: 2 });
		expect(shipped).toMatchObject({ id: order.id, shipment_id: shipment.id });
	}
	expect(payloads("payments.captured")).toMatchObject([
		{ id: "789", ref_id: "456", captured_cents: 17_246, created_at: "2026-01-12T15:04:07.000Z" },
		{ id: "790", ref_id: "457", captured_cents: 4_599 },
	]);
	expect(payloads("payments.captured")[0]).not.toHaveProperty("key");
});

test("DEP-04 nobody does anything about them: no stock moves, no cart changes, nothing is parked", async () => {
	expect(await countOf("inventory", "select count(*) as n from reservation")).toBe(0);
	expect(await countOf("carts", "select count(*) as n from cart where status = 'ACTIVE'")).toBe(1);
	const from = heard.filter(({ headers }) => headers.causation_id);
	expect(from).toEqual([]);
	for (const context of ["inventory", "carts", "listener"])
		expect(await countOf(context, "select count(*) as n from dead_letter")).toBe(0);
});

test("DEP-04 they are told once: not again at the next start", async () => {
	const before = await told();
	await node.stop();
	node = chain();
	node.createService(listener);
	await node.start();
	expect(await told()).toBe(before);
	expect(heard).toHaveLength(before);
});

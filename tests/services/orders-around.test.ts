import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Database } from "../../mixins/database.mixin.ts";
import { aSaga, lines, shop } from "../support/ordering.ts";
import { statementsOf } from "../support/statements.ts";

beforeAll(() => shop.start());
afterAll(() => shop.stop());

describe("around the code", () => {
	const database = () => (shop.getLocalService("orders") as unknown as { db: Database }).db;
	const breaks = (sql: string) =>
		expect(database().write((tx) => tx.query(sql))).rejects.toThrow(/constraint/i);

	test("ORD-10 the database itself confirms no order without a payment", async () => {
		const [order, other] = [aSaga(), aSaga()];
		await Promise.all([order.create(), other.create()]);
		const id = `where id = '${order.order_id}'`;
		for (const status of ["CONFIRMED", "SHIPPED", "DELIVERED", "COMPLETED", "CANCEL_PENDING"])
			await breaks(`update orders set status = '${status}' ${id}`);
		await breaks("update orders set payment_id = null where id = '456'");
		await breaks(`update orders set total_cents = total_cents + 1 ${id}`);
		await breaks(`update orders set saga_id = '${other.saga_id}' ${id}`);
	});
	test("ORD-08 nor more shipped than ordered, returned than shipped, or two shipments", async () => {
		await breaks("update order_line set qty_shipped = quantity + 1 where order_id = '457'");
		await breaks("update order_line set qty_returned = qty_shipped + 1 where order_id = '457'");
		await breaks(
			`insert into shipment (id, order_id, customer_id, carrier, status, shipped_at)
			values ('shp_2', '457', '1', 'X', 'SHIPPED', '2026-03-01')`,
		);
		await breaks("update shipment set status = 'SHIPPED' where order_id = '457'");
	});
	test("ORD-05 what happens to an order is said, in order, and what is refused is not", async () => {
		const order = aSaga();
		await order.create();
		await order.confirm();
		await order.lock();
		await order.lock();
		await order.unlock();
		await order.close();
		const facts = await database().read((db) =>
			db.query<{ type: string; body: string }>(
				"select type, body from outbox where key = $key order by key_seq",
				{ key: `order:${order.order_id}` },
			),
		);
		expect(facts.map(({ type }) => type)).toEqual([
			"orders.created",
			"orders.confirmed",
			"orders.cancel_requested",
			"orders.cancel_aborted",
		]);
		expect(JSON.parse(facts[1]!.body)).toMatchObject({
			...{ status: "CONFIRMED", saga_id: order.saga_id, customer_id: "1" },
			lines: [{ product_id: "1" }, { product_id: "5" }],
		});
	});
	test("a creation takes 7 statements, whatever its lines, and a confirmation 7", async () => {
		const many = { lines: Array.from({ length: 50 }, () => lines[0]) };
		const isRelay = (sql: string) => /outbox_cursor|feed_seq/.test(sql);
		await aSaga().create(); // prepared once
		const order = aSaga();
		const count = async (work: () => Promise<unknown>) =>
			(await statementsOf(work)).filter((sql) => !isRelay(sql)).length;
		expect(await count(() => order.create())).toBeLessThanOrEqual(7);
		expect(await count(() => order.confirm())).toBeLessThanOrEqual(7);
		expect(await count(() => aSaga().create(many))).toBeLessThanOrEqual(7);
	});
});

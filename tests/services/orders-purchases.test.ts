import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { orders } from "../../services/orders/orders.contract.ts";
import { aSaga, online, saga, shop } from "../support/ordering.ts";

beforeAll(() => shop.start());
afterAll(() => shop.stop());

const purchases = async (asked: { customer_id: string; product_id: string; order_id?: string }) =>
	(await orders.purchases(shop, asked, saga)).items;

test("CLM-02 the demo's purchase is found, with what was paid and its taxes", async () => {
	expect(await purchases({ customer_id: "customer_001", product_id: "product_123" })).toEqual([
		{
			order_id: "457",
			line: 1,
			location_id: "online",
			product_id: "product_123",
			payment_id: "790",
			payment_method: "credit_card",
			quantity: 1,
			net_cents: 4_000,
			gst_cents: 200,
			qst_cents: 399,
		},
	]);
});

test("CLM-02 the latest comes first; what is not paid, cancelled or another's is none", async () => {
	const [old, latest, pending, undone] = [aSaga(), aSaga(), aSaga(), aSaga()];
	const twice = [1, 2].map((quantity) => ({ ...online, product_id: "1", quantity }));
	await old.create();
	await old.confirm();
	const { total_cents: amount_cents } = await latest.create({ lines: twice });
	await latest.confirm({ amount_cents });
	await pending.create();
	await undone.create();
	await undone.confirm();
	await undone.lock();
	await undone.close();

	const asked = { customer_id: "1", product_id: "1" };
	const found = await purchases(asked);
	expect(found.map(({ order_id, line, quantity }) => [order_id, line, quantity])).toEqual([
		[latest.order_id, 1, 1],
		[latest.order_id, 2, 2],
		[old.order_id, 1, 2],
	]);
	expect(await purchases({ ...asked, order_id: old.order_id })).toMatchObject([
		{ net_cents: 5_000 },
	]);
	expect(await purchases({ ...asked, order_id: pending.order_id })).toEqual([]);
	expect(await purchases({ ...asked, customer_id: "2" })).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { newId } from "../../lib/ids.ts";
import { orders, totalChanged } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import { as } from "../support/broker.ts";
import { admin, buy, chain, databaseOf, inside, settled, shelf } from "../support/chain.ts";
import { failure } from "../support/failure.ts";
import { until } from "../support/until.ts";

const shop = chain();
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const unled = (over: Partial<Parameters<typeof orders.place>[1]> = {}) => {
	const saga_id = newId("saga");
	const order_id = newId("ord");
	const lines = [{ location_id: "online", product_id: "1", quantity: 2 }];
	const draft = { order_id, saga_id, customer_id: "1", payment_method: "credit_card" as const };
	const headers = { ...inside.headers, saga_id, saga_step: "CREATE_ORDER" };
	return {
		order_id,
		saga_id,
		place: (more = {}) => orders.place(shop, { ...draft, lines, ...over, ...more }, { headers }),
		ended: () =>
			until(
				() => orders.get(shop, { id: order_id }, inside),
				({ status }) => status === "CONFIRMED" || status === "CANCELLED",
			),
	};
};
const facts = async (context: string, needle: string) => {
	const rows = await databaseOf(shop, context).read((db) =>
		db.query<{ type: string; body: string }>(
			"select type, body from outbox where body like $needle order by seq",
			{ needle: `%${needle}%` },
		),
	);
	return rows
		.map(({ type, body }) => ({ event: type, ...JSON.parse(body) }))
		.filter(({ mode, event }) => mode === "choreographed" || event.startsWith("orders."));
};
const names = async (context: string, needle: string) =>
	(await facts(context, needle)).map(({ event }) => event);

test("CLM-08 CLM-07 an order is placed, held, paid and confirmed by what each context hears", async () => {
	const { on_hand } = await shelf(shop, "1");
	const { order_id, saga_id, place, ended } = unled();
	expect(await place()).toMatchObject({ id: order_id, status: "PENDING" });

	expect(await ended()).toMatchObject({ status: "CONFIRMED", mode: "choreographed", saga_id });
	expect(await settled(shop, "1")).toBe(Number(on_hand) - 2);
	expect(await names("orders", order_id)).toEqual(["orders.created", "orders.confirmed"]);
	expect(await names("inventory", order_id)).toEqual(["inventory.reserved"]);
	expect(await names("payments", order_id)).toEqual(["payments.captured"]);
});

test("CLM-08 a placing that is repeated places once, and its refusal is kept", async () => {
	const { order_id, place, ended } = unled();
	const [one, two] = await Promise.all([place(), place()]);
	expect(two).toEqual(one);
	await ended();
	expect(await names("payments", order_id)).toEqual(["payments.captured"]);

	const refused = unled({ expected_total_cents: 1 });
	expect(totalChanged.is(await failure(refused.place()))).toBe(true);
	expect(totalChanged.is(await failure(refused.place()))).toBe(true);
});

test("CLM-09 what is not in stock cancels the order, with the reason, and nobody is asked to pay", async () => {
	const { order_id, place, ended } = unled({
		lines: [{ location_id: "1", product_id: "2", quantity: 1 }],
	});
	await place();
	expect(await ended()).toMatchObject({ status: "CANCELLED" });
	const [, cancelled] = await facts("orders", order_id);
	expect(cancelled).toMatchObject({
		event: "orders.cancelled",
		reason: { step: "RESERVE_STOCK", code: "OUT_OF_STOCK", data: { available: 0, wanted: 1 } },
	});
	expect(await names("payments", order_id)).toEqual([]);
});

test("CLM-09 a declined card cancels the order, and the stock goes back by itself", async () => {
	const { on_hand } = await shelf(shop, "5");
	await payments.configureFailure(shop, { failure_rate: 100 }, admin);
	const { order_id, place, ended } = unled({
		lines: [{ location_id: "online", product_id: "5", quantity: 1 }],
	});
	await place();
	expect(await ended()).toMatchObject({ status: "CANCELLED" });
	await payments.resetFailure(shop, {}, admin);
	expect(await settled(shop, "5")).toBe(on_hand);
	expect(await names("inventory", order_id)).toEqual(["inventory.reserved", "inventory.released"]);
	const [, cancelled] = await facts("orders", order_id);
	expect(cancelled.reason).toMatchObject({ step: "PROCESS_PAYMENT", code: "PAYMENT_DECLINED" });
});

test("CLM-08 the card that was shown for an order pays it, and no fact carries its token", async () => {
	const { order_id, place, ended } = unled();
	const card = "4111 1111 1111 1111";
	const { payment_token } = await payments.tokenise(shop, { card, order_id }, inside);
	await place();
	expect(await ended()).toMatchObject({ status: "CONFIRMED" });
	expect(await facts("payments", order_id)).toMatchObject([
		{ event: "payments.captured", card_brand: "visa", card_last4: "1111" },
	]);
	for (const context of ["orders", "payments"])
		expect(await facts(context, payment_token)).toEqual([]);
});

test("CLM-09 an order that was cancelled meanwhile gives back what is captured late", async () => {
	const { on_hand } = await shelf(shop, "5");
	await payments.configureFailure(shop, { failure_rate: 0, latency_ms: 1_000 }, admin);
	const { order_id, saga_id, place, ended } = unled({
		lines: [{ location_id: "online", product_id: "5", quantity: 1 }],
	});
	await place();
	const paying = () => payments.list(shop, { ref_id: order_id }, as("auditor"));
	await until(paying, ({ items }) => items.length === 1);
	await databaseOf(shop, "orders").write((tx) =>
		tx.script(`update orders set placed_at = '2026-01-02T03:04:05.000Z' where id = '${order_id}'`),
	);
	const stands = { id: order_id, status: "PENDING" };
	expect(await orders.sweep(shop, {}, inside)).toMatchObject({ cancelled: 0 }); // its saga lives
	expect(await orders.get(shop, { id: order_id }, inside)).toMatchObject(stands);
	await databaseOf(shop, "saga").write((tx) =>
		tx.script(`update saga set finished_at = 1, wake_at = null where saga_id = '${saga_id}'`),
	);
	expect(await orders.sweep(shop, {}, inside)).toMatchObject({ cancelled: 1 });
	await payments.resetFailure(shop, {}, admin);
	expect(await ended()).toMatchObject({ status: "CANCELLED" });
	await until(paying, ({ items: [one] }) => one?.status === "REFUNDED");
	expect(await names("payments", order_id)).toEqual(["payments.captured", "payments.refunded"]);
	expect(await settled(shop, "5")).toBe(on_hand);
});

test("CLM-08 of an order with a coordinator nobody hears more than that it is not theirs", async () => {
	const due = () => databaseOf(shop, "payments").read((db) => db.query("select order_id from due"));
	const before = await due();
	const { status, order_id } = await buy(shop, [{ product_id: "1", quantity: 1 }]);
	expect(status).toBe("COMPLETED");
	await settled(shop, "1");
	expect(await due()).toEqual(before);
	for (const context of ["inventory", "payments"])
		expect(await names(context, order_id)).toEqual([]);
});

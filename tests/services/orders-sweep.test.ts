import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Database } from "../../mixins/database.mixin.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { PENDING } from "../../services/orders/orders.store.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { onSqlite } from "../support/on-sqlite.ts";
import { aSaga, saga, shop } from "../support/ordering.ts";
import { stub } from "../support/stub.ts";

const live = new Set<string>();
shop.createService(
	stub(sagas, {
		live: async ({ params }) => ({ saga_ids: params.saga_ids.filter((id) => live.has(id)) }),
	}),
);
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const db = () => (shop.getLocalService("orders") as unknown as { db: Database }).db;
const LONG_AGO = "2026-01-02T03:04:05.000Z";
const left = async () => {
	const order = aSaga();
	await order.create();
	await db().write((tx) =>
		tx.script(`update orders set placed_at = '${LONG_AGO}' where id = '${order.order_id}'`),
	);
	return order;
};

test("ORD-06 D14 an order that its saga has left pending is found and cancelled, one that it drives is not", async () => {
	const [stuck, driven, fresh] = [await left(), await left(), aSaga()];
	await fresh.create();
	live.add(driven.saga_id);

	expect(await orders.sweep(shop, {}, saga)).toEqual({ looked_at: 2, cancelled: 1 });
	expect(await stuck.status()).toBe("CANCELLED");
	expect(await driven.status()).toBe("PENDING");
	expect(await fresh.status()).toBe("PENDING");
});

onSqlite("ORD-06 the sweep reads pending orders only, however many were sold", async () => {
	const plan = await db().read((read) =>
		read.query<{ detail: string }>(`explain query plan ${PENDING}`, { before: LONG_AGO }),
	);
	expect(plan.map(({ detail }) => detail).join()).toContain("orders_pending");
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import moleculer, { type Middleware, type Service, type ServiceSchema } from "moleculer";
import { env } from "../../config/env.ts";
import { carts } from "../../services/carts/carts.contract.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import ordersService from "../../services/orders/orders.service.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import paymentsService from "../../services/payments/payments.service.ts";
import type { Provider } from "../../services/payments/provider.store.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import sagaService from "../../services/saga/saga.service.ts";
import {
	admin,
	chain,
	conserved,
	customer,
	databaseOf,
	inside,
	settled,
	shelf,
} from "../support/chain.ts";
import { until } from "../support/until.ts";

/** What becomes of a placing on its way: nothing, or its answer is lost, or itself. */
const fate: { next?: "answer" | "call" | undefined } = {};
const lossy: Middleware = {
	localAction(next, { name }) {
		if (name !== orders.place.action) return next;
		return async function lose(this: Service, ctx) {
			const lost = fate.next;
			fate.next = undefined;
			const gone = new moleculer.Errors.RequestTimeoutError({ action: name, nodeID: "test" });
			if (lost === "call") throw gone;
			const reply: unknown = await next.call(this, ctx);
			if (lost === "answer") throw gone;
			return reply;
		};
	},
};

const shop = chain(lossy);
const services: Record<string, ServiceSchema> = {
	inventory: inventoryService,
	orders: ordersService,
	payments: paymentsService,
	saga: sagaService,
};
const leave = (context: string) => shop.destroyService(shop.getLocalService(context));
const comeBack = async (context: string) => {
	shop.createService(services[context] as ServiceSchema);
	await shop.waitForServices(context, 10_000);
};
beforeAll(() => shop.start());
afterAll(() => shop.stop());
afterEach(() => payments.resetFailure(shop, {}, admin));

const BACKPACK = [{ product_id: "5", quantity: 1 }];
const place = (saga = "choreographed", who = customer(), products = BACKPACK): Promise<any> =>
	sagas.placeOrder(shop, { products, saga } as never, who).catch((err) => err);
const endOf = (saga_id: string) =>
	until(
		() => sagas.get(shop, { saga_id }, admin),
		({ finished_at }) => finished_at !== undefined,
	);
describe("an order that nobody leads waits for who is absent, and goes on", () => {
	test("CLM-08 CLM-07 without inventory it is only placed", async () => {
		const before = await shelf(shop, "5");
		await leave("inventory");
		const { saga_id } = await place();
		const placed = await until(
			() => sagas.get(shop, { saga_id }, admin),
			({ status }) => status === "ORDER_CREATED",
		);
		expect(placed).toMatchObject({ kind: "choreographed", name: "order-choreographed" });
		await comeBack("inventory");
		expect(await endOf(saga_id)).toMatchObject({ status: "COMPLETED" });
		expect(await settled(shop, "5")).toBe(Number(before.on_hand) - 1);
		await conserved(shop);
	});

	test("CLM-08 without payments its stock is held, for as long as it takes", async () => {
		const before = await shelf(shop, "5");
		await leave("payments");
		const { saga_id } = await place();
		await until(async () => (await shelf(shop, "5")).reserved === 1);
		expect(await inventory.expire(shop, { at: "2100-01-01T00:00:00.000Z" }, inside)).toEqual({
			expired: 0,
		});
		await comeBack("payments");
		expect(await endOf(saga_id)).toMatchObject({ status: "COMPLETED" });
		expect(await settled(shop, "5")).toBe(Number(before.on_hand) - 1);
		await conserved(shop);
	});

	test.each([
		["taken", 0, "COMPLETED"],
		["declined", 100, "COMPENSATED"],
	])("CLM-09 without orders it is paid, or not: %s", async (_, failure_rate, status) => {
		await payments.configureFailure(shop, { failure_rate, latency_ms: 700 }, admin);
		const { saga_id } = await place();
		const { order_id = "" } = await sagas.get(shop, { saga_id }, admin);
		const paid = () => payments.list(shop, { ref_id: order_id }, admin);
		await until(paying(order_id));
		await leave("orders");
		await until(paid, ({ items: [one] }) => one !== undefined && one.status !== "CREATED");
		await comeBack("orders");
		expect(await endOf(saga_id)).toMatchObject({ status });
		await settled(shop, "5");
		await conserved(shop);
	});
	const paying = (order_id: string) => async () =>
		(await payments.list(shop, { ref_id: order_id }, admin)).items.length === 1;

	test("CLM-08 without the saga service it ends all the same, and is told once that is back", async () => {
		await payments.configureFailure(shop, { failure_rate: 0, latency_ms: 500 }, admin);
		const { saga_id } = await place();
		const { order_id = "" } = await sagas.get(shop, { saga_id }, admin);
		await leave("saga");
		await until(
			() => orders.get(shop, { id: order_id }, inside),
			({ status }) => status === "CONFIRMED",
		);
		await comeBack("saga");
		expect(await endOf(saga_id)).toMatchObject({ status: "COMPLETED", order_id });
		await settled(shop, "5");
		await conserved(shop);
	});

	test("CLM-08 whose charge was made and not heard of is charged once", async () => {
		const { provider } = shop.getLocalService("payments") as unknown as { provider: Provider };
		const { charge } = provider;
		provider.charge = async (ask) => {
			await charge(ask);
			throw new Error("the line went dead");
		};
		const { saga_id } = await place();
		const { order_id = "" } = await sagas.get(shop, { saga_id }, admin);
		await until(paying(order_id));
		await leave("payments");
		await comeBack("payments");
		expect(await endOf(saga_id)).toMatchObject({ status: "COMPLETED" });
		await settled(shop, "5");
		await conserved(shop);
	});
});

describe("a placing that is lost", () => {
	test("CLM-08 after it was heard goes on by what was told of it", async () => {
		fate.next = "answer";
		const { saga_id, status } = await place();
		expect(status).toBe("started");
		expect(await endOf(saga_id)).toMatchObject({ status: "COMPLETED" });
		await settled(shop, "5");
		await conserved(shop);
	});

	test("CLM-08 before it was heard, as by a crash, is found and made again", async () => {
		fate.next = "call";
		const { saga_id } = await place();
		expect(await sagas.get(shop, { saga_id }, admin)).toMatchObject({ status: "PENDING" });
		await databaseOf(shop, "saga").write((tx) =>
			tx.script(`update saga set created_at = created_at - 60000 where saga_id = '${saga_id}'`),
		);
		await sagas.placeLeft(shop, {}, inside);
		expect(await endOf(saga_id)).toMatchObject({ status: "COMPLETED" });
		await settled(shop, "5");
		await conserved(shop);
	});

	test("CLM-08 G3 who has found nobody does not give up what another is placing", async () => {
		const saga = databaseOf(shop, "saga");
		const left = `from saga where state = 'PENDING' and finished_at is null`;
		const tried = (epoch: number) =>
			until(
				() => saga.read((db) => db.query<{ epoch: number }>(`select epoch ${left}`)),
				([one]) => one?.epoch === epoch,
			);
		await leave("orders");
		const first = place("choreographed", customer({ wait: 20 }));
		await tried(0);
		await saga.write((tx) => tx.script("update saga set created_at = created_at - 60000"));
		const other = sagas.placeLeft(shop, {}, inside);
		await tried(1);
		const over = sagas.placeLeft(shop, {}, inside).then(() => other);
		await until(() => saga.read((db) => db.query(`select 1 ${left} and epoch = 2`)));
		await over; // as the first is by now: nobody has it yet, and it is not over
		await comeBack("orders");
		await sagas.placeLeft(shop, {}, inside);
		const { saga_id } = await first;
		expect(await endOf(saga_id)).toMatchObject({ status: "COMPLETED" });
		await settled(shop, "5");
		await conserved(shop);
	}, 30_000);

	test.each(["orchestrated", "choreographed"])(
		"CLM-08 SAG-22 as there are no orders to hear it: Erreur vente, %s",
		async (saga) => {
			await leave("orders");
			const refused = await place(saga, customer({ wait: 20 }));
			await comeBack("orders");
			expect(refused).toMatchObject({ type: "SALE_UNAVAILABLE", code: 503 });
			const { saga_id } = refused.data;
			expect(await sagas.get(shop, { saga_id }, admin)).toMatchObject({
				status: "COMPENSATED",
				message: "Erreur vente",
			});
			await conserved(shop);
		},
		20_000,
	);
});

describe("a cart", () => {
	const buyer = () => customer({ wait: 20 });
	const checkedOut = async () => {
		const { id: cart_id } = await carts.current(shop, {}, buyer());
		await carts.addItem(shop, { cart_id, product_id: "5", quantity: 1 }, buyer());
		const status = async () => (await carts.get(shop, { cart_id }, buyer())).status;
		const answer: any = await carts.checkout(shop, { cart_id }, buyer()).catch((err) => err);
		return { cart_id, status, answer };
	};

	test("CLM-08 CRT-08 is sold once, whoever leads its order, and free again when that fails", async () => {
		Object.assign(env, { order_saga: "choreographed" });
		await payments.configureFailure(shop, { failure_rate: 100 }, admin);
		const refused = await checkedOut();
		expect(refused.answer).toMatchObject({ type: "PAYMENT_DECLINED" });
		await until(refused.status, (seen) => seen === "ACTIVE");

		await payments.resetFailure(shop, {}, admin);
		const { cart_id, status, answer } = await checkedOut();
		expect(cart_id).toBe(refused.cart_id);
		expect(answer).toMatchObject({ status: "COMPLETED" });
		Object.assign(env, { order_saga: "orchestrated" });
		const again = await carts.checkout(shop, { cart_id }, customer());
		expect(again.saga_id).toBe(answer.saga_id);
		await until(status, (seen) => seen === "CONVERTED");
		await settled(shop, "5");
		await conserved(shop);
	});
});

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import paymentsService from "../../services/payments/payments.service.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { as, broker } from "../support/broker.ts";
import { admin, buy, chain, databaseOf, inside, settled } from "../support/chain.ts";
import { TABLES } from "../support/dialect.ts";

const OWN = {
	identity: ["user_account", "api_key"],
	stores: ["location"],
	catalog: ["product", "category", "supplier", "barcode"],
	inventory: ["stock_level", "reservation", "stock_movement", "stock_alert"],
	customers: ["customer", "customer_address"],
	carts: ["cart", "cart_item"],
	orders: ["orders", "order_line", "shipment"],
	payments: ["payment", "refund"],
	saga: ["saga", "saga_history"],
};
/** What mixins bring: each context has its own. */
const MACHINERY =
	/^(sqlite_|outbox|inbox|dead_letter|errand|reaction|participant|demo$|migration|foreign|.*meta)/i;

describe("nine contexts in one process", () => {
	const node = chain();
	beforeAll(() => node.start());
	afterAll(() => node.stop());

	const tablesOf = async (context: string) => {
		const found = await databaseOf(node, context).read((db) => db.query<{ name: string }>(TABLES));
		return found.map(({ name }) => name).filter((name) => !MACHINERY.test(name));
	};

	test("D2 INV-01 ORD-01 PAY-01 SAG-01 CUS-01 CRT-01 CAT-01 each owns its tables, in a database of its own, and no two own one", async () => {
		const owners = new Map<string, string>();
		for (const [context, expected] of Object.entries(OWN)) {
			const tables = await tablesOf(context);
			expect(tables).toEqual(expect.arrayContaining(expected));
			for (const name of tables) {
				expect([name, owners.get(name)]).toEqual([name, undefined]);
				owners.set(name, context);
			}
		}
	});

	test("INV-01 levels, reservations, movements, limits and alerts change together", async () => {
		const [product_id, location] = ["12", "online"];
		const limits = { min_qty: 99, max_qty: 120 };
		const head = as("head_office");
		await inventory.setLimits(node, { product_id, location, ...limits }, head);
		const lines = [{ product_id, location_id: location, quantity: 2 }];
		const hold = { owner_type: "cart" as const, owner_id: "ord_rows", lines };
		await inventory.reserve(node, hold, inside);

		const { levels } = await inventory.get(node, { product_id, location }, admin);
		expect(levels).toMatchObject([{ on_hand: 98, reserved: 2, ...limits }]);
		const { items } = await inventory.movements(node, { product_id, location, limit: 1 }, admin);
		expect(items).toMatchObject([{ type: "reserve", on_hand_delta: -2, ref_id: "ord_rows" }]);
		const alerts = await inventory.alerts(node, { product: product_id, location }, head);
		expect(alerts.items).toMatchObject([{ kind: "low", level: 98 }]);

		await inventory.release(node, { owner_id: "ord_rows" }, inside);
		expect(await settled(node, product_id)).toBe(100);
		expect((await inventory.alerts(node, { product: product_id, location }, head)).items).toEqual(
			[],
		);
	});

	test("ORD-01 INV-24 SAG-19 an order is its own, and what was paid for it is given back with its stock", async () => {
		const before = await settled(node, "7");
		const placed = await buy(node, [{ product_id: "7", quantity: 3 }]);
		expect(placed).toMatchObject({ status: "COMPLETED" });
		expect(await settled(node, "7")).toBe(before! - 3);
		const { order_id: id, payment_id } = placed;
		const who = as("customer", { customer_id: "1" }, { wait: 20, idempotency_key: "rows-cancel" });
		await sagas.cancelOrder(node, { id }, who);

		expect(await settled(node, "7")).toBe(before);
		expect(await orders.get(node, { id }, inside)).toMatchObject({ status: "CANCELLED" });
		expect(await payments.get(node, { id: payment_id }, as("head_office"))).toMatchObject({
			status: "REFUNDED",
			refunded_cents: placed.total_cents,
		});
	});

	test("SAG-01 SAG-02 SAG-03 the definitions that run are those of sagas/, and their steps have these labels", async () => {
		const { items } = await sagas.definitions(node, {}, admin);
		const driven = items.filter(({ kind }) => kind === "orchestrated");
		expect(driven.map(({ name }) => name)).toEqual(["order-processing", "order-cancellation"]);
		const { saga_id } = await buy(node, [{ product_id: "8", quantity: 1 }]);
		const { steps } = await sagas.get(node, { saga_id }, admin);
		expect(steps.map(({ step, label }) => [step, label])).toEqual([
			["CHECK_STOCK", "Vérification de Stock"],
			["RESERVE_STOCK", "Réservation de Stock"],
			["CREATE_ORDER", "Création de la commande"],
			["PROCESS_PAYMENT", "Paiement"],
			["CONFIRM_ORDER", "Confirmation ou annulation de stock"],
		]);
	});
});

describe("payments alone", () => {
	const node = broker([paymentsService]);
	beforeAll(() => node.start());
	afterAll(() => node.stop());

	test("PAY-01 PAY-02 takes money and gives it back with no other context there", async () => {
		const paid = await payments.capture(
			node,
			{ order_id: "ord_alone", amount_cents: 1_150, payment_method: "credit_card" },
			{ headers: { ...inside.headers, saga_id: "saga_alone", saga_step: "PROCESS_PAYMENT" } },
		);
		expect(paid).toMatchObject({ status: "CAPTURED", captured_cents: 1_150 });
		await payments.refundOrder(
			node,
			{ order_id: "ord_alone" },
			{ headers: { ...inside.headers, saga_id: "saga_undo", saga_step: "REFUND_ORDER" } },
		);
		expect(await payments.get(node, { id: paid.id }, as("head_office"))).toMatchObject({
			status: "REFUNDED",
			refunded_cents: 1_150,
		});
	});
});

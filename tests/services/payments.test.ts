import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { env } from "../../config/env.ts";
import { forbidden } from "../../lib/scope.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { stepUndone } from "../../mixins/participant.mixin.ts";
import {
	paymentDeclined,
	paymentNotFound,
	payments,
	refundExceedsCaptured,
} from "../../services/payments/payments.contract.ts";
import paymentsService from "../../services/payments/payments.service.ts";
import { as, broker } from "../support/broker.ts";
import { onSqlite } from "../support/on-sqlite.ts";

const shop = broker([paymentsService]);
beforeAll(() => shop.start());
afterAll(() => shop.stop());
afterEach(() => payments.resetFailure(shop, {}, admin));

const CARD = "4111111111111111";
const admin = as("admin");
const cashier = as("cashier", { location_id: "1" });
const manager = as("store_manager", { location_id: "1" });

let orders = 0;
const anOrder = (amount_cents = 15_999) => {
	const order_id = `ord_${++orders}`;
	const headers = { saga_id: `saga_${orders}`, saga_step: "PROCESS_PAYMENT" };
	const charge = { order_id, amount_cents, payment_method: "credit_card" as const };
	return {
		order_id,
		capture: (over = {}) =>
			payments.capture(shop, { ...charge, ...over }, { headers }).catch((err) => err),
		undo: () => payments.refund(shop, { order_id }, { headers }),
		pay: (over = {}) => payments.process(shop, { ...charge, ...over }, cashier),
		kept: async () => {
			const { items } = await payments.list(shop, { ref_id: order_id }, cashier);
			return items.map(({ status, captured_cents, refunded_cents }) => ({
				status,
				captured_cents,
				refunded_cents,
			}));
		},
		give: (saga_step: string) =>
			payments.refundOrder(shop, { order_id }, { headers: { ...headers, saga_step } }),
	};
};
const refund = (id: string, params: { amount_cents?: number; reason?: string } = {}) =>
	payments.refundPayment(shop, { id, ...params }, manager).catch((err) => err);

describe("the demo", () => {
	test("PAY-08 has payments 789 and 790, of orders 456 and 457", async () => {
		const [of456, of457] = await Promise.all(
			["789", "790"].map((id) => payments.get(shop, { id }, cashier)),
		);
		expect(of456).toMatchObject({ ref_id: "456", captured_cents: 17_246, card_last4: "1111" });
		expect(of457).toMatchObject({ ref_id: "457", captured_cents: 4_599, method: "credit_card" });
	});
	test("PAY-02 has payments that the provider can give back", async () => {
		expect(await refund("790", { amount_cents: 599 })).toMatchObject({ status: "SUCCEEDED" });
		expect(await refund("790")).toMatchObject({ amount_cents: 4_000 });
	});
});

describe("a card", () => {
	test("PAY-07 is kept as its brand and its last four digits, and nowhere as its number", async () => {
		const token = await payments.tokenise(shop, { card: "4111 1111 1111 1111" });
		expect(token).toMatchObject({ card_brand: "visa", card_last4: "1111" });
		const { payment_token } = token;
		expect(await anOrder().capture({ payment_token })).toMatchObject({ card_last4: "1111" });
		expect(await anOrder().pay({ card: CARD })).toMatchObject({ card_brand: "visa" });
	});
	test("PAY-07 with another token than ours pays for nothing", async () => {
		const order = anOrder();
		expect(paymentDeclined.is(await order.capture({ payment_token: "tok_forged" }))).toBe(true);
		expect(await order.kept()).toEqual([]);
	});
	test("PAY-08 is not asked for: credit_card without one is the demo's, and cash has none", async () => {
		expect(await anOrder().capture()).toMatchObject({ method: "credit_card", status: "CAPTURED" });
		expect(await anOrder().capture({ payment_method: "cash" })).toMatchObject({ method: "cash" });
	});
	test("with letters, or too short, is malformed", async () => {
		await expect(payments.tokenise(shop, { card: "4111 1111 abc 1" })).rejects.toMatchObject({
			code: 422,
		});
		await expect(payments.tokenise(shop, { card: "4111        1111" })).rejects.toMatchObject({
			type: "VALIDATION_ERROR",
		});
	});
});

describe("the simulated provider", () => {
	test("CLM-09 refuses what its configuration names, and nothing else, until it is reset", async () => {
		const config = { failure_rate: 100, operations: ["refund" as const] };
		await payments.configureFailure(shop, config, admin);
		expect(await payments.failureConfig(shop, {}, admin)).toMatchObject(config);
		const { id, status } = await anOrder().pay();
		expect(status).toBe("CAPTURED");
		expect(refundExceedsCaptured.is(await refund(id))).toBe(true);
		expect(await payments.resetFailure(shop, {}, admin)).not.toHaveProperty("operations");
		expect(await refund(id)).toMatchObject({ status: "SUCCEEDED" });
	});
	test("PAY-04 PAY-07 declines 99.99 when told to, and takes 159.99", async () => {
		const wanted = { failure_rate: 100, failure_amounts: [99.99] };
		const told = await payments.configureFailureAmounts(shop, wanted, admin);
		expect(told).toMatchObject({ failure_rate: 100, failure_amounts_cents: [9_999] });
		const declined = anOrder(9_999);
		expect(paymentDeclined.is(await declined.capture())).toBe(true);
		expect(await declined.kept()).toMatchObject([{ status: "FAILED", captured_cents: 0 }]);
		expect(await anOrder(15_999).capture()).toMatchObject({ status: "CAPTURED" });
	});
	test("PAY-03 without amounts declines any, and with a latency takes its time", async () => {
		const config = { failure_rate: 100, latency_ms: 50 };
		await payments.configureFailure(shop, config, admin);
		const before = performance.now();
		expect(paymentDeclined.is(await anOrder().capture())).toBe(true);
		expect(performance.now() - before).toBeGreaterThan(45);
		expect(await payments.failureConfig(shop, {}, admin)).toMatchObject(config);
	});
	test("PAY-03 forgets what it was told once that has expired", async () => {
		const config = { failure_rate: 100, expires_at: "2020-01-01T00:00:00.000Z" };
		await payments.configureFailure(shop, config, admin);
		expect(await anOrder().capture()).toMatchObject({ status: "CAPTURED" });
	});
	test("PAY-05 takes everything again after a reset", async () => {
		await payments.configureFailure(shop, { failure_rate: 100 }, admin);
		await payments.resetFailure(shop, {}, admin);
		expect(await anOrder(9_999).capture()).toMatchObject({ status: "CAPTURED" });
	});
	test("PAY-04 takes orders from an admin only, and never in production", async () => {
		const asked = (who: object) =>
			payments.configureFailure(shop, { failure_rate: 1 }, who).catch((err) => err);
		expect(forbidden.is(await asked(manager))).toBe(true);
		Object.assign(env, { production: true });
		expect(forbidden.is(await asked(admin))).toBe(true);
		Object.assign(env, { production: false });
	});
	test("PAY-04 refuses amounts of more than two decimals", async () => {
		const wanted = { failure_rate: 100, failure_amounts: [99.999] };
		await expect(payments.configureFailureAmounts(shop, wanted, admin)).rejects.toMatchObject({
			type: "AMOUNT_PRECISION",
		});
	});
});

describe("a payment at the counter", () => {
	test("PAY-06 is taken in cents, or in dollars by its alias", async () => {
		const { id } = await anOrder(1_234).pay();
		expect(await payments.get(shop, { id }, manager)).toMatchObject({ amount_cents: 1_234 });
		const order = { order_id: "ord_alias", amount: "159.99", card: CARD };
		const paid = await payments.processAmount(shop, order, cashier);
		expect(paid).toMatchObject({ amount_cents: 15_999, method: "credit_card" });
		await expect(
			payments.processAmount(shop, { order_id: "ord_alias" }, cashier),
		).rejects.toMatchObject({ code: 422 });
	});
	test("PAY-02 is given back in parts, and never more than it was", async () => {
		const { id } = await anOrder(1_000).pay();
		expect(await refund(id, { amount_cents: 400, reason: "Défaut" })).toMatchObject({
			amount_cents: 400,
			reason: "Défaut",
		});
		expect(await payments.get(shop, { id }, manager)).toMatchObject({
			status: "PARTIALLY_REFUNDED",
		});
		const rest = await Promise.all([1, 2, 3].map(() => refund(id, { amount_cents: 600 })));
		expect(rest.filter((answer) => refundExceedsCaptured.is(answer))).toHaveLength(2);
		expect(await payments.get(shop, { id }, manager)).toMatchObject({
			status: "REFUNDED",
			refunded_cents: 1_000,
		});
		expect(refundExceedsCaptured.is(await refund(id))).toBe(true);
		expect(paymentNotFound.is(await refund("pay_none"))).toBe(true);
	});
});

describe("an Idempotency-Key", () => {
	const keyed = (who: typeof cashier, idempotency_key: string) => ({
		headers: { ...who.headers, idempotency_key },
	});
	const order = { order_id: "ord_keyed", payment_method: "credit_card" as const, card: CARD };

	test("U-07 PAY-02 takes one payment, and gives one refund, however often they are asked", async () => {
		const pay = (amount_cents: number) =>
			payments.process(shop, { ...order, amount_cents }, keyed(cashier, "k1"));
		const [first, second] = await Promise.all([pay(500), pay(500)]);
		expect(second).toEqual(first);
		expect((await payments.list(shop, { ref_id: "ord_keyed" }, cashier)).items).toHaveLength(1);
		await expect(pay(600)).rejects.toMatchObject({ type: "IDEMPOTENCY_KEY_REUSED", code: 409 });

		const back = () =>
			payments.refundPayment(shop, { id: first.id, amount_cents: 200 }, keyed(manager, "k2"));
		expect(await back()).toEqual(await back());
		expect(await payments.get(shop, { id: first.id }, cashier)).toMatchObject({
			refunded_cents: 200,
		});
	});
	test("U-07 is within its caller: another's same key is another payment", async () => {
		const one = await payments.process(shop, { ...order, amount_cents: 1 }, keyed(cashier, "k3"));
		const other = keyed(as("cashier", { actor: "usr_2", location_id: "1" }), "k3");
		const two = await payments.process(shop, { ...order, amount_cents: 1 }, other);
		expect(two.id).not.toBe(one.id);
	});
});

describe("a saga's payment", () => {
	test("PAY-10 is given back by its undo, once, and refuses a late capture", async () => {
		const order = anOrder();
		await order.capture();
		await Promise.all([order.undo(), order.undo()]);
		expect(await order.kept()).toMatchObject([{ status: "REFUNDED", refunded_cents: 15_999 }]);
		expect(stepUndone.is(await order.capture())).toBe(true);
	});
	test("PAY-10 that was never begun leaves a tombstone: a late capture takes nothing", async () => {
		const order = anOrder();
		await order.undo();
		expect(stepUndone.is(await order.capture())).toBe(true);
		expect(await order.kept()).toEqual([]);
	});
	test("ORD-05 is given back whole by a cancellation, however often it is asked", async () => {
		const order = anOrder(1_000);
		const { id } = await order.capture();
		await refund(id, { amount_cents: 300 });
		expect(await order.give("REFUND_ORDER")).toEqual({ refunded_cents: 700 });
		expect(await order.give("REFUND_ORDER")).toEqual({ refunded_cents: 700 });
		expect(await order.give("REFUND_AGAIN")).toEqual({ refunded_cents: 0 });
		await expect(anOrder().give("REFUND_ORDER")).rejects.toMatchObject({
			type: "PAYMENT_NOT_FOUND",
		});
	});
});

describe("around the code", () => {
	const database = () => (shop.getLocalService("payments") as unknown as { db: Database }).db;
	const breaks = (sql: string) =>
		expect(database().write((tx) => tx.query(sql))).rejects.toThrow(/constraint/i);

	test("PAY-02 the database itself refuses more refunds than captured, and a key used twice", async () => {
		await breaks("update payment set refunded_cents = captured_cents + 1 where id = '789'");
		await breaks("update payment set captured_cents = amount_cents + 1 where id = '789'");
		await breaks("update payment set status = 'FAILED' where id = '789'");
		await breaks("update payment set key = 'demo:789' where id = '790'");
		await breaks("update payment set card_last4 = '4111111111111111' where id = '789'");
		const claim = (id: string) =>
			`insert into refund (id, key, effect, payment_id, ref_type, ref_id, amount_cents, status,
				created_at, disposition, lines)
			values ('${id}', '${id}', 'x', '789', 'claim', 'clm_1', 1, 'PENDING', '2026-03-01', 'none', '[]')`;
		await database().write((tx) => tx.query(claim("rfd_1")));
		await breaks(claim("rfd_2"));
	});
});

// The last: by then every kind of request has been made.
onSqlite("PAY-07 no card number is in any file, nor one that was refused", async () => {
	const files = globSync(join(env.data_dir, "*"));
	expect(files.length).toBeGreaterThan(1);
	for (const file of files) {
		const bytes = readFileSync(file, "latin1");
		expect([file, bytes.includes(CARD), bytes.includes("4111 1111")]).toEqual([file, false, false]);
	}
});

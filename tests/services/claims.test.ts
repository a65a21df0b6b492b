import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { claims } from "../../services/claims/claims.contract.ts";
import { as } from "../support/broker.ts";
import { counter, headOffice, manager } from "../support/claiming.ts";
import { failure } from "../support/failure.ts";

const { shop, rows, buys, file, facts, customer } = counter();
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const cashier = as("cashier", { location_id: "1", actor: "caissier_1" });
const refused = async (work: Promise<unknown>) => {
	const { type, code, data } = await failure(work);
	return { type, code, data };
};
const small = { net_cents: 4_000, gst_cents: 200, qst_cents: 399, product_id: "product_123" };

describe("filing", () => {
	test("CLM-02 CLM-03 the demo's claim is taken, with a snapshot of what was bought", async () => {
		const order = buys({ ...small, customer_id: "customer_001" });
		const { customer_id: _, ...purchase } = order;
		const claim = await claims.submit(
			shop,
			{
				customer_id: "customer_001",
				claim_type: "product_defect",
				description: "Produit défectueux",
				product_id: "product_123",
			},
			customer("customer_001"),
		);
		expect(claim).toMatchObject({
			id: expect.stringMatching(/^clm_/),
			claim_no: claim.id.slice(-8),
			customer_id: "customer_001",
			quantity: 1,
			order_id: order.order_id,
			location_id: "online",
			purchase: { ...purchase, claimed_before: 0 },
		});
	});

	test("CLM-01 up to 50 $ a claim approves itself, by rule, and says so at once", async () => {
		const claim = await file(buys(small), { claim_type: "wrong_item" });
		expect(claim).toMatchObject({
			status: "APPROVED",
			granted: 1,
			amount_cents: 4_599,
			disposition: "restock",
			decided_by: "rule",
		});
		expect((await facts(claim)).map(({ event }) => event)).toEqual([
			"claims.submitted",
			"claims.approved",
		]);
	});

	test("CLM-01 AUD-05 above it waits for a person; its facts are its events, word for word", async () => {
		const claim = await file(buys());
		expect(claim.status).toBe("SUBMITTED");
		const { items } = await claims.history(shop, { id: claim.id }, customer());
		expect(items).toMatchObject([
			{ version: 1, type: "submitted", status: "SUBMITTED", actor: "test_customer" },
		]);
		const events = items.map(({ type, data }) => ({ event: `claims.${type}`, ...data }));
		expect(await facts(claim)).toEqual(events);
	});

	test("CLM-02 without an order named, the latest that has units left is taken", async () => {
		const mine = { customer_id: "2", product_id: "9" };
		const [old, latest] = [buys(mine), buys(mine)];
		const any = { ...latest, order_id: undefined as never };
		const order_id = async () => (await file(any)).order_id;
		expect([await order_id(), await order_id()]).toEqual([latest.order_id, old.order_id]);
		expect(await refused(file(any))).toMatchObject({ type: "ALREADY_CLAIMED", code: 409 });
	});

	test("CLM-10 a request repeated with its key files one claim", async () => {
		const order = buys();
		const again = as("customer", { customer_id: "1" }, { idempotency_key: "once" });
		const [first, second] = await Promise.all([file(order, {}, again), file(order, {}, again)]);
		expect(second).toEqual(first);
		expect(await refused(file(order, { quantity: 2 }, again))).toMatchObject({ code: 409 });
	});
});

describe("bad input", () => {
	test("CLM-02 a product never bought is refused with a code; so is an order that has no such line", async () => {
		const never = { customer_id: "3", product_id: "7", order_id: undefined as never };
		const order = buys({ customer_id: "3", product_id: "8" });
		const none = { type: "NOT_PURCHASED", code: 422 };
		expect(await refused(file({ ...order, ...never }))).toMatchObject(none);
		expect(await refused(file({ ...order, product_id: "7" }))).toMatchObject(none);
		const counterClaim = { customer_id: "3", product_id: "7" };
		expect(await refused(file(order, counterClaim, cashier))).toMatchObject(none);
	});

	test("CLM-02 another customer's purchase, or name, is not found", async () => {
		const order = buys({ customer_id: "4" });
		expect(await refused(file(order, {}, customer("5")))).toMatchObject({ type: "NOT_PURCHASED" });
		expect(await refused(file(order, { customer_id: "4" }, customer("5")))).toMatchObject({
			type: "CUSTOMER_NOT_FOUND",
			code: 404,
		});
	});

	test("CLM-02 unknown customers and products are the request's fault", async () => {
		const order = { ...buys(), order_id: undefined as never };
		const unknown = (over: object) => refused(file(order, over, cashier));
		expect(await unknown({ customer_id: "99999" })).toMatchObject({
			type: "CUSTOMER_NOT_FOUND",
			code: 422,
		});
		expect(await unknown({ customer_id: "1", product_id: "nothing" })).toMatchObject({
			type: "PRODUCT_NOT_FOUND",
			code: 422,
		});
	});

	test("CLM-02 the same line twice, and more than was bought, are refused", async () => {
		const one = buys();
		await file(one);
		expect(await refused(file(one))).toMatchObject({ type: "ALREADY_CLAIMED", code: 409 });
		const three = buys({ quantity: 3 });
		await file(three, { quantity: 2 });
		expect(await refused(file(three, { quantity: 2 }))).toMatchObject({
			type: "CLAIM_EXCEEDS_PURCHASE",
			code: 409,
			data: { available: 1 },
		});
	});

	test.each([
		["a quantity of none", { quantity: 0 }],
		["a type that is none", { claim_type: "bored" }],
		["no description", { description: " " }],
		["a field that nobody knows", { refund_cents: 1 }],
	])("CLM-02 %s is malformed", async (_, over) => {
		expect(await refused(file(buys(), over))).toMatchObject({ type: "VALIDATION_ERROR" });
	});

	test("CLM-02 U-01 of 20 claims of one unit at once, one is filed", async () => {
		const order = buys();
		const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => file(order)));
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		for (const outcome of outcomes)
			if (outcome.status === "rejected") expect(outcome.reason.type).toBe("ALREADY_CLAIMED");
		const { order_id } = order;
		expect(
			await rows("select id from claim where order_id = $order_id", { order_id }),
		).toHaveLength(1);
	});
});

describe("what a person must settle", () => {
	const paper = { customer_id: "walk_in", order_id: undefined as never, product_id: "6" };

	test("CLM-01 a receipt of paper, and cash, go to a person; only head office closes them", async () => {
		const [receipt, cash] = [
			await file({ ...buys(), ...paper }, {}, cashier),
			await file(buys({ ...small, payment_method: "cash" })),
		];
		expect(receipt).toMatchObject({ status: "MANUAL_REVIEW", filed_in: "1", location_id: "1" });
		expect(receipt.purchase).toBeUndefined();
		expect(cash).toMatchObject({ status: "MANUAL_REVIEW", purchase: { payment_method: "cash" } });
		for (const { id } of [receipt, cash]) {
			expect(
				await refused(claims.approve(shop, { id, disposition: "none" }, headOffice)),
			).toMatchObject({ type: "WRONG_STATE", data: { state: "MANUAL_REVIEW" } });
			const reason = "remboursé à la caisse";
			expect(await refused(claims.close(shop, { id, reason }, manager))).toMatchObject({
				type: "FORBIDDEN",
			});
			const closed = await claims.close(shop, { id, reason }, headOffice);
			expect(closed).toMatchObject({ status: "CLOSED", reason });
		}
	});

	test("CLM-01 whoever comes to the counter is not given another's order", async () => {
		buys({ ...paper, order_id: "ord_of_somebody" });
		const claim = await file({ ...buys(), ...paper }, { product_id: "6" }, cashier);
		expect(claim.order_id).toBeUndefined();
		const named = await file({ ...buys(), ...paper, order_id: "ord_of_somebody" }, {}, cashier);
		expect(named.order_id).toBe("ord_of_somebody");
	});
});

describe("who sees a claim", () => {
	test("AUT-20 AUT-21 a customer its own, a store what it sold or filed, head office all", async () => {
		const here = await file(buys({ customer_id: "6", location_id: "1" }));
		const online = await file(buys({ customer_id: "6" }));
		const filed = await file(buys({ customer_id: "6" }), { customer_id: "6" }, cashier);
		const seen = async (who: object) => {
			const { items } = await claims.list(shop, { customer_id: "6" }, who);
			const ids = items.map(({ id }) => id);
			for (const { id } of [here, online, filed]) {
				const one = await failure(claims.get(shop, { id }, who));
				const history = await failure(claims.history(shop, { id }, who));
				expect([one?.type, history?.type]).toEqual(
					ids.includes(id) ? [undefined, undefined] : ["CLAIM_NOT_FOUND", "CLAIM_NOT_FOUND"],
				);
			}
			return ids.toReversed();
		};
		expect(await seen(customer("6"))).toEqual([here.id, online.id, filed.id]);
		expect(await seen(headOffice)).toEqual([here.id, online.id, filed.id]);
		expect(await seen(manager)).toEqual([here.id, filed.id]);
		expect(await seen(as("store_manager", { location_id: "2" }))).toEqual([]);
		expect(await seen(as("cashier"))).toEqual([]);

		const { items } = await claims.list(shop, { customer_id: "6" }, customer("1"));
		expect(items.every(({ customer_id }) => customer_id === "1")).toBe(true);
		expect((await failure(claims.get(shop, { id: here.id }, customer("1")))).code).toBe(404);
	});

	test("CLM-01 lists go page by page, by state", async () => {
		const [first, second] = [
			await file(buys({ customer_id: "7" })),
			await file(buys({ customer_id: "7" })),
		];
		await file(buys({ ...small, customer_id: "7" }));
		const query = { customer_id: "7", status: "SUBMITTED" as const, limit: 1 };
		const page = await claims.list(shop, query, headOffice);
		const rest = await claims.list(shop, { ...query, cursor: page.next_cursor! }, headOffice);
		expect([...page.items, ...rest.items]).toEqual([second, first]);
		expect(rest.next_cursor).toBeUndefined();
	});
});

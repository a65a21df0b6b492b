import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { keyReused } from "../../lib/idempotency.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
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
import { failure } from "../support/failure.ts";
import { until } from "../support/until.ts";

const shop = chain();
beforeAll(() => shop.start());
afterAll(() => shop.stop());
afterEach(() => payments.resetFailure(shop, {}, admin));

const TWO_AND_ONE = [
	{ product_id: "1", quantity: 2 },
	{ product_id: "5", quantity: 1 },
];
const NONE_LEFT = [{ product_id: "2", quantity: 1, location: "1" }];

describe.each(["orchestrated", "choreographed"] as const)("an order that is %s", (saga) => {
	const buy = (products: object[], more: object = {}, who = customer({ wait: 20 })): Promise<any> =>
		sagas.placeOrder(shop, { products, saga, ...more } as never, who).catch((err) => err);
	const sagaOf = (saga_id: string) => sagas.get(shop, { saga_id }, admin);

	test("CLM-08 SAG-09 is confirmed, paid, and answered the same", async () => {
		const { on_hand } = await shelf(shop, "1");
		const answer = await buy(TWO_AND_ONE);
		expect(answer).toEqual({
			saga_id: expect.stringMatching(/^saga_/),
			status: "COMPLETED",
			message: "Commande confirmée",
			order_id: expect.stringMatching(/^ord_/),
			payment_id: expect.stringMatching(/^pay_/),
			total_cents: 17_246,
		});
		const order = await orders.get(shop, { id: answer.order_id }, inside);
		expect(order).toMatchObject({ status: "CONFIRMED", mode: saga, saga_id: answer.saga_id });
		expect(await sagaOf(answer.saga_id)).toMatchObject({
			status: "COMPLETED",
			message: "Commande confirmée",
			order_id: answer.order_id,
			customer_id: "1",
		});
		expect(await settled(shop, "1")).toBe(Number(on_hand) - 2);
		await conserved(shop);
	});

	test("CLM-08 SAG-21 that finds no stock says so, and is compensated", async () => {
		const refused = await buy(NONE_LEFT);
		expect(refused).toMatchObject({
			...{ type: "OUT_OF_STOCK", code: 409, message: "Not enough stock (0 available)." },
			data: { available: 0, wanted: 1, product_id: "2", location_id: "1" },
		});
		expect(await sagaOf(refused.data.saga_id)).toMatchObject({
			status: "COMPENSATED",
			message: "Stock insuffisant",
			error: { code: "OUT_OF_STOCK", message: "Not enough stock (0 available)." },
		});
		await conserved(shop);
	});

	test("CLM-08 CLM-09 SAG-23 whose card is declined gives its stock back", async () => {
		const { on_hand } = await shelf(shop, "5");
		await payments.configureFailure(shop, { failure_rate: 100 }, admin);
		const refused = await buy(TWO_AND_ONE, { payment_info: { card: "4242 4242 4242 4242" } });
		expect(refused).toMatchObject({ type: "PAYMENT_DECLINED", code: 402 });
		expect(await sagaOf(refused.data.saga_id)).toMatchObject({
			status: "COMPENSATED",
			message: "Échec de la commande (checkout)",
			error: { step: "PROCESS_PAYMENT", code: "PAYMENT_DECLINED" },
		});
		expect(await settled(shop, "5")).toBe(on_hand);
		await conserved(shop);
	});

	test.each([
		["SAG-20 for nobody that we know", { customer_id: "99999" }, "CUSTOMER_NOT_FOUND", 422],
		["at another total", { payment_info: { expected_total_cents: 1 } }, "TOTAL_CHANGED", 409],
		[
			"for another province",
			{
				shipping_address: {
					...{ line1: "1 Bank St", city: "Ottawa", province: "ON", postal_code: "K1P 5N7" },
				},
			},
			"PROVINCE_NOT_SERVED",
			422,
		],
	])("CLM-08 %s is refused with the same code, and leaves nothing", async (_, more, type, code) => {
		const who = "customer_id" in more ? { headers: { ...admin.headers, wait: 20 } } : undefined;
		const { on_hand } = await shelf(shop, "1");
		const refused = await buy(TWO_AND_ONE, more, who);
		expect(refused).toMatchObject({ type, code, data: { saga_id: expect.any(String) } });
		expect(await sagaOf(refused.data.saga_id)).toMatchObject({
			status: "COMPENSATED",
			error: { step: "CREATE_ORDER", code: type },
		});
		expect(await settled(shop, "1")).toBe(on_hand);
		await conserved(shop);
	});

	test("CLM-08 of what the catalogue does not know is refused before anything", async () => {
		const refused = await buy([{ product_id: "no_such_thing", quantity: 1 }]);
		expect(refused).toMatchObject({ type: "PRODUCT_NOT_FOUND", code: 422 });
	});

	test("CLM-08 SAG-09 SAG-21 SAG-23 says the same sentences to who asked for one", async () => {
		const say = (location: string, product_id: string) =>
			sagas.buy(
				shop,
				{ user: "John", cart: [{ location, product_id, quantity: 1 }], saga },
				customer(),
			);
		expect(await say("online", "1")).toEqual({
			message: "Commande confirmée",
			saga_id: expect.any(String),
		});
		expect(await say("1", "2")).toEqual({
			message: "Stock insuffisant",
			saga_id: expect.any(String),
			error: '{"message":"Stock insuffisant (0 disponibles)."}',
		});
		await payments.configureFailure(shop, { failure_rate: 100 }, admin);
		expect(await say("online", "1")).toEqual({
			message: "Échec de la commande (checkout)",
			saga_id: expect.any(String),
		});
	});

	test("CLM-08 asked for again by the same key is the same one, and is seen at once", async () => {
		const key = { idempotency_key: `again-${saga}`, idempotency_hash: "one" };
		const asked = () => buy(TWO_AND_ONE, {}, customer(key));
		const answers = await Promise.all([asked(), asked(), asked()]);
		const [{ saga_id }] = answers;
		for (const one of answers) expect(one).toMatchObject({ saga_id, status: "started" });
		const { order_id, status } = await sagaOf(saga_id);
		expect(status).toEqual(expect.any(String));

		const ended = await buy(TWO_AND_ONE, {}, customer({ ...key, wait: 20 }));
		expect(ended).toMatchObject({ saga_id, status: "COMPLETED", order_id });
		const other = await buy(NONE_LEFT, {}, customer({ ...key, idempotency_hash: "other" }));
		expect(keyReused.is(other)).toBe(true);
		const mine = await databaseOf(shop, "orders").read((db) =>
			db.query("select id from orders where saga_id = $saga_id", { saga_id }),
		);
		expect(mine).toHaveLength(1);
		await settled(shop, "1");
	});

	test("CLM-08 SAG-15 of 50 buyers of one unit, one has it", async () => {
		const shelfOf = { product_id: "8", location: "online" };
		await inventory.setLevel(shop, { ...shelfOf, quantity: 1, reason: "race" }, admin);
		const one = [{ product_id: "8", quantity: 1 }];
		const answers = await Promise.all(Array.from({ length: 50 }, () => buy(one)));
		const won = answers.filter(({ status }) => status === "COMPLETED");
		const lost = answers.filter(({ type }) => type === "OUT_OF_STOCK");
		expect([won.length, lost.length]).toEqual([1, 49]);
		await until(async () => (await shelf(shop, "8")).reserved === 0);
		expect(await shelf(shop, "8")).toEqual({ on_hand: 0, reserved: 0 });
		await conserved(shop);
	}, 60_000);

	test("CLM-08 cannot be asked in a third way", async () => {
		const err = await failure(
			sagas.placeOrder(shop, { products: TWO_AND_ONE, saga: "other" } as never, customer()),
		);
		expect(err).toMatchObject({ type: "VALIDATION_ERROR" });
	});
});

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buy, endOf, everything, ORDER, reconciled, settled, stockOf } from "../support/buying.ts";
import { type Answer, type Client, client, once } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(120_000);

const BUYERS = 200;
const CALLS = 50;
const TRIES = 8;
const SCARCE = "7";

let product: Product;
let shop: Client;
let [buyer, admin] = ["", ""];

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	[buyer, admin] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const leave = (product_id: string, quantity: number) =>
	shop.put(`/api/v1/stock/${product_id}`, {
		token: admin,
		body: { location: "online", quantity, reason: "Ce qui reste" },
	});
/** On a starved machine calls time out and circuits open: whose order was undone, or lost, orders again. */
async function told(body: object): Promise<Answer> {
	let headers = once();
	for (let tries = 1; ; tries++) {
		const answer = await buy(shop, buyer, { headers, body });
		if (answer.status < 500 || tries === TRIES) return answer;
		if (answer.body.saga_id) headers = once(); // undone: this key will hear the same for ever
		await sleep(1_000 * Number(answer.headers.get("retry-after") ?? 1));
	}
}
const paymentsOfOrders = async () =>
	(await everything(shop, admin, "/api/v1/payments")).map(({ ref_id }) => ref_id);

test("INV-05 U-01 D11 two hundred buyers of the last unit: one is confirmed, 199 are told Stock insuffisant, none is left and none is owed", async () => {
	expect((await leave(SCARCE, 1)).body).toMatchObject({ on_hand: 1, reserved: 0 });
	const body = { products: [{ product_id: SCARCE, quantity: 1 }] };
	const answers = await Promise.all(Array.from({ length: BUYERS }, () => told(body)));
	const confirmed = answers.filter(({ status }) => status === 201);
	const refused = answers.filter(({ status }) => status === 409);
	const groups = Map.groupBy(
		answers,
		({ status, body }) => `${status} ${body.code ?? body.status}`,
	);
	const counts = [...groups].map(([what, all]) => [what, all.length]);
	expect(Object.fromEntries(counts)).toEqual({
		"201 COMPLETED": 1,
		"409 OUT_OF_STOCK": BUYERS - 1,
	});
	for (const { body } of refused)
		expect(body).toMatchObject({
			code: "OUT_OF_STOCK",
			title: "Stock insuffisant",
			message: "Stock insuffisant (0 disponibles).",
		});

	expect(await settled(shop, admin, SCARCE)).toBe(0);
	expect(await reconciled(shop, admin)).toMatchObject({ drift: 0, differences: [], ownerless: [] });
	const paid = await paymentsOfOrders();
	const winner = confirmed[0]!.body.order_id;
	const losers = await Promise.all(
		refused.map(({ body: { saga_id } }) => endOf(shop, buyer, saga_id)),
	);
	expect(paid).toContain(winner);
	for (const { status, order_id } of losers) {
		expect(status).toBe("COMPENSATED");
		expect(paid).not.toContain(order_id);
	}
});

test("INV-05 U-01 orders of several lines in any order, more than there is: no unit is sold twice, and none is lost", async () => {
	const pair = ["6", "33"];
	for (const id of pair) await leave(id, 10);
	const answers = await Promise.all(
		Array.from({ length: 40 }, (_, n) => {
			const ids = n % 2 ? pair : pair.toReversed();
			const lines = [...ids, ids[0]!].map((product_id) => ({ product_id, quantity: 1 }));
			return buy(shop, buyer, { body: { products: lines } });
		}),
	);
	const won = answers.filter(({ status }) => status === 201);
	expect(answers.filter(({ status }) => status === 409)).toHaveLength(40 - won.length);
	const bought = await Promise.all(
		won.map(({ body }) => shop.get(`/api/v1/orders/${body.order_id}`, { token: buyer })),
	);
	for (const id of pair) {
		const units = bought
			.flatMap(({ body }) => body.lines)
			.filter(({ product_id }) => product_id === id)
			.reduce((sum, { quantity }) => sum + quantity, 0);
		expect(await settled(shop, admin, id)).toBe(10 - units);
	}
	expect(won.length).toBeGreaterThanOrEqual(5);
	expect(await reconciled(shop, admin)).toMatchObject({ drift: 0, ownerless: [] });
});

test("U-07 fifty calls with one Idempotency-Key: one order, one payment, and all are told the same", async () => {
	const before = await stockOf(shop, admin, 5);
	const headers = once();
	const body = ORDER;
	const answers = await Promise.all(
		Array.from({ length: CALLS }, () => buy(shop, buyer, { headers })),
	);
	const told = new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`));
	expect([...told].length).toBe(1);
	expect(answers[0]!.status).toBe(201);

	const { order_id } = answers[0]!.body;
	const path = "/api/v1/orders?wait=true";
	const late = await shop.post(path, { token: buyer, headers, body });
	expect([late.status, late.body.order_id]).toEqual([201, order_id]);
	expect((await paymentsOfOrders()).filter((id) => id === order_id)).toHaveLength(1);
	expect(await settled(shop, admin, 5)).toBe(before.on_hand - 1);
});

test("U-07 one Idempotency-Key with another body is refused, 409, and orders nothing", async () => {
	const headers = once();
	const first = await buy(shop, buyer, { headers });
	const before = await settled(shop, admin, 5);
	const other = { products: [{ product_id: 5, quantity: 2 }] };
	const second = await buy(shop, buyer, { headers, body: other });
	expect([first.status, second.status]).toEqual([201, 409]);
	expect(second.body.code).toBe("IDEMPOTENCY_KEY_REUSED");
	expect(await settled(shop, admin, 5)).toBe(before);
});

test("U-07 an order without its Idempotency-Key is refused, 400; a key is its caller's own", async () => {
	const bare = await shop.post("/api/v1/orders", { token: buyer, body: ORDER });
	expect([bare.status, bare.body.code]).toEqual([400, "IDEMPOTENCY_KEY_REQUIRED"]);
	const headers = once();
	const mine = await buy(shop, buyer, { headers });
	const theirs = await buy(shop, admin, { headers });
	expect([mine.status, theirs.status]).toEqual([201, 201]);
	expect(theirs.body.order_id).not.toBe(mine.body.order_id);
});

test("U-01 INV-05 a hundred refused at the till for want of money leave every unit for who can pay", async () => {
	await leave("9", 5);
	await shop.post("/admin/configure-failure", {
		token: admin,
		body: { failure_rate: 100, failure_amounts: [99.99] },
	});
	const body = { products: [{ product_id: 9, quantity: 1 }] };
	const poor = await Promise.all(Array.from({ length: 100 }, () => buy(shop, buyer, { body })));
	await shop.post("/admin/reset-failure-config", { token: admin });
	expect(poor.every(({ status }) => status === 402 || status === 409)).toBe(true);
	expect(poor.filter(({ status }) => status === 402).length).toBeGreaterThanOrEqual(5);
	expect(await settled(shop, admin, 9)).toBe(5);

	const rich = await Promise.all(Array.from({ length: 8 }, () => buy(shop, buyer, { body })));
	expect(rich.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 409, 409, 409]);
	expect(await settled(shop, admin, 9)).toBe(0);
	expect(await reconciled(shop, admin)).toMatchObject({ drift: 0 });
});

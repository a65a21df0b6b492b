import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { admin, buy, chain, customer, databaseOf } from "../support/chain.ts";
import { until } from "../support/until.ts";

const BUYERS = 64;
const TIMES = 4;
const ORDERS = BUYERS * TIMES;
const STATEMENTS_MAX = 45;
const PRODUCTS = 32;
const UNITS = 10_000;

const node = chain();
beforeAll(async () => {
	await node.start();
	for (let id = 1; id <= PRODUCTS; id++) {
		const change = { product_id: String(id), location: "online", quantity: UNITS, reason: "test" };
		await inventory.setLevel(node, change, admin);
	}
	await buyAll(); // fills caches
});
afterAll(() => node.stop());

const one = (n: number) =>
	buy(
		node,
		[{ product_id: String(1 + (n % PRODUCTS)), quantity: 1 }],
		customer({ wait: 20, idempotency_key: crypto.randomUUID(), idempotency_hash: "h" }),
	);
const HELD = "select id from reservation where status = 'HELD' limit 1";
let looks = 0;
/** Every hold has become a sale. */
const allSettled = () =>
	until(async () => {
		looks++;
		return (await databaseOf(node, "inventory").read((db) => db.query(HELD))).length === 0;
	});

/** So many buyers at once, each of whom buys again as soon as it has bought. */
async function buyAll(): Promise<any[]> {
	const answers: any[] = [];
	const buyer = async (n: number) => {
		for (let time = 0; time < TIMES; time++) answers.push(await one(n + time));
	};
	await Promise.all(Array.from({ length: BUYERS }, (_, n) => buyer(n)));
	await allSettled();
	return answers;
}

/** Statements so far of each database, transactions' begin and commit included. */
async function statements(): Promise<Map<string, number>> {
	const page = await registry.getSingleMetricAsString("db_statements_total");
	const lines = page.matchAll(/^db_statements_total\{context="(\w+)",kind="\w+"\} (\d+)/gm);
	const counts = new Map<string, number>();
	for (const [, context = "", count] of lines)
		counts.set(context, (counts.get(context) ?? 0) + Number(count));
	return counts;
}

test("SAG-28 64 buyers at once: an order costs 45 statements at most, in all databases, reactions included", async () => {
	const before = await statements();
	looks = 0;
	const answers = await buyAll();
	const after = await statements();

	expect(answers.filter(({ status }) => status === "COMPLETED")).toHaveLength(ORDERS);
	const spent = [...after].map(
		([context, count]) => [context, (count - (before.get(context) ?? 0)) / ORDERS] as const,
	);
	const each = spent.reduce((sum, [, count]) => sum + count, -looks / ORDERS);
	const parts = spent.map(([context, count]) => `${context} ${count.toFixed(1)}`).join(", ");
	process.stdout.write(`${each.toFixed(1)} statements an order: ${parts}\n`);
	expect(spent.filter(([, count]) => count >= 1).length).toBeGreaterThanOrEqual(4);
	expect(each).toBeLessThanOrEqual(STATEMENTS_MAX);
});

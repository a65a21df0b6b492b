import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { admin, buy, chain, customer, settled } from "../support/chain.ts";

const ORDERS = 64;
const STATEMENTS_MAX = 45;
const PRODUCTS = 32;
const UNITS = 1_000;

const node = chain();
beforeAll(async () => {
	await node.start();
	for (let id = 1; id <= PRODUCTS; id++) {
		const change = { product_id: String(id), location: "online", quantity: UNITS, reason: "test" };
		await inventory.setLevel(node, change, admin);
	}
	await Promise.all(Array.from({ length: ORDERS }, (_, n) => one(n))); // caches, statements kept
	await allSettled();
});
afterAll(() => node.stop());

const one = (n: number) =>
	buy(
		node,
		[{ product_id: String(1 + (n % PRODUCTS)), quantity: 1 }],
		customer({ wait: 20, idempotency_key: crypto.randomUUID(), idempotency_hash: "h" }),
	);
async function allSettled() {
	for (let id = 1; id <= PRODUCTS; id++) await settled(node, String(id));
}

/** Statements so far of each database, transactions' begin and commit included. */
async function statements(): Promise<Map<string, number>> {
	const page = await registry.getSingleMetricAsString("db_statements_total");
	const lines = page.matchAll(/^db_statements_total\{context="(\w+)"\} (\d+)/gm);
	return new Map([...lines].map(([, context = "", count]) => [context, Number(count)]));
}

test("SAG-28 64 orders at once cost 45 statements each at most, in all databases, reactions included", async () => {
	const before = await statements();
	const answers = await Promise.all(Array.from({ length: ORDERS }, (_, n) => one(n)));
	await allSettled();
	const after = await statements();

	expect(answers.filter(({ status }) => status === "COMPLETED")).toHaveLength(ORDERS);
	const spent = [...after].map(
		([context, count]) => [context, (count - (before.get(context) ?? 0)) / ORDERS] as const,
	);
	const each = spent.reduce((sum, [, count]) => sum + count, 0);
	const parts = spent.map(([context, count]) => `${context} ${count.toFixed(1)}`).join(", ");
	process.stdout.write(`${each.toFixed(1)} statements an order: ${parts}\n`);
	expect(spent.filter(([, count]) => count >= 1).length).toBeGreaterThanOrEqual(4);
	expect(each).toBeLessThanOrEqual(STATEMENTS_MAX);
});

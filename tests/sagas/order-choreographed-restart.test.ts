import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { payments } from "../../services/payments/payments.contract.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { admin, chain, conserved, customer, databaseOf, settled, shelf } from "../support/chain.ts";
import { until } from "../support/until.ts";

jest.setTimeout(120_000);

const CUTS = [1, 2, 3, 4];
const BACKPACK = { products: [{ product_id: "5", quantity: 1 }], saga: "choreographed" as const };
let shop = chain();
const restart = async () => {
	await shop.stop();
	shop = chain();
	await shop.start();
};
beforeAll(() => shop.start());
afterAll(() => shop.stop());

/** How many facts of an order there are, of all that it takes. */
async function told(order_id: string) {
	const counts = await Promise.all(
		["orders", "inventory", "payments"].map((context) =>
			databaseOf(shop, context).read((db) =>
				db.query<{ n: number }>(
					`select count(*) as n from outbox where body like $about
						and (key like 'order:%' or key like 'hold:%' or key like 'payment:%')`,
					{ about: `%${order_id}%` },
				),
			),
		),
	);
	return counts.reduce((sum, [row]) => sum + Number(row?.n), 0);
}

test.each([
	["paid", 0, "COMPLETED"],
	["declined", 100, "COMPENSATED"],
])(
	"CLM-08 CLM-09 a house that stops at any step of an order that is %s, and starts again, ends it",
	async (_, failure_rate, status) => {
		await payments.configureFailure(shop, { failure_rate }, admin);
		const before = await shelf(shop, "5");
		const ids: string[] = [];
		for (const cut of CUTS) {
			const { saga_id } = await sagas.placeOrder(shop, BACKPACK, customer());
			const { order_id = "" } = await sagas.get(shop, { saga_id }, admin);
			await until(
				() => told(order_id),
				(count) => count >= cut,
			);
			await restart();
			ids.push(saga_id);
		}
		for (const saga_id of ids)
			expect(
				await until(
					() => sagas.get(shop, { saga_id }, admin),
					({ finished_at }) => finished_at !== undefined,
				),
			).toMatchObject({ status });
		const sold = status === "COMPLETED" ? CUTS.length : 0;
		expect(await settled(shop, "5")).toBe(Number(before.on_hand) - sold);
		await conserved(shop);
	},
);

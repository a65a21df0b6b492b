import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import { as, broker } from "../support/broker.ts";
import { teller, tells } from "../support/teller.ts";
import { until } from "../support/until.ts";

const acting = as("service");
const town = broker([teller("orders"), teller("payments"), teller("stores"), inventoryService]);
beforeAll(() => town.start());
afterAll(() => town.stop());

const shelf = { location_id: "online", product_id: "12" };
const free = async () => {
	const { levels } = await inventory.get(town, { product_id: "12" }, acting);
	return levels.find(({ location_id }) => location_id === "online")?.on_hand;
};
const saga = (order_id: string, step: string) => ({
	headers: { ...acting.headers, saga_id: `saga_${order_id}`, saga_step: step },
});
const confirmed = (id: string) =>
	({ ...orders.confirmed({ id } as never), payload: { id } }) as never;
const refunded = (
	claim_id: string,
	order_id: string,
	quantity: number,
	disposition: "restock" | "damaged",
) =>
	payments.refunded({
		...{ id: `pay_${order_id}`, refund_id: `rfd_${claim_id}`, ref_type: "claim", ref_id: claim_id },
		...{ refund_cents: 100, claim_id, order_id, disposition, lines: [{ ...shelf, quantity }] },
	});

async function sell(order_id: string, quantity: number) {
	const hold = { owner_type: "saga" as const, owner_id: order_id, lines: [{ ...shelf, quantity }] };
	await inventory.reserve(town, hold, saga(order_id, "RESERVE_STOCK"));
	await tells(town, confirmed(order_id));
	const { on_hand } = { on_hand: await free() };
	await until(async () => (await movements(order_id)).includes("sale"));
	return on_hand;
}
const movements = async (ref_id: string) => {
	const { items } = await inventory.movements(town, { product_id: "12", limit: 200 }, acting);
	return items.filter((one) => one.ref_id === ref_id).map(({ type }) => type);
};
const restore = (order_id: string) =>
	inventory.restore(town, { owner_id: order_id }, saga(order_id, "RESTORE_STOCK"));

describe("a claim about an order that is cancelled later, or was before", () => {
	test.each([
		["restock", 1, 0],
		["restock", 2, 0],
		["damaged", 1, -1],
		["damaged", 2, -2],
	] as const)(
		"INV-24 CLM-05 %s of %i of 2 units: what has come back once is not restored again",
		async (disposition, quantity, lost) => {
			const [before, order_id] = [await free(), `ord_${disposition}_${quantity}`];
			await sell(order_id, 2);
			await tells(town, refunded(`clm_${order_id}`, order_id, quantity, disposition));
			await until(async () => (await movements(`clm_${order_id}`)).includes("claim_refund"));
			await restore(order_id);
			expect(await free()).toBe((before ?? 0) + lost);
		},
	);

	test("INV-24 the goods of a claim that is refunded after its order was cancelled are back already", async () => {
		const before = await free();
		await sell("ord_first", 2);
		await restore("ord_first");
		await tells(town, refunded("clm_late", "ord_first", 1, "restock"));
		await tells(town, refunded("clm_next", "ord_none", 1, "restock"));
		await until(async () => (await movements("clm_next")).includes("claim_refund"));
		expect(await movements("clm_late")).toEqual([]);
		expect(await free()).toBe((before ?? 0) + 1);
	});
});

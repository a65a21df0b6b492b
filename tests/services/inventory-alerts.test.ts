import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { forbidden } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import { alertNotFound, inventory } from "../../services/inventory/inventory.contract.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { warehouse } from "../support/inventory.ts";

const { shop, stocked, facts } = warehouse();
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const head = as("head_office");
const manager = as("store_manager", { location_id: "1" });
const adjust = (params: object) =>
	inventory.adjust(shop, { location: "online", reason: "counted", ...params } as never, head);

describe("limits and alerts", () => {
	const open = async (product: string) => (await inventory.alerts(shop, { product }, head)).items;

	test("INV-06 the demo's exceptions are open from the start, one each", async () => {
		const { items } = await inventory.alerts(shop, { limit: 200 }, head);
		const demo = items.filter(({ id }) => id.startsWith("alr_opening"));
		expect(
			demo.map(({ kind, location_id, product_id, level, threshold, status }) => [
				...[kind, location_id, product_id, level, threshold, status],
			]),
		).toEqual([
			["over", "5", "49", 90, 60, "OPEN"],
			["low", "3", "33", 3, 5, "OPEN"],
			["out", "1", "2", 0, 0, "OPEN"],
		]);
	});

	test("INV-06 U-26 an alert is raised once when it is crossed, and again after recovery", async () => {
		const product_id = await stocked(20);
		const limits = { min_qty: 5, max_qty: 60 };
		await inventory.setLimits(shop, { product_id, location: "online", ...limits }, head);
		const seen: unknown[] = [];
		for (const delta of [-16, -1, 10, -10, 100, 1, -60, -44]) {
			await adjust({ product_id, delta });
			seen.push((await open(product_id)).map(({ kind, level }) => [kind, level]));
		}
		expect(seen).toEqual([
			...[[["low", 4]], [["low", 4]], []],
			...[[["low", 3]], [["over", 103]], [["over", 103]], []],
			[["out", 0]],
		]);
		const told = await facts(`stock:online:${product_id}`);
		const alerts = told.filter(({ event }) => event.includes("alert"));
		expect(alerts.map(({ event, kind }) => `${event.slice(16)} ${kind}`)).toEqual([
			...["raised low", "resolved low", "raised low", "resolved low", "raised over"],
			...["resolved over", "raised out"],
		]);
	});

	test("INV-21 limits are kept per product and location, and crossed ones are refused", async () => {
		const product_id = await stocked(20);
		const set = (limits: object, options = head) =>
			inventory.setLimits(shop, { product_id, location: "online", ...limits } as never, options);
		expect(await set({ min_qty: 30, max_qty: 60, reorder_qty: 9 })).toMatchObject({
			...{ min_qty: 30, max_qty: 60, reorder_qty: 9, quantity: 20 },
		});
		expect(await open(product_id)).toMatchObject([{ kind: "low", threshold: 30, level: 20 }]);
		expect(await failure(set({ min_qty: 5, max_qty: 4 }))).toMatchObject({
			...{ code: 422, data: [{ field: "max_qty" }] },
		});
		expect(await set({ min_qty: 5 })).not.toHaveProperty("max_qty");
		expect(await open(product_id)).toEqual([]);
		expect((await facts(`stock:online:${product_id}`)).map(({ event }) => event)).toContain(
			"inventory.limits_changed",
		);
		expect(forbidden.is(await failure(set({ min_qty: 1 }, as("admin"))))).toBe(true);
	});

	test("an alert is acknowledged by whom it concerns, until it is over", async () => {
		const product_id = await stocked(1, "1");
		await adjust({ product_id, location: "1", delta: -1 });
		const [alert] = await open(product_id);
		const acknowledge = (options: typeof head) =>
			inventory.acknowledgeAlert(shop, { id: alert!.id }, options);

		const stranger = as("store_manager", { location_id: "3" });
		expect(alertNotFound.is(await failure(acknowledge(stranger)))).toBe(true);
		expect(await acknowledge(manager)).toMatchObject({ kind: "out", status: "ACKNOWLEDGED" });
		expect(await open(product_id)).toMatchObject([{ status: "ACKNOWLEDGED" }]);

		await adjust({ product_id, location: "1", delta: 1 });
		expect(await open(product_id)).toEqual([]);
		const late = await failure(acknowledge(as("logistics")));
		expect(wrongState.is(late) && late.data).toEqual({ state: "RESOLVED" });
	});
});

import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { admin, chain, customer, inside, settled } from "../support/chain.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);

const node = chain();
beforeAll(() => node.start());
afterAll(() => node.stop());

const lines = [{ product_id: "3", quantity: 2 }];
const LATENCY_MS = 600;
const see = (saga_id: string) => sagas.get(node, { saga_id }, admin);
const metric = async (name: string, labels = "") => {
	const page = await registry.getSingleMetricAsString(name);
	const line = page.split("\n").find((one) => one.startsWith(name) && one.includes(labels));
	return Number(line?.split(" ").at(-1) ?? 0);
};

test("SAG-05 SAG-24 SAG-26 G9 an undo that finds nobody is tried again, shown as FAILED, and done once somebody is there", async () => {
	const before = await settled(node, "3");
	await payments.configureFailure(node, { failure_rate: 100, latency_ms: LATENCY_MS }, admin);
	const { saga_id } = await sagas.placeOrder(node, { products: lines }, customer());
	await until(async () => (await see(saga_id)).status === "PAYMENT_PROCESSING");
	const inventory = node.getLocalService("inventory");
	await node.destroyService(inventory);
	await payments.resetFailure(node, {}, admin);

	// Declined at the till: the order is cancelled, and its stock waits to be given back.
	const failed = await until(
		() => see(saga_id),
		({ status }) => status === "FAILED",
		20_000,
	);
	expect(failed).toMatchObject({ blocked: true, error: { step: "PROCESS_PAYMENT" } });
	expect(failed.steps.find(({ step }) => step === "CREATE_ORDER")?.compensation).toMatchObject({
		step: "CANCEL_ORDER",
		status: "SUCCESS",
	});
	const release = failed.steps.find(({ step }) => step === "RESERVE_STOCK")?.compensation;
	expect(release).toMatchObject({ step: "RELEASE_STOCK" });
	expect(["RUNNING", "WAITING"]).toContain(release?.status);
	expect(failed.finished_at).toBeUndefined();

	const { items } = await sagas.active(node, {}, admin);
	expect(items).toMatchObject([{ saga_id, status: "FAILED", blocked: true }]);
	expect(await sagas.metrics(node, {}, admin)).toMatchObject({ blocked: 1, active: 1 });
	expect(await metric("saga_orchestrator_sagas_total", 'status="failed"')).toBe(1);

	node.createService(inventoryService);
	await node.waitForServices("inventory");
	const ended = await until(
		() => see(saga_id),
		({ status }) => status === "COMPENSATED",
		20_000,
	);
	expect(ended.history.map(({ state }) => state).slice(-4)).toEqual([
		"COMPENSATING",
		"FAILED",
		"COMPENSATING",
		"COMPENSATED",
	]);
	expect(ended.blocked).toBe(false);
	expect(await settled(node, "3")).toBe(before);
	expect(await orders.get(node, { id: ended.order_id! }, inside)).toMatchObject({
		status: "CANCELLED",
	});
});

import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { buy } from "../support/buying.ts";
import { type Client, client } from "../support/client.ts";
import { type Product, startProduct } from "../support/product.ts";
import { faultsIn, namesIn, valueIn } from "../support/promtool.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);

const TOKEN = "a token of this test";
let product: Product;
let lone: Product;
let shop: Client;
let [buyer, admin] = ["", ""];

beforeAll(async () => {
	product = await startProduct({ env: { RETAIL_METRICS_TOKEN: TOKEN } });
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

const page = async (url: string, token = TOKEN) => {
	const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
	return { status: answer.status, text: await answer.text() };
};
const probe = async (name: string, { ops_url }: Pick<Product, "ops_url"> = product) => {
	const answer = await fetch(`${ops_url}/health/${name}`);
	return { status: answer.status, body: await answer.json() };
};
const UP = { status: 200, body: { status: "up" } };

/** What operations.md names, of what one process without NATS has. */
const OWN = `
	moleculer_action_duration_seconds moleculer_action_inflight moleculer_bulkhead_queue
	moleculer_calls_failed_total moleculer_circuit_opened_total
	nats_client_reconnects_total nats_client_errors_total db_statements_total
	saga_orchestrator_sagas_total saga_orchestrator_saga_duration_seconds saga_orchestrator_saga_steps_total
	saga_orchestrator_compensations_total saga_orchestrator_service_calls_total
	saga_definition_ended_total saga_compensation_duration_seconds
	saga_orchestrator_in_flight saga_orchestrator_pending saga_orchestrator_blocked saga_orchestrator_overdue
	saga_orchestrator_exceptions_total saga_orchestrator_resumed_total
	outbox_pending outbox_oldest_seconds outbox_published_total outbox_repairs_total
	inbox_applied_total inbox_duplicates_total inbox_gaps_total inbox_retries_total dead_letters consumer_lag
	event_end_to_end_seconds projection_lag_events projection_lag_seconds audit_chain_valid audit_position
	orders_total payments_total refunds_total refund_amount_cents_total
	stock_adjustments_total stock_reservation_conflicts_total identity_token_reuse_total
	app_build_info nodejs_heap_limit_bytes process_cpu_seconds_total nodejs_eventloop_lag_p99_seconds`;
const MESH = `
	mesh_nodes mesh_service_endpoints mesh_service_expected mesh_action_endpoints
	total_orders_created total_products_sold average_order_value inventory_low_stock_alerts
	business_metrics_age_seconds stock_drift_units payment_orphans`;
const missing = (names: string, text: string) =>
	names
		.split(/\s+/)
		.filter(Boolean)
		.filter((name) => !namesIn(text).includes(name));

test("MON-01 MON-13 after a sale, a refusal and a compensation, Prometheus accepts both pages, and every name is there", async () => {
	await buy(shop, buyer);
	await buy(shop, buyer, { body: { products: [{ product_id: 1, quantity: 9_999 }] } });
	await buy(shop, admin, { body: { customer_id: 99_999 } });
	const { text } = await page(product.counts_url);
	expect(faultsIn(text)).toBe("");
	expect(missing(OWN, text)).toEqual([]);
	expect(text).not.toMatch(/nodejs_active_\w+_total|mesh_/);
	const reserved = { service_name: "inventory", action: "inventory.reserve", outcome: "ok" };
	expect(valueIn(text, "moleculer_action_duration_seconds_count", reserved)).toBe(2);
	const short = { action: "inventory.check", outcome: "refused" };
	expect(valueIn(text, "moleculer_action_duration_seconds_count", short)).toBe(1);
	expect(valueIn(text, "orders_total", { status: "CONFIRMED" })).toBe(1);
	expect(valueIn(text, "payments_total", { outcome: "captured" })).toBeGreaterThanOrEqual(1);
	const build = { version: "0.1.0", node: process.versions.node };
	expect(valueIn(text, "app_build_info", build)).toBe(1);

	const mesh = await page(product.metrics_url);
	expect(faultsIn(mesh.text)).toBe("");
	expect(missing(MESH, mesh.text)).toEqual([]);
	expect(
		namesIn(mesh.text).filter((name) => /^(moleculer|saga|nodejs|process)_/.test(name)),
	).toEqual([]);
	for (const name of ["payment_orphans", "stock_drift_units"])
		expect([name, valueIn(mesh.text, name)]).toEqual([name, 0]);
	for (const service_name of ["inventory", "gateway"])
		for (const name of ["mesh_service_endpoints", "mesh_service_expected"])
			expect(valueIn(mesh.text, name, { service_name })).toBe(1);
});

test("MON-01 no label is an id, and none has a hundred values", async () => {
	for (const { text } of [await page(product.counts_url), await page(product.metrics_url)]) {
		expect(text).not.toMatch(/"(ord|saga|pay|clm|cus|msg)_\w/);
		const values = new Map<string, Set<string>>();
		for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm))
			for (const [, label = "", value = ""] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
				const key = `${name} ${label}`;
				values.set(key, (values.get(key) ?? new Set()).add(value));
			}
		const wide = [...values].filter(([key, { size }]) => size >= 100 && !key.endsWith(" action"));
		expect(wide.map(([key]) => key)).toEqual([]);
	}
});

test("MON-01 both pages ask for the token, the probes do not, and neither is behind the gateway", async () => {
	for (const url of [product.counts_url, product.metrics_url]) {
		expect((await fetch(url)).status).toBe(401);
		expect((await page(url, `${TOKEN}!`)).status).toBe(401);
		expect((await page(url)).status).toBe(200);
	}
	for (const name of ["live", "ready", "startup"]) expect(await probe(name)).toEqual(UP);
	expect((await shop.get("/metrics")).status).toBe(404);
	expect((await fetch(`${product.ops_url}/health`)).status).toBe(404);
	expect((await fetch(product.counts_url, { method: "POST" })).status).toBe(405);
	const { paths } = (await shop.get("/openapi.json")).body;
	expect(Object.keys(paths).filter((path) => path.includes("node"))).toEqual([]);
});

test("MON-02 an event loop that has stood still for five seconds is not live, and is so again", async () => {
	process.kill(product.pid, "SIGSTOP");
	const standing = new Promise((resolve) => setTimeout(resolve, 6_500)); // that long it must be
	lone = await startProduct({ contexts: ["stores", "inventory"] }); // meanwhile
	await standing;
	process.kill(product.pid, "SIGCONT");
	const late = await probe("live");
	expect(late).toMatchObject({
		status: 503,
		body: { because: [expect.stringMatching(/5 s late/)] },
	});
	await until(
		() => probe("live"),
		({ status }) => status === 200,
	);
});

test("MON-02 a process that drains is not ready, and is live until it has answered all that had begun", async () => {
	const late = { failure_rate: 0, latency_ms: 1_500 };
	const path = "/api/v1/payments/admin/configure-failure";
	expect((await shop.post(path, { token: admin, body: late })).status).toBe(200);
	const buying = buy(shop, buyer);
	const inflight = { service_name: "payments" };
	await until(
		async () =>
			valueIn((await page(product.counts_url)).text, "moleculer_action_inflight", inflight),
		(count = 0) => count > 0,
	);
	const stopping = product.stop();
	const draining = await until(
		() => probe("ready"),
		({ status }) => status === 503,
	);
	expect(draining.body).toEqual({ status: "down", because: ["it is draining"] });
	expect(await probe("live")).toEqual(UP);
	expect((await buying).status).toBe(201);
	await stopping;
	await expect(probe("live")).rejects.toThrow();
});

test("MON-02 HA-04 a process that has started is not ready while a context that it needs is nowhere", async () => {
	expect(await probe("startup", lone)).toEqual(UP);
	const { status, body } = await probe("ready", lone);
	expect([status, body]).toEqual([503, { status: "down", because: ["nobody offers catalog"] }]);
	expect(lone.printed()).toContain(`Metrics and probes: ${lone.ops_url}`);
	await lone.stop();
	lone.remove();
});

import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { freePort } from "../../scripts/port.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { type Product, startProduct } from "../support/product.ts";
import { faultsIn, valueIn } from "../support/promtool.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);

const SECRET = "a secret of this test, and of no other".padEnd(32);
const NAMESPACE = `ops-${process.pid}`;
let server: NatsServer;
let [master, watcher]: Product[] = [];
let operator: ServiceBroker;
let node: typeof import("../../services/node/node.contract.ts").node;
let asService: typeof import("../../config/identity.ts").asService;

beforeAll(async () => {
	const monitor = await freePort();
	server = await natsServer(`http: "127.0.0.1:${monitor}"`);
	const env = {
		RETAIL_NATS_URL: server.url,
		RETAIL_NATS_MONITOR_URL: `http://127.0.0.1:${monitor}`,
		RETAIL_NAMESPACE: NAMESPACE,
		RETAIL_MESH_SECRET: SECRET,
		RETAIL_RELAY_MS: "100",
	};
	watcher = await startProduct({ env, contexts: ["inventory", "metrics"] });
	expect((await probe(watcher, "ready")).body.because).toEqual([
		"nobody offers catalog",
		"nobody offers stores",
	]);
	const settings = { ...env, RETAIL_INSTANCE: "1" };
	master = await startProduct({ env: settings, contexts: ["stores", "catalog"] });

	// An operator knows the secret of the mesh: it must be set before anything reads it.
	Object.assign(process.env, { RETAIL_MESH_SECRET: SECRET, RETAIL_NAMESPACE: NAMESPACE });
	({ asService } = await import("../../config/identity.ts"));
	({ node } = await import("../../services/node/node.contract.ts"));
	const { Nats } = await import("../../config/transporter.ts");
	const { broker } = await import("../support/broker.ts");
	operator = broker([], { nodeID: "operator", transporter: new Nats(server.url) });
	await operator.start();
	await operator.waitForServices("node", 10_000);
});
afterAll(async () => {
	await operator?.stop();
	await Promise.all([master?.stop(), watcher?.stop()]);
	await server.remove();
});

async function probe({ ops_url }: Product, name: string) {
	const answer = await fetch(`${ops_url}/health/${name}`);
	return { status: answer.status, body: await answer.json() };
}
const becomes = (one: Product, name: string, status: number) =>
	until(
		() => probe(one, name),
		(seen) => seen.status === status,
		20_000,
	);
const read = async (url: string) => (await fetch(url)).text();
const counted = async (one: Product, name: string) => valueIn(await read(one.counts_url), name);
const shown = async (name: string, labels: Record<string, string> = {}) =>
	valueIn(await read(watcher!.metrics_url), name, labels);

test("MON-02 HA-04 a process is ready once all that it needs is somewhere in the mesh", async () => {
	await becomes(watcher!, "ready", 200);
	await becomes(master!, "ready", 200);
	expect(await counted(master!, "nats_client_connected")).toBe(1);
	await until(
		() => counted(master!, "nats_client_rtt_seconds"),
		(seconds = 0) => seconds > 0 && seconds < 2,
	);
});

test("MON-02 HA-04 one asks a process of the mesh how its contexts are", async () => {
	const options = { nodeID: "stores.1", headers: asService("gateway") };
	const up = { status: "up" };
	expect(await node.health(operator, {}, options)).toEqual({
		...up,
		contexts: { stores: up, catalog: up },
	});
});

test("MON-01 one page shows the mesh and the servers of NATS, and Prometheus accepts it", async () => {
	const page = await until(
		() => read(watcher!.metrics_url),
		(seen) => seen.includes('jetstream_consumer_pending{stream="EVT_stores"'),
		30_000,
	);
	expect(faultsIn(page)).toBe("");
	expect(faultsIn(await read(watcher!.counts_url))).toBe("");
	const server_ = { server: page.match(/nats_server_up\{server="([^"]+)"/)?.[1] ?? "" };
	expect(valueIn(page, "nats_server_up", server_)).toBe(1);
	expect(valueIn(page, "nats_server_connections", server_)).toBeGreaterThanOrEqual(5);
	expect(valueIn(page, "nats_server_memory_bytes", server_)).toBeGreaterThan(1_000_000);
	expect(valueIn(page, "nats_server_slow_consumers_total", server_)).toBe(0);
	for (const direction of ["in", "out"])
		expect(valueIn(page, "nats_server_messages_total", { direction })).toBeGreaterThan(0);
	const stream = { stream: "EVT_stores" };
	expect(valueIn(page, "jetstream_stream_messages", stream)).toBeGreaterThan(0);
	expect(valueIn(page, "jetstream_stream_bytes", stream)).toBeGreaterThan(0);
	for (const name of ["jetstream_consumer_pending", "jetstream_consumer_ack_pending"])
		expect(valueIn(page, name, { ...stream, consumer: "inventory-stores" })).toBe(0);
	expect(valueIn(page, "mesh_nodes", { state: "up" })).toBe(3);
});

test("MON-02 while NATS is away a process is live, but not ready; it comes back by itself, and counts it", async () => {
	await server.kill();
	const { body } = await becomes(master!, "ready", 503);
	expect(body.because).toContain("NATS does not answer");
	expect((await probe(master!, "live")).status).toBe(200);
	expect(await counted(master!, "nats_client_connected")).toBe(0);
	await server.start();
	await becomes(master!, "ready", 200);
	expect(await counted(master!, "nats_client_connected")).toBe(1);
	expect(await counted(master!, "nats_client_reconnects_total")).toBeGreaterThanOrEqual(1);
});

test("MON-02 an operator has a process drained: it ends well, is missed by the mesh, and is not lost", async () => {
	await operator.waitForServices("node", 10_000);
	const drain = () =>
		node.drain(operator, {}, { nodeID: "stores.1", headers: asService("operator") }).then(
			() => true,
			() => false, // its own link may still be down
		);
	await until(drain);
	await until(() => master?.exitCode() === 0);
	await until(
		() => shown("mesh_service_endpoints", { service_name: "stores" }),
		(count) => count === 0,
	);
	expect(await shown("mesh_service_expected", { service_name: "stores" })).toBe(1);
	expect(await shown("mesh_nodes", { state: "down" })).toBe(0);
	await becomes(watcher!, "ready", 503);
});

import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { CONTEXTS } from "../../config/topology.ts";
import { traceOf } from "../../lib/trace.ts";
import { buy } from "../support/buying.ts";
import { type Client, client } from "../support/client.ts";
import { startCollector } from "../support/collector.ts";
import { type Mesh, startMesh } from "../support/mesh.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";

jest.setTimeout(90_000);

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SENDER = "b7ad6b7169203331";
const REST = "identity"; // where all the others are
const APART = ["orders", "inventory", "gateway"];

let server: NatsServer;
let collector: Awaited<ReturnType<typeof startCollector>>;
let mesh: Mesh;
let shop: Client;
let buyer = "";

beforeAll(async () => {
	[server, collector] = await Promise.all([natsServer(), startCollector()]);
	const rest = CONTEXTS.filter((name) => !APART.includes(name));
	mesh = await startMesh(server.url, [rest, ...APART.map((name) => [name])], {
		RETAIL_OTLP_URL: collector.url,
		RETAIL_ZIPKIN_URL: collector.url,
		RETAIL_TRACE_PERCENT: "0",
		RETAIL_LOG_LEVEL: "info",
	});
	shop = client(mesh.gateway);
	await mesh.whole();
	buyer = await shop.login("user@example.com", "password");
});
afterAll(async () => {
	await mesh.stop();
	await collector.stop();
	await server.remove();
});

const named = (name: string) => collector.spans.find((span) => span.name === name);

test("MON-26 GTW-18 one trace holds the request, the steps of its saga and the facts that follow, in every process", async () => {
	const headers = { traceparent: `00-${TRACE}-${SENDER}-01` };
	const sold = await buy(shop, buyer, { headers });
	expect(sold.body.status).toBe("COMPLETED");
	const wanted = ["POST /api/v1/orders", "saga.placeOrder", "inventory.reserve", "orders.create"];
	const heard = ["orders.confirmed"];
	await until(
		() => collector.spans.map(({ name }) => name),
		(names) => [...wanted, ...heard].every((name) => names.includes(name)),
		20_000,
	);
	expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
	expect(named("POST /api/v1/orders")).toMatchObject({ service: "gateway", parentSpanId: SENDER });
	const gateway = named("POST /api/v1/orders");
	expect(named("saga.placeOrder")?.parentSpanId).toBe(gateway?.spanId);
	const ids = collector.spans.map(({ spanId }) => spanId);
	expect(new Set(ids).size).toBe(ids.length);
});

test("MON-26 Zipkin gets the same spans, with whole ids", async () => {
	type Zipkin = { traceId: string; id: string; kind: string; duration: number }[];
	const bodies = collector.bodies.filter((body) => Array.isArray(body)) as Zipkin[];
	const spans = bodies.flat();
	expect(spans.length).toBeGreaterThan(0);
	for (const { traceId, id, duration } of spans) {
		expect(traceId).toBe(TRACE);
		expect(id).toMatch(/^[0-9a-f]{16}$/);
		expect(duration).toBeGreaterThan(0);
	}
	expect(new Set(spans.map(({ kind }) => kind))).toEqual(new Set(["SERVER", "CONSUMER"]));
});

test("MON-26 a request that nobody traces leaves no span, unless it fails", async () => {
	const before = collector.spans.length;
	await shop.get("/api/v1/products?limit=1");
	await mesh.processes.orders?.stop("SIGKILL");
	const down = await shop.get("/api/v1/orders", {
		token: buyer,
		headers: { "X-Request-ID": "lost.request" },
	});
	expect(down.status).toBeGreaterThanOrEqual(503);
	const failed = await until(
		() => collector.spans.slice(before).filter(({ name }) => name === "GET /api/v1/orders"),
		(found) => found.length > 0,
		20_000,
	);
	expect(failed[0]).toMatchObject({ traceId: traceOf("lost.request"), status: { code: 2 } });
	expect(collector.spans.slice(before).filter(({ name }) => name.includes("products"))).toEqual([]);
});

test("MON-26 a collector that is away costs no request anything, and is counted", async () => {
	await collector.stop();
	for (let request = 0; request < 5; request++) {
		const headers = { traceparent: `00-${TRACE}-${SENDER}-01` };
		expect((await shop.get("/api/v1/products?limit=1", { headers })).status).toBe(200);
	}
	const page = () => fetch(mesh.processes[REST]?.counts_url ?? "").then((answer) => answer.text());
	await until(page, (text) => /^trace_spans_dropped_total [1-9]/m.test(text), 20_000);
});

import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { ServiceBroker, ServiceSchema } from "moleculer";
import Type from "typebox";
import { gateway as config } from "../../config/gateway.ts";
import { Nats } from "../../config/transporter.ts";
import { action, contract } from "../../lib/contract.ts";
import { service } from "../../lib/service.ts";
import gatewayService from "../../services/gateway/gateway.service.ts";
import { broker } from "../support/broker.ts";
import { type Heard, identityStub, KEY, ask as send } from "../support/gateway.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { counted } from "../support/page.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);

/** Bears the name of a context: the gateway checks no others. */
const inventory = contract("inventory", {
	where: action({
		summary: "Which node answers",
		rest: "GET /where",
		roles: ["guest"],
		params: {},
		returns: Type.Object({ node: Type.String() }),
	}),
});
const where = service(inventory, {
	actions: {
		async where() {
			return { node: this.broker.nodeID };
		},
	},
});
/** How each node is, and how often it was asked. */
const health: Record<string, "up" | "down" | "silent"> = {
	"inventory.1": "up",
	"inventory.2": "up",
};
const asked: Record<string, number> = {};
const node: ServiceSchema = {
	name: "node",
	actions: {
		health: {
			circuitBreaker: { enabled: false }, // it is asked whether it is there again
			handler() {
				const { nodeID } = this.broker;
				asked[nodeID] = (asked[nodeID] ?? 0) + 1;
				const status = health[nodeID];
				if (status === "silent") return new Promise(() => {});
				return { status, contexts: { inventory: { status } } };
			},
		},
	},
};

const { every_ms, failing_ms, timeout_ms } = config.checks;
let server: NatsServer;
let door: ServiceBroker;
let nodes: ServiceBroker[];
let port = 0;

beforeAll(async () => {
	Object.assign(config.checks, { every_ms: 120, failing_ms: 40, timeout_ms: 200 });
	server = await natsServer();
	const join = (nodeID: string, services: ServiceSchema[]) =>
		broker(services, {
			nodeID,
			transporter: new Nats(server.url),
			transit: { serviceChangedDebounceTime: 0 } as never,
		});
	door = join("gateway.1", [identityStub, gatewayService]);
	nodes = ["inventory.1", "inventory.2"].map((name) => join(name, [where, node]));
	await Promise.all([door, ...nodes].map((one) => one.start()));
	const gateway = door.getLocalService("gateway") as unknown as {
		server: { address(): { port: number } };
	};
	port = gateway.server.address().port;
	await until(
		() => get("/api/v1/where"),
		({ status }) => status === 200,
	);
});
afterAll(async () => {
	Object.assign(config.checks, { every_ms, failing_ms, timeout_ms });
	await Promise.all([door, ...(nodes ?? [])].map((one) => one?.stop()));
	await server?.remove();
});

const get = (path: string): Promise<Heard> => send(port, path, { headers: KEY });
const becomes = (name: string, state: string) =>
	until(
		() => get("/health"),
		({ body }) => body.contexts[name] === state,
	);
/** Who answers, of a few calls. */
const answering = async () => {
	const answers = await Promise.all(Array.from({ length: 12 }, () => get("/api/v1/where")));
	expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
	return [...new Set(answers.map(({ body }) => body.node))].sort();
};
const isUp = (name: string) =>
	counted("gateway_upstream_up", 'context="inventory"', `node="${name}"`);
const failed = () =>
	counted("gateway_upstream_checks_total", 'node="inventory.2"', 'result="failed"');

test("HA-04 MON-11 a replica that fails three checks is called no more, one that passes two is called again", async () => {
	await becomes("inventory", "up");
	expect(await answering()).toEqual(["inventory.1", "inventory.2"]);
	health["inventory.2"] = "down";
	await becomes("inventory", "degraded");
	expect(await failed()).toBeGreaterThanOrEqual(3);
	expect([await isUp("inventory.1"), await isUp("inventory.2")]).toEqual([1, 0]);
	expect(await answering()).toEqual(["inventory.1"]);
	expect((await get("/health")).body).toMatchObject({ status: "degraded" });
	expect(await get("/health/inventory")).toMatchObject({
		status: 200,
		body: { context: "inventory", status: "degraded" },
	});

	health["inventory.2"] = "up";
	await becomes("inventory", "up");
	expect(await answering()).toEqual(["inventory.1", "inventory.2"]);
	expect(await isUp("inventory.2")).toBe(1);
});

test("HA-04 a node that does not answer fails its checks; where all are down, all are tried", async () => {
	health["inventory.1"] = "silent";
	health["inventory.2"] = "down";
	await becomes("inventory", "down");
	expect(await get("/health/inventory")).toMatchObject({
		status: 503,
		headers: { "retry-after": "5" },
	});
	expect(await answering()).toEqual(["inventory.1", "inventory.2"]);
	health["inventory.1"] = health["inventory.2"] = "up";
	await becomes("inventory", "up");
});

test("HA-04 a node that failed is asked more often than one that is well", async () => {
	const rates = async (state: "up" | "down", name: string) => {
		health[name] = state;
		const before = asked[name] ?? 0;
		const since = performance.now();
		await until(() => (asked[name] ?? 0) >= before + 5);
		return (performance.now() - since) / 5;
	};
	expect(await rates("up", "inventory.1")).toBeGreaterThan(100);
	expect(await rates("down", "inventory.1")).toBeLessThan(100);
	health["inventory.1"] = "up";
	await becomes("inventory", "up");
});

test("WEB-F23 MON-11 a context that is away is 503 with Retry-After, and its nodes are no longer shown", async () => {
	await Promise.all(nodes.map((one) => one.stop()));
	nodes = [];
	await becomes("inventory", "down");
	expect(await get("/api/v1/where")).toMatchObject({
		status: 503,
		headers: { "retry-after": "5" },
		body: { code: "UNAVAILABLE" },
	});
	expect(await get("/health/inventory")).toMatchObject({ status: 503 });
	await until(async () => (await failed()) === 0);
	expect(await isUp("inventory.1")).toBe(0);
});

import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { ServiceBroker, ServiceSchema } from "moleculer";
import Type from "typebox";
import { ownerOf } from "../../config/balancing.ts";
import { Nats } from "../../config/transporter.ts";
import { action, contract } from "../../lib/contract.ts";
import { service } from "../../lib/service.ts";
import { carts } from "../../services/carts/carts.contract.ts";
import { as, broker } from "../support/broker.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { stub } from "../support/stub.ts";
import { until } from "../support/until.ts";

const Who = Type.Object({ node: Type.String() });
const shelf = contract("shelf", {
	look: action({ repeatable: true, params: {}, returns: Who }),
	wait: action({ repeatable: true, params: { name: Type.String() }, returns: Who }),
	put: action({ idempotency: "optional", params: { name: Type.String() }, returns: Who }),
	crowd: action({
		bulkhead: { enabled: true, concurrency: 1, maxQueueSize: 1 },
		params: {},
		returns: Who,
	}),
});

let server: NatsServer;
let running: ServiceBroker[] = [];
/** What has begun where, by the name that it was given. */
const begun: { name: string; node: string; key?: string }[] = [];
/** Ends with the test, so that nothing waits for it. */
let over = Promise.withResolvers<{ node: string }>();
const never = () => over.promise;

const shelfOn = (node: string): ServiceSchema =>
	service(shelf, {
		actions: {
			look: async () => ({ node }),
			wait({ params: { name } }) {
				begun.push({ name, node });
				return begun.filter((one) => one.name === name).length === 1
					? never() // the first to be asked dies with it
					: Promise.resolve({ node });
			},
			put({ params: { name }, headers }) {
				begun.push({ name, node, key: headers?.idempotency_key });
				return never();
			},
			crowd: () => never(),
		},
	});

async function mesh(names: string[], servicesOn: (node: string) => ServiceSchema[], options = {}) {
	const nodes = ["caller", ...names].map((nodeID) =>
		broker(nodeID === "caller" ? [] : servicesOn(nodeID), {
			nodeID,
			transporter: new Nats(server.url),
			tracking: { enabled: true, shutdownTimeout: 100 }, // some calls here never end
			...options,
		}),
	);
	running = nodes;
	await Promise.all(nodes.map((one) => one.start()));
	const [caller, ...replicas] = nodes as [ServiceBroker, ...ServiceBroker[]];
	await until(() => {
		const list = caller.registry.getServiceList({ skipInternal: true, onlyAvailable: true });
		return list.length >= replicas.length;
	});
	return { caller, replicas };
}

/** Dies like a process that is killed: its socket closes, and it says nothing. */
const kill = (node: ServiceBroker) =>
	(node.transit as unknown as { tx: { client: { close(): Promise<void> } } }).tx.client.close();

beforeAll(async () => {
	server = await natsServer();
});
afterEach(async () => {
	over.resolve({ node: "" });
	over = Promise.withResolvers();
	await Promise.all(running.map((one) => one.stop()));
	running = [];
	begun.length = 0;
});
afterAll(() => server.remove());

test("HA-01 GTW-19 of 1 000 calls without a key each of two replicas takes 500, give or take 5 %", async () => {
	const { caller } = await mesh(["shelf.1", "shelf.2"], (node) => [shelfOn(node)]);
	const taken = new Map<string, number>();
	const call = async () => {
		const { node } = await shelf.look(caller, {});
		taken.set(node, (taken.get(node) ?? 0) + 1);
	};
	for (let round = 0; round < 50; round++) await Promise.all(Array.from({ length: 20 }, call));
	expect([...taken.keys()].sort()).toEqual(["shelf.1", "shelf.2"]);
	for (const count of taken.values()) expect(Math.abs(count - 500)).toBeLessThanOrEqual(25);
});

test("HA-01 a replica that says a smaller weight takes less", async () => {
	const nodes = ["shelf.1", "shelf.2"].map((nodeID, n) =>
		broker([shelfOn(nodeID)], {
			nodeID,
			transporter: new Nats(server.url),
			metadata: { weight: n === 0 ? 300 : 100 },
		}),
	);
	const caller = broker([], { nodeID: "caller", transporter: new Nats(server.url) });
	running = [caller, ...nodes];
	await Promise.all(running.map((one) => one.start()));
	await until(() => caller.registry.getServiceList({ skipInternal: true }).length === 2);
	const asked = Array.from({ length: 40 }, () => shelf.look(caller, {}));
	const byFirst = (await Promise.all(asked)).filter(({ node }) => node === "shelf.1");
	expect(byFirst.length).toBe(30);
});

test("HA-02 with three carts replicas a cart's calls go to its owner, the others to the least busy", async () => {
	const served: { action: string; node: string; cart_id?: string }[] = [];
	const held = Promise.withResolvers<void>();
	const replica = (node: string) =>
		stub(carts, {
			async list() {
				served.push({ action: "list", node });
				return { items: [] };
			},
			async totals({ params: { cart_id } }) {
				served.push({ action: "totals", node, cart_id });
				if (cart_id === "slow") await held.promise;
				return { subtotal_cents: 0, discount_cents: 0, gst_cents: 0, qst_cents: 0, total_cents: 0 };
			},
		});
	const names = ["carts.1", "carts.2", "carts.3"];
	const { caller } = await mesh(names, (node) => [replica(node)], { cacher: false });
	const keys = Array.from({ length: 30 }, (_, n) => `crt_${n}`);
	for (const cart_id of [...keys, ...keys]) await carts.totals(caller, { cart_id }, as("guest"));
	const replicas = names.map((id) => ({ id }));
	const owned = ({ cart_id = "" }) => ownerOf(replicas, cart_id)?.id;
	for (const one of served) expect(one.node).toBe(owned(one));
	expect(new Set(served.map(({ node }) => node)).size).toBe(3);

	served.length = 0;
	const slow = carts.totals(caller, { cart_id: "slow" }, as("guest"));
	for (let n = 0; n < 20; n++) await carts.list(caller, {}, as("admin"));
	const busy = owned({ cart_id: "slow" });
	const lists = served.filter(({ action }) => action === "list");
	expect(lists.length).toBe(20);
	expect(new Set(lists.map(({ node }) => node))).toEqual(
		new Set(names.filter((name) => name !== busy)),
	);
	held.resolve();
	await slow;
});

test("HA-05 HA-14 a replica is killed: reads under way are answered by the other, within three seconds, writes are told and run once", async () => {
	const { caller, replicas } = await mesh(["shelf.1", "shelf.2"], (node) => [shelfOn(node)]);
	const [reading, writing] = [
		shelf.wait(caller, { name: "read" }),
		shelf.put(caller, { name: "one" }).catch((err: Error) => err),
		shelf.put(caller, { name: "two" }).catch((err: Error) => err),
	];
	await until(() => begun.length === 3);
	const victim = begun.find(({ name }) => name === "read")?.node ?? "";
	const lost = performance.now();
	await kill(replicas.find(({ nodeID }) => nodeID === victim) as ServiceBroker);
	expect((await reading).node).not.toBe(victim);
	const name = begun.find((one) => one.node === victim && one.name !== "read")?.name;
	if (name === "one") expect(await writing).toMatchObject({ type: "REQUEST_REJECTED", code: 503 });
	expect(performance.now() - lost).toBeLessThan(3_000);
	expect(begun.filter((one) => one.name === "one").length).toBe(1);
	for (let n = 0; n < 10; n++) expect((await shelf.look(caller, {})).node).not.toBe(victim);
});

test("HA-05 U-07 a replica is killed: a write that its client has named is asked of the other, by the same name", async () => {
	const { caller, replicas } = await mesh(["shelf.1", "shelf.2"], (node) => [shelfOn(node)]);
	const named = { headers: { idempotency_key: "of-the-client" } };
	const writing = shelf.put(caller, { name: "named" }, named).catch((err: Error) => err);
	await until(() => begun.length === 1);
	const [first] = begun.map(({ node }) => node);
	await kill(replicas.find(({ nodeID }) => nodeID === first) as ServiceBroker);
	await until(() => begun.length === 2);
	expect(begun[1]).toMatchObject({ name: "named", key: "of-the-client" });
	expect(begun[1]?.node).not.toBe(first);
	over.resolve({ node: "the other" });
	expect(await writing).toEqual({ node: "the other" });
});

test("HA-05 HA-14 the first call after a kill already finds the other replica; without one it fails at once", async () => {
	const { caller, replicas } = await mesh(["shelf.1", "shelf.2"], (node) => [shelfOn(node)]);
	await kill(replicas[0] as ServiceBroker);
	const asked = Array.from({ length: 10 }, () => shelf.look(caller, {}));
	expect(new Set((await Promise.all(asked)).map(({ node }) => node))).toEqual(new Set(["shelf.2"]));

	await kill(replicas[1] as ServiceBroker);
	const before = performance.now();
	const failed = await shelf.put(caller, { name: "late" }).catch((err: Error) => err);
	// Never begun; or, if a ping has told of it before, perhaps begun: both are said at once.
	const type = expect.stringMatching(/^(SERVICE_NOT_AVAILABLE|REQUEST_REJECTED)$/);
	expect(failed).toMatchObject({ type, data: { action: "shelf.put" } });
	expect(performance.now() - before).toBeLessThan(500);
});

test("HA-05 a write that times out, or is refused, runs once", async () => {
	const { caller } = await mesh(["shelf.1", "shelf.2"], (node) => [shelfOn(node)]);
	const slow = shelf.put(caller, { name: "slow" }, { timeout: 200 }).catch((err: Error) => err);
	expect(await slow).toMatchObject({ type: "REQUEST_TIMEOUT" });
	expect(begun.length).toBe(1);
});

test("GTW-06 a full queue is refused as QUEUE_FULL over the wire, and the node goes on", async () => {
	const { caller } = await mesh(["shelf.1"], (node) => [shelfOn(node)], { requestTimeout: 300 });
	const asked = Array.from({ length: 3 }, () =>
		shelf.crowd(caller, {}).catch((err: { type?: string }) => err.type),
	);
	expect(await Promise.race(asked)).toBe("QUEUE_FULL");
	expect(await shelf.look(caller, {})).toEqual({ node: "shelf.1" });
	await Promise.all(asked);
});

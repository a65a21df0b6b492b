import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { businessDate } from "../../lib/time.ts";
import { buy, everything, settled } from "../support/buying.ts";
import { type Client, client } from "../support/client.ts";
import { GROUPS, type Mesh, startMesh } from "../support/mesh.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";

jest.setTimeout(120_000);

const STATELESS = ["gateway", "metrics"];
const HALF = 11_497; // of two backpacks, 229.95 $ with taxes
const STEPS = [
	...["submitted", "review_started", "approved", "refund_pending", "refund_made"],
	...["stock_adjusted", "closed"],
];

let server: NatsServer;
let mesh: Mesh;
let shop: Client;
let [buyer, office, admin, auditor] = ["", "", "", ""];
let order: { order_id: string; payment_id: string; saga_id: string };
let claim_id: string;

beforeAll(async () => {
	server = await natsServer();
	mesh = await startMesh(server.url);
	shop = client(mesh.gateway);
	await mesh.whole();
	[buyer, office, admin, auditor] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("maison_mere"),
		shop.login("admin", "admin"),
		shop.login("verificateur"),
	]);
});
afterAll(async () => {
	await mesh.stop();
	await server.remove();
});

const read = async (path: string, token = admin) =>
	(await shop.get(`/api/v1${path}`, { token })).body;
const ended = () =>
	until(
		() => read(`/claims/${claim_id}`, buyer),
		({ status }) => status === "CLOSED",
		30_000,
	);
const sales = async () => {
	const today = businessDate(Date.now());
	return (await read(`/reports/sales?from=${today}&to=${today}`, office)).totals;
};

test("CLM-01 CLM-04 CLM-05 CLM-07 CLM-14 a claim goes from process to process, and nobody leads it", async () => {
	const sold = await buy(shop, buyer, { body: { products: [{ product_id: 5, quantity: 2 }] } });
	expect(sold.body.status).toBe("COMPLETED");
	order = sold.body;
	const left = await settled(shop, admin, 5);
	const { body: filed } = await shop.post("/api/v1/claims", {
		token: buyer,
		body: {
			...{ claim_type: "wrong_item", description: "Pas la bonne couleur" },
			...{ product_id: "5", order_id: order.order_id },
		},
	});
	claim_id = filed.id;
	await shop.post(`/api/v1/claims/${claim_id}/review`, { token: office });
	const body = { disposition: "restock" };
	const granted = await shop.post(`/api/v1/claims/${claim_id}/approve`, { token: office, body });
	expect(granted).toMatchObject({ status: 200, body: { status: "APPROVED" } });

	expect(await ended()).toMatchObject({ amount_cents: HALF });
	const { items } = await read(`/claims/${claim_id}/history`, buyer);
	expect(items.map(({ type }: { type: string }) => type)).toEqual(STEPS);
	expect(await read(`/payments/${order.payment_id}`)).toMatchObject({ refunded_cents: HALF });
	expect(await settled(shop, admin, 5)).toBe(left + 1);
});

test("CLM-04 CLM-05 who refunds and who puts back say that they are well", async () => {
	for (const context of ["payments", "inventory", "claims"]) {
		const { status, body } = await shop.get(`/health/${context}`);
		expect([status, body]).toEqual([200, { context, status: "up" }]);
	}
});

test("CLM-07 CLM-06 its timeline is drawn by a watcher in a third process", async () => {
	const { items } = await until(
		() => read(`/sagas?claim_id=${claim_id}`),
		({ items: [saga] }) => saga?.status === "COMPLETED",
	);
	expect(await read(`/sagas/${items[0].saga_id}`)).toMatchObject({
		...{ name: "claim-refund", kind: "choreographed", claim_id },
		steps: [{ status: "SUCCESS" }, { status: "SUCCESS" }, { status: "SUCCESS" }, {}],
	});
});

test("NOT-01 NOT-03 its customer is told of each step, once, and of the order that a saga led", async () => {
	const about = claim_id.slice(-8);
	const notices = async () =>
		(await everything(shop, buyer, "/api/v1/notifications")).filter(
			({ channel }) => channel === "in_app",
		);
	const ofClaim = (all: any[]) => all.filter(({ title }) => title.includes(about));
	const all = await until(notices, (seen) => ofClaim(seen).length >= STEPS.length);
	const templates = ofClaim(all).map(({ template }) => template);
	expect(templates.reverse()).toEqual(STEPS.map((step) => `claim_${step}`));
	expect(all.map(({ template }) => template)).toContain("order_confirmed");
});

test("CLM-06 AUD-01 the event store has heard every process: saga.completed like any other", async () => {
	const types = async (path: string): Promise<string[]> => {
		const { items = [] } = await read(`/events/${path}`, auditor); // 404 before the first was heard
		return items.map(({ type }: { type: string }) => type);
	};
	await until(
		() => types(`aggregates/claim/${claim_id}`),
		(seen) => seen.join() === STEPS.map((step) => `claims.${step}`).join(),
	);
	await until(
		() => types(`aggregates/saga/${order.saga_id}`),
		(seen) => seen.join() === "saga.started,saga.completed",
	);
	const producers = new Set(
		(await everything(shop, auditor, "/api/v1/events")).map(({ producer }) => producer),
	);
	expect([...producers]).toEqual(
		expect.arrayContaining(["claims", "payments", "inventory", "orders", "saga", "notifications"]),
	);
	expect(await read("/audit/verify", auditor)).toMatchObject({ valid: true });
});

test("REP-13 REP-12 AUD-03 the reports follow, and a replay from the event store gives the same", async () => {
	const caughtUp = () =>
		until(
			() => read("/reports/projections", office),
			({ items }) => items.every((one: any) => one.lag_events === 0 && one.state === "LIVE"),
		);
	const claimed = () => read("/reports/claims", office);
	const { items } = await until(claimed, (seen) =>
		seen.items.some((one: any) => one.claim_id === claim_id && one.status === "CLOSED"),
	);
	await caughtUp();
	const before = await sales();
	expect(before).toMatchObject({ returned: 1, refund_cents: 10_000 });
	for (const target of ["sales", "claims"]) {
		const { body } = await shop.post("/api/v1/events/replay", { token: admin, body: { target } });
		await until(
			() => read(`/events/replay/${body.id}`),
			({ status }) => status === "DONE",
			30_000,
		);
	}
	await caughtUp();
	expect(await sales()).toEqual(before);
	expect((await claimed()).items).toEqual(items);
});

test("MON-14 REP-14 the metrics page shows every context of the mesh, and what reporting reads of it", async () => {
	const page = async () => (await fetch(mesh.gateway.metrics_url)).text();
	const text = await until(page, (seen) => /^total_orders_created [1-9]/m.test(seen), 30_000);
	for (const context of GROUPS.flat())
		expect(text).toMatch(
			new RegExp(`^mesh_service_endpoints\\{service_name="${context}"\\} 1$`, "m"),
		);
	expect(text).toContain(`mesh_nodes{state="up"} ${GROUPS.length}\n`);
});

test("CLM-18 each context has a database of its own, and none is another's", () => {
	const kept = readdirSync(mesh.gateway.data_dir).filter((file) => file.endsWith(".sqlite"));
	const owners = GROUPS.flat().filter((name) => !STATELESS.includes(name));
	expect(kept).toEqual(expect.arrayContaining(owners.map((name) => `${name}.sqlite`)));
	const others = kept.filter((file) => !owners.includes(file.replace(".sqlite", "")));
	expect(others).toEqual(["provider.sqlite"]); // the bank's own ledger, not ours
});

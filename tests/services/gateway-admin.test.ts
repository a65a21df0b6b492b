import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { ServiceSchema } from "moleculer";
import { audit } from "../../services/audit/audit.contract.ts";
import {
	type Asked,
	bearer,
	identityStub,
	KEY,
	type Shop,
	shop,
	teaService,
} from "../support/gateway.ts";
import { stub } from "../support/stub.ts";

const acts: object[] = [];
const drained: unknown[] = [];
let isAuditAway = false;
const auditStub = stub(audit, {
	async record({ params }) {
		if (isAuditAway) throw new Error("away");
		acts.push(params);
	},
});
const node: ServiceSchema = {
	name: "node",
	actions: {
		health: () => ({ status: "up", contexts: { tea: { status: "up" } } }),
		drain: ({ headers }) => void drained.push(headers),
	},
};

let open: Shop;
beforeAll(async () => {
	open = await shop([identityStub, teaService, auditStub, node]);
});
afterAll(() => open.broker.stop());
beforeEach(() => {
	acts.length = 0;
	isAuditAway = false;
});

const get = (path: string, headers: Asked["headers"] = bearer("admin")) =>
	open.ask(`/admin/${path}`, { headers });
const post = (path: string, json: object, headers: Asked["headers"] = bearer("admin")) =>
	open.ask(`/admin/${path}`, { method: "POST", json, headers });

test("GTW-13 an administrator sees services, upstreams, limits and circuit breakers; each look is kept by audit", async () => {
	const nodeID = open.broker.nodeID;
	const services = await get("services");
	expect(services).toMatchObject({ status: 200, body: { nodes: [{ node: nodeID }] } });
	expect(services.body.nodes[0].services).toEqual(expect.arrayContaining(["tea", "gateway"]));
	await open.ask("/api/v1/cups", { headers: KEY });
	const { body } = await get("circuit-breakers");
	expect(body.items).toContainEqual(
		expect.objectContaining({ action: "tea.list", node: nodeID, state: "close" }),
	);
	expect(await get("rate-limits")).toMatchObject({
		body: { policy: "local", is_alone: false, plan: { minute: 100, hour: 1_000 } },
	});
	const upstreams = await get("upstreams");
	expect(upstreams.body.items).toContainEqual(
		expect.objectContaining({ context: "identity", node: nodeID, state: "up" }),
	);
	expect(acts).toEqual([
		{ act: "gateway.services" },
		{ act: "gateway.circuitBreakers" },
		{ act: "gateway.rateLimits" },
		{ act: "gateway.upstreams" },
	]);
});

test.each(["head_office", "auditor", "customer"])("GTW-13 nobody else does: %s", async (role) => {
	for (const path of ["services", "upstreams", "rate-limits", "circuit-breakers"])
		expect(await get(path, bearer(role))).toMatchObject({ status: 403 });
	const paths = ["drain", "rate-limits/reset", "circuit-breakers/reset"];
	for (const path of paths)
		expect(await post(path, { reason: "x" }, bearer(role))).toMatchObject({ status: 403 });
	expect(await get("services", KEY)).toMatchObject({ status: 401 });
	expect(acts).toEqual([]);
});

test("GTW-13 limits are reset for a reason: the consumer may go on; without a reason, or without audit, nothing is", async () => {
	const cups = () => open.ask("/api/v1/cups", { headers: { "x-api-key": "small-key" } });
	for (let nth = 0; nth < 5; nth++) await cups();
	expect((await cups()).status).toBe(429);
	expect(await post("rate-limits/reset", { consumer: "small" })).toMatchObject({ status: 422 });
	isAuditAway = true;
	expect(await post("rate-limits/reset", { reason: "x" })).toMatchObject({ status: 500 });
	expect((await cups()).status).toBe(429);
	isAuditAway = false;
	const asked = { consumer: "small", reason: "Un import de nuit" };
	expect(await post("rate-limits/reset", asked)).toMatchObject({ status: 200 });
	expect((await cups()).status).toBe(200);
	expect(acts).toEqual([
		{ act: "gateway.resetRateLimits", target: "small", reason: "Un import de nuit" },
	]);
});

test("GTW-13 GTW-07 an open circuit is shown, and closed on an operator's word", async () => {
	const fail = () => open.ask("/api/v1/failures/bug", { headers: KEY });
	for (let nth = 0; nth < 12; nth++) await fail();
	expect(await fail()).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
	const circuit = async () =>
		(await get("circuit-breakers")).body.items.find((one: any) => one.action === "tea.fail");
	expect(await circuit()).toMatchObject({ state: "open", failures: 10 });
	const answer = await post("circuit-breakers/reset", { action: "tea.fail", reason: "Réparé" });
	expect(answer.body).toEqual({ closed: 1 });
	expect(await circuit()).toMatchObject({ state: "close", failures: 0 });
	expect(await fail()).toMatchObject({ status: 500 });
});

test("GTW-13 a node is drained by name; one that nobody knows is not", async () => {
	const { nodeID } = open.broker;
	expect(await post("drain", { node: "nobody.1", reason: "x" })).toMatchObject({
		status: 404,
		body: { code: "NODE_NOT_FOUND" },
	});
	expect(acts).toEqual([]);
	const answer = await post("drain", { node: nodeID, reason: "Mise à jour" });
	expect(answer).toMatchObject({ status: 202, body: { node: nodeID } });
	expect(drained).toHaveLength(1);
	expect(acts).toEqual([{ act: "gateway.drain", target: nodeID, reason: "Mise à jour" }]);
});

test("GTW-13 administration has a budget of its own, and is described like every other route", async () => {
	const token = { authorization: "Bearer admin.9" };
	const first = await get("rate-limits", token);
	expect(first.headers["ratelimit-policy"]).toContain('"admin";q=60;w=60');
	const { body } = await open.ask("/openapi/gateway.json");
	expect(Object.keys(body.paths).sort()).toEqual([
		"/admin/circuit-breakers",
		"/admin/circuit-breakers/reset",
		"/admin/drain",
		"/admin/rate-limits",
		"/admin/rate-limits/reset",
		"/admin/services",
		"/admin/upstreams",
	]);
	const { get: described } = body.paths["/admin/services"];
	expect(described).toMatchObject({ "x-roles": ["admin"], "x-rate-limit": "admin" });
});

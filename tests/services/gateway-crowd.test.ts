import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import Type from "typebox";
import { gateway as config } from "../../config/gateway.ts";
import { action, contract } from "../../lib/contract.ts";
import { service } from "../../lib/service.ts";
import { admission } from "../../services/gateway/admission.ts";
import type { Exchange } from "../../services/gateway/exchange.ts";
import { type Heard, identityStub, type Shop, shop } from "../support/gateway.ts";
import { counted } from "../support/page.ts";
import { until } from "../support/until.ts";

const route = { params: {}, roles: ["guest"], returns: Type.Object({}) } as const;
const queue = contract("queue", {
	wait: action({
		...route,
		summary: "Answers once it is told to",
		rest: "GET /waits",
		timeout: 60_000,
	}),
	open: action({ ...route, summary: "Answers", rest: "GET /opens" }),
	full: action({ ...route, summary: "Has no room", rest: "GET /fulls" }),
	report: action({ ...route, summary: "A report", rest: "GET /sums", limit: "report" }),
	pay: action({ ...route, summary: "Moves money", rest: "POST /pays", limit: "write" }),
	mine: action({ ...route, roles: ["customer"], summary: "Of a person", rest: "GET /mines" }),
});
jest.setTimeout(60_000);

let release: () => void = () => {};
let gate = new Promise<void>(() => {});
const close = () => {
	gate = new Promise((resolve) => {
		release = resolve;
	});
};
let waiting = 0;
const empty = async () => ({});
const queueService = service(queue, {
	actions: {
		async wait() {
			waiting++;
			await gate;
			waiting--;
			return {};
		},
		...{ open: empty, report: empty, pay: empty, mine: empty },
		async full() {
			throw Object.assign(new Error("Queue size limit reached"), {
				...{ name: "QueueIsFullError", code: 429, type: "QUEUE_FULL", retryable: true },
			});
		},
	},
});

let open: Shop;
beforeAll(async () => {
	open = await shop([identityStub, queueService]);
});
afterAll(() => open.broker.stop());

const ask = (path: string, key = "mine-key", method = "GET") =>
	open.ask(path, {
		method,
		headers: { ...(key && { "x-api-key": key }) },
		...(method === "POST" && { json: {} }),
	});
const inFlight = () => counted("http_server_active_requests");
const full = { status: 503, headers: { "retry-after": "1" }, body: { code: "UNAVAILABLE" } };

/** Holds so many requests open, and shows what one more is told. */
async function crowd(count: number, key: string, more: () => Promise<Heard>) {
	close();
	const held = Array.from({ length: count }, () => ask("/api/v1/waits", key));
	await until(
		() => waiting,
		(inside) => inside === count,
	);
	const heard = await more();
	release();
	const statuses = (await Promise.all(held)).map(({ status }) => status);
	await until(inFlight, (active) => active === 0);
	return { heard, statuses: [...new Set(statuses)] };
}

test("GTW-07 beyond 50 in flight a consumer is told 503 at once; others are served, and so is he once they are answered", async () => {
	const { heard, statuses } = await crowd(50, "mine-key", () => ask("/api/v1/opens"));
	expect(heard).toMatchObject(full);
	expect(statuses).toEqual([200]);
	expect((await crowd(50, "mine-key", () => ask("/api/v1/opens", "plain-key"))).heard.status).toBe(
		200,
	);
	expect((await ask("/api/v1/opens")).status).toBe(200);
	expect(await counted("gateway_shed_total", '"consumer"')).toBe(1);
});

test("GTW-07 beyond 64 in flight an action is told 503 with Retry-After, whoever asks but who has no limit", async () => {
	Object.assign(config.in_flight, { consumer: 200 });
	try {
		const more = () => ask("/api/v1/waits", "plain-key");
		expect((await crowd(64, "mine-key", more)).heard).toMatchObject(full);
	} finally {
		Object.assign(config.in_flight, { consumer: 50 });
	}
	expect((await crowd(70, "tests-key", () => ask("/api/v1/opens"))).statuses).toEqual([200]);
});

test("GTW-07 a full queue behind the gateway is 503, never 429", async () => {
	expect(await ask("/api/v1/fulls")).toMatchObject(full);
});

test("under pressure reports are given up first, then guests, then the rest, and money last", async () => {
	const gateway = open.broker.getLocalService("gateway") as unknown as { pressure: object };
	const { pressure } = gateway;
	const served = async (level: number) => {
		gateway.pressure = { level, stop() {} };
		const answers = [
			await ask("/api/v1/sums"),
			await ask("/api/v1/opens"),
			await open.ask("/api/v1/mines", {
				headers: { "x-api-key": "mine-key", authorization: "Bearer customer" },
			}),
			await ask("/api/v1/pays", "mine-key", "POST"),
			await ask("/health/live", ""),
			await ask("/api/v1/opens", "tests-key"),
		];
		return answers.map(({ status }) => status);
	};
	try {
		expect(await served(0)).toEqual([200, 200, 200, 200, 200, 200]);
		expect(await served(1)).toEqual([503, 200, 200, 200, 200, 200]);
		expect(await served(2)).toEqual([503, 503, 200, 200, 200, 200]);
		expect(await served(3)).toEqual([503, 503, 503, 200, 200, 200]);
		expect(await served(4)).toEqual([503, 503, 503, 503, 200, 200]);
		expect((await ask("/api/v1/sums")).headers["retry-after"]).toBe("5");
	} finally {
		gateway.pressure = pressure;
	}
	expect(await counted("gateway_shed_total", '"report"')).toBeGreaterThan(1);
});

test("an address that shows no key has eight requests in flight, and whoever is answered leaves no trace", () => {
	const house = admission();
	const stranger = (address: string): Exchange =>
		({
			address,
			operation: { action: "queue.open", schema: {} },
			scope: { actor: "guest", role: "guest" },
			res: {} as ServerResponse,
		}) as unknown as Exchange;
	const inside = Array.from({ length: 8 }, () => stranger("192.0.2.1"));
	for (const one of inside) house.enter(one, 0);
	expect(() => house.enter(stranger("192.0.2.1"), 0)).toThrow();
	house.enter(stranger("192.0.2.2"), 0);
	for (const one of inside) house.leave(one);
	house.enter(inside[0] as Exchange, 0);
	expect(house.size).toBe(3);
});

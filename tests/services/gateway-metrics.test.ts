import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { gateway as config } from "../../config/gateway.ts";
import { registry } from "../../config/metrics.ts";
import { type Asked, ask, bearer, KEY, type Shop, shop } from "../support/gateway.ts";
import { counted } from "../support/page.ts";
import { until } from "../support/until.ts";

let open: Shop;
beforeAll(async () => {
	open = await shop();
});
afterAll(() => open.broker.stop());

/** How much a figure grows by what is done; counted when a request's socket has its answer. */
async function growth(act: () => Promise<unknown>, by: number, name: string, ...words: string[]) {
	const before = await counted(name, ...words);
	await act();
	const after = await until(
		() => counted(name, ...words),
		(seen) => seen >= before + by,
		3_000,
	);
	return Math.round((after - before) * 1e6) / 1e6;
}
const get = (path: string, headers: Asked["headers"] = KEY) => open.ask(path, { headers });
const DURATION = "http_server_request_duration_seconds_count";

test("MON-10 MON-12 GTW-10 requests are counted by method, template of the route and code; what is unknown has no name of its own", async () => {
	const of = (act: () => Promise<unknown>, ...words: string[]) =>
		growth(act, 1, DURATION, ...words);
	const cup = ['method="GET"', 'route="/api/v1/cups/:id"', 'code="200"'];
	expect(await of(() => get("/api/v1/cups/a?x"), 'route="/api/v1/cups/:id"', 'code="422"')).toBe(1);
	expect(await of(() => get("/api/v1/cups/secret1"), ...cup)).toBe(1);
	expect(await of(() => get("/nowhere/at/all"), 'route="unmatched"', 'code="404"')).toBe(1);
	const odd = () => open.ask("/api/v1/cups", { method: "PROPFIND", headers: KEY });
	expect(await of(odd, 'method="_OTHER"', 'code="405"')).toBe(1);
	const page = await registry.metrics();
	expect(page).not.toMatch(/secret1|nowhere|PROPFIND/);
	expect(page).toMatch(/duration_seconds_bucket\{le="0.105",method="GET"/);
});

test("GTW-10 MON-12 bytes in and out, and requests, are counted by consumer; who shows no known key is none", async () => {
	const json = { text: "x".repeat(1_000) };
	const echo = (headers: object) => () =>
		open.ask("/api/v1/echo", { method: "POST", json, headers: headers as never });
	const mine = { "x-api-key": "mine-key" };
	const sent = JSON.stringify(json).length;
	const words = ['consumer="mine"'];
	const into = await growth(echo(mine), sent, "gateway_consumer_bytes_total", ...words, '"in"');
	expect(into).toBe(sent);
	const out = await growth(echo(mine), sent, "gateway_consumer_bytes_total", ...words, '"out"');
	expect(out).toBeGreaterThan(sent);
	const bodies = ["http_server_request_body_bytes_sum", 'route="/api/v1/echo"'] as const;
	expect(await growth(echo(mine), sent, ...bodies)).toBe(sent);
	const answers = ["http_server_response_body_bytes_count", 'route="/api/v1/echo"'] as const;
	expect(await growth(echo(mine), 1, ...answers)).toBe(1);
	const requests = (headers: object, ...labels: string[]) =>
		growth(echo(headers), 1, "gateway_consumer_requests_total", ...labels);
	expect(await requests(mine, ...words, '"2xx"')).toBe(1);
	expect(await requests({ "x-api-key": "forged" }, 'consumer="none"', '"4xx"')).toBe(1);
	expect(await registry.metrics()).not.toContain("forged");
});

test("MON-12 GTW-10 each decision of the limiter is counted, by class of limits, consumer and outcome", async () => {
	const NAME = "gateway_rate_limit_decisions_total";
	const small = { "x-api-key": "small-key" };
	const many = async () => {
		for (let nth = 0; nth < 7; nth++) await get("/api/v1/cups", small);
	};
	const limited = [NAME, 'policy="default"', 'consumer="small"', 'decision="limited"'] as const;
	expect(await growth(many, 2, ...limited)).toBe(2);
	expect(await counted(NAME, 'consumer="small"', 'decision="allowed"')).toBe(5);
	const pour = () => open.ask("/api/v1/pours", { method: "POST", json: {}, headers: plain });
	expect(await growth(pour, 1, NAME, 'policy="write"', '"allowed"')).toBe(1);
	expect(await growth(() => get("/nothing", {}), 1, NAME, 'policy="refused"', '"none"')).toBe(1);
	expect(await growth(() => get("/docs", {}), 1, NAME, 'policy="documents"')).toBe(1);
	expect(await growth(() => get("/api/v1/cups"), 1, NAME, 'policy="unlimited"')).toBe(1);
	expect(await counted("gateway_rate_limiter_local")).toBe(0);
});
const plain = { "x-api-key": "plain-key" };

test("GTW-10 ways in, time behind the gateway, reads that were known and keys that were repeated are counted", async () => {
	const auth = (headers: object, ...words: string[]) =>
		growth(() => get("/api/v1/cups", headers as never), 1, "gateway_auth_total", ...words);
	expect(await auth(KEY, '"key"', '"ok"')).toBe(1);
	expect(await auth({}, '"key"', '"missing"')).toBe(1);
	expect(await auth({ "x-api-key": "nonsense" }, '"key"', '"refused"')).toBe(1);
	expect(await auth(bearer("customer"), '"token"', '"ok"')).toBe(1);
	expect(await auth(bearer("broken"), '"token"', '"refused"')).toBe(1);

	const upstream = ["gateway_upstream_duration_seconds_count", 'action="tea.list"'] as const;
	expect(await growth(() => get("/api/v1/cups"), 1, ...upstream)).toBe(1);

	const { etag = "" } = (await get("/api/v1/cups")).headers;
	const known = () => get("/api/v1/cups", { ...KEY, "if-none-match": etag });
	expect(await growth(known, 1, "gateway_cache_total", '"hit"')).toBe(1);
	const stale = () => get("/api/v1/cups", { ...KEY, "if-none-match": '"x"' });
	expect(await growth(stale, 1, "gateway_cache_total", '"miss"')).toBe(1);

	const brew = (cup_id: string) => () =>
		open.ask("/api/v1/brews", {
			method: "POST",
			json: { cup_id },
			headers: { ...bearer("customer.1"), "idempotency-key": "key-12345" },
		});
	expect(await growth(brew("1"), 1, "gateway_idempotency_total", '"first"')).toBe(1);
	expect(await growth(brew("again"), 1, "gateway_idempotency_total", '"replayed"')).toBe(1);
});

test("GTW-20 figures are switched off one by one, and consumers are then not told apart", async () => {
	const { metrics } = config;
	const every = [...metrics];
	const only = (...figures: string[]) => {
		metrics.clear();
		for (const one of figures) metrics.add(one);
	};
	const cups = () => get("/api/v1/cups", { "x-api-key": "mine-key" });
	try {
		only("status_codes");
		const by = ["gateway_consumer_requests_total", 'consumer="mine"'] as const;
		const [mine, timed] = [await counted(...by), await counted(DURATION)];
		const sent = await counted("gateway_consumer_bytes_total");
		const none = ["gateway_consumer_requests_total", 'consumer="none"', '"2xx"'] as const;
		expect(await growth(cups, 1, ...none)).toBe(1);
		expect([await counted(...by), await counted(DURATION)]).toEqual([mine, timed]);
		expect(await counted("gateway_consumer_bytes_total")).toBe(sent);
	} finally {
		only(...every);
	}
});

test("GTW-10 the page of the gateway shows how many requests are under way", async () => {
	const slow = ask(open.port, "/api/v1/failures/slow", { headers: KEY });
	await until(
		() => counted("http_server_active_requests"),
		(active) => active === 1,
	);
	await slow;
	await until(
		() => counted("http_server_active_requests"),
		(active) => active === 0,
	);
});

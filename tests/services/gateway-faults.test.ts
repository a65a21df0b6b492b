import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import ApiGateway from "moleculer-web";
import { gateway as config } from "../../config/gateway.ts";
import { limiter } from "../../services/gateway/limits.ts";
import { type Asked, identityStub, KEY, type Shop, shop, teaService } from "../support/gateway.ts";
import { door, library } from "../support/stock-gateway.ts";

/** Each fault twice: as stock moleculer-web has it (the day it has not, ours can go), and as we do. */
const shops: Shop[] = [];
const opened = async (...args: Parameters<typeof shop>) => {
	const made = await shop(...args);
	shops.push(made);
	return made;
};
const stockShop = (settings: object = {}, route: object = {}) =>
	opened([identityStub, teaService, library], door(settings, route));

let stock: Shop;
let ours: Shop;
beforeAll(async () => {
	stock = await stockShop();
	ours = await opened();
});
afterAll(() => Promise.all(shops.map(({ broker }) => broker.stop())));

const times = async <T>(count: number, ask: (nth: number) => Promise<T>) => {
	const heard: T[] = [];
	for (let nth = 0; nth < count; nth++) heard.push(await ask(nth));
	return heard;
};
const forged = (nth: number) => ({ "x-forwarded-for": `10.0.0.${nth}` });
const limited = (headers = false) => ({ rateLimit: { limit: 2, window: 60_000, headers } });
const post = (asked: Asked): Asked => ({ method: "POST", ...asked });

describe("a limit", () => {
	test("WEB-F1 a new X-Forwarded-For is not a new budget", async () => {
		const loose = await stockShop(limited());
		const there = await times(5, (nth) => loose.ask("/api/v1/cups", { headers: forged(nth) }));
		expect(there.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);

		const small = (nth: number) => ({ "x-api-key": "small-key", ...forged(nth) });
		const here = await times(6, (nth) => ours.ask("/api/v1/cups", { headers: small(nth) }));
		expect(here.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
	});

	test("WEB-F2 unknown paths, wrong methods and missing keys are counted too", async () => {
		const loose = await stockShop(limited());
		const there = await times(5, () => loose.ask("/api/v1/nowhere"));
		expect(new Set(there.map(({ status }) => status))).toEqual(new Set([404]));

		const strict = await opened();
		const tries = [() => strict.ask("/nowhere"), () => strict.ask("/api/v1/cups")];
		const here = await times(config.refused_minute, (nth) => tries[nth % 2]!());
		expect(new Set(here.map(({ status }) => status))).toEqual(new Set([401, 404]));
		expect(await strict.ask("/nowhere")).toMatchObject({ status: 429 });
		expect(await strict.ask("/api/v1/cups", { method: "DELETE" })).toMatchObject({ status: 429 });
		expect(await strict.ask("/api/v1/cups", { headers: KEY })).toMatchObject({ status: 200 });
		expect(await strict.ask("/nowhere", { headers: KEY })).toMatchObject({ status: 404 });
	});

	test("WEB-F3 buckets are bounded: the least used are forgotten", () => {
		const { MemoryStore } = (ApiGateway as any).RateLimitStores;
		const store = new MemoryStore(60_000);
		for (let nth = 0; nth <= config.buckets_max; nth++) store.inc(`client ${nth}`);
		expect(store.hits.size).toBe(config.buckets_max + 1);
		clearInterval(store.timer);

		const limits = limiter(config.buckets_max);
		for (let nth = 0; nth <= config.buckets_max; nth++)
			limits.take([{ key: `client ${nth}`, name: "minute", limit: 1, seconds: 60 }], 0);
		expect(limits.size).toBe(config.buckets_max);
	});

	test("WEB-F4 a 429 says in seconds when to come back", async () => {
		const loose = await stockShop(limited(true));
		const there = (await times(3, () => loose.ask("/api/v1/cups"))).at(-1)!;
		expect(there.status).toBe(429);
		expect(there.headers["retry-after"]).toBeUndefined();
		expect(Number(there.headers["x-rate-limit-reset"])).toBeGreaterThan(1e12);

		const strict = await opened();
		const headers = { "x-api-key": "small-key" };
		const here = (await times(6, () => strict.ask("/api/v1/cups", { headers }))).at(-1)!;
		expect(here).toMatchObject({ status: 429, body: { code: "RATE_LIMITED" } });
		expect(Number(here.headers["retry-after"])).toBe(12);
		expect(here.headers).toMatchObject({ "ratelimit-limit": "5", "ratelimit-remaining": "0" });
	});

	test("WEB-F5 nobody's body is read before he is known, and within his limits", async () => {
		const loose = await stockShop(limited());
		const bad = post({ body: "{", headers: { "content-type": "application/json" } });
		const there = await times(4, () => loose.ask("/api/v1/echo", bad));
		expect(new Set(there.map(({ status }) => status))).toEqual(new Set([400]));

		expect(await ours.ask("/api/v1/echo", bad)).toMatchObject({ status: 401 });
		const strict = await opened();
		const small = post({ ...bad, headers: { ...bad.headers, "x-api-key": "small-key" } });
		const here = await times(6, () => strict.ask("/api/v1/echo", small));
		expect(here.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 429]);
	});
});

describe("an origin", () => {
	const preflight = (origin: string): Asked => ({
		method: "OPTIONS",
		headers: {
			origin,
			"access-control-request-method": "GET",
			"access-control-request-headers": "x-api-key",
		},
	});
	const cors = { cors: { origin: "https://shop.example.com", credentials: true } };

	test("WEB-F6 is allowed whole, not by its beginning", async () => {
		const loose = await stockShop({}, cors);
		const origin = "https://shop.example.co";
		const there = await loose.ask("/api/v1/cups", { headers: { origin } });
		expect(there.headers["access-control-allow-origin"]).toBe(origin);

		const cut = { ...KEY, origin: "http://localhost:808" };
		const here = await ours.ask("/api/v1/cups", { headers: cut });
		expect(here.headers["access-control-allow-origin"]).toBeUndefined();
		expect(await ours.ask("/api/v1/cups", preflight(cut.origin))).toMatchObject({ status: 403 });
		const listed = await ours.ask("/api/v1/cups", preflight("http://localhost:8080"));
		expect(listed).toMatchObject({
			status: 204,
			headers: { "access-control-allow-origin": "http://localhost:8080" },
		});
	});

	test("WEB-F7 a preflight varies by all that an answer varies by", async () => {
		const loose = await stockShop({}, cors);
		const there = await loose.ask("/api/v1/cups", preflight("https://shop.example.com"));
		expect(there.headers.vary).toBe("Access-Control-Request-Headers");

		const here = await ours.ask("/api/v1/cups", preflight("http://localhost:8080"));
		expect(here.headers.vary).toBe(
			"Origin, Accept, Accept-Language, Accept-Encoding, Authorization, X-API-Key",
		);
	});
});

describe("an error", () => {
	test("WEB-F8 of the server says nothing of its inside", async () => {
		const there = await stock.ask("/api/v1/failures/bug");
		expect(there).toMatchObject({ status: 500, text: expect.stringContaining("SQLITE_ERROR") });

		const here = await ours.ask("/api/v1/failures/bug", { headers: KEY });
		expect(here.status).toBe(500);
		expect(here.text).not.toMatch(/SQLITE|stack|node/i);
		expect(here.body).toMatchObject({ code: "INTERNAL", request_id: here.headers["x-request-id"] });
	});

	test("WEB-F9 of validation says where and why, not who found it nor what was sent", async () => {
		const there = await stock.ask("/api/v1/greet?name=A");
		expect(there.body.data[0]).toMatchObject({ nodeID: expect.any(String), actual: 1 });

		const here = await ours.ask("/api/v1/cups?limit=201", { headers: KEY });
		expect(here.status).toBe(422);
		expect(here.body.errors).toEqual([
			{ pointer: "/limit", code: "maximum", message: "est trop grand", in: "query" },
		]);
	});
});

describe("a request", () => {
	const json = { "content-type": "application/json" };

	test("WEB-F10 that is not encoded as it says is the client's mistake", async () => {
		const headers = { ...KEY, ...json, "content-encoding": "gzip" };
		const plain = post({ body: '{"qty":1}', headers });
		expect((await stock.ask("/api/v1/echo", plain)).status).toBe(500);

		const here = await ours.ask("/api/v1/echo", plain);
		expect(here).toMatchObject({ status: 400, body: { code: "BODY_ENCODING" } });
		const zipped = await ours.ask(
			"/api/v1/echo",
			post({ body: gzipSync('{"text":"a"}'), headers }),
		);
		expect(zipped).toMatchObject({ status: 200, body: { params: { text: "a" } } });
	});

	test("WEB-F11 with a wrong method hears which are right", async () => {
		expect(await stock.ask("/api/v1/cups", { method: "DELETE" })).toMatchObject({ status: 404 });
		const here = await ours.ask("/api/v1/cups", { method: "DELETE", headers: KEY });
		expect(here).toMatchObject({ status: 405, headers: { allow: "GET, HEAD, OPTIONS" } });
	});

	test("WEB-F12 HEAD has the headers of GET, and no body", async () => {
		expect(await stock.ask("/api/v1/cups/a", { method: "HEAD" })).toMatchObject({ status: 404 });
		const got = await ours.ask("/api/v1/cups/a", { headers: KEY });
		const here = await ours.ask("/api/v1/cups/a", { method: "HEAD", headers: KEY });
		expect(here).toMatchObject({ status: 200, text: "" });
		for (const name of ["etag", "content-length", "content-type"])
			expect(here.headers[name]).toBe(got.headers[name]);
	});

	test("WEB-F13 TRACE, OPTIONS * and whole addresses are answered as HTTP says", async () => {
		const whole = (port: number) => `http://localhost:${port}/api/v1/cups`;
		const host = (port: number) => ({ ...KEY, host: `localhost:${port}` });
		expect((await stock.ask("/api/v1/cups", { method: "TRACE" })).status).toBe(404);
		expect((await stock.ask("*", { method: "OPTIONS" })).status).toBe(404);
		expect((await stock.ask(whole(stock.port), { headers: host(stock.port) })).status).toBe(404);

		expect((await ours.ask("/api/v1/cups", { method: "TRACE", headers: KEY })).status).toBe(405);
		const every = await ours.ask("*", { method: "OPTIONS" });
		expect(every).toMatchObject({
			status: 204,
			headers: { allow: expect.stringContaining("PUT") },
		});
		expect((await ours.ask(whole(ours.port), { headers: host(ours.port) })).status).toBe(200);
		expect((await ours.ask("http://elsewhere/api/v1/cups", { headers: KEY })).status).toBe(400);
	});

	test("WEB-F14 whose body we cannot read is refused, not called without it", async () => {
		const text = post({ body: '{"qty":1}', headers: { ...KEY, "content-type": "text/plain" } });
		const there = await stock.ask("/api/v1/echo", text);
		expect(there).toMatchObject({ status: 200, body: { params: {} } });
		expect(await ours.ask("/api/v1/echo", text)).toMatchObject({ status: 415 });
		const bare = post({ body: '{"qty":1}', headers: KEY });
		expect(await ours.ask("/api/v1/echo", bare)).toMatchObject({ status: 415 });
	});

	test("WEB-F15 reaches what has a route, and nothing else", async () => {
		const loose = await stockShop({ routes: [] });
		expect(await loose.ask("/tea/hidden")).toMatchObject({ status: 200, body: "secret" });
		expect((await loose.ask("/~node/services")).text).toContain('"settings"');

		const paths = [
			"/tea/hidden",
			"/~node/services",
			"/$node/services",
			"/gateway/rest",
			"/api/rest",
		];
		for (const path of paths)
			expect(await ours.ask(path, { headers: KEY })).toMatchObject({ status: 404 });
	});

	test("WEB-F16 cannot overrule its body by its query", async () => {
		const asked = post({ json: { text: "mine" }, headers: KEY });
		expect((await stock.ask("/api/v1/echo?text=9", asked)).body.params.text).toBe("9");

		const here = await ours.ask("/api/v1/echo?text=9", asked);
		const errors = [{ pointer: "/text", code: "additionalProperties", in: "query" }];
		expect(here).toMatchObject({ status: 422, body: { errors } });
		const both = await ours.ask("/api/v1/echo?qty=2", asked);
		expect(both.body.params).toEqual({ qty: 2, text: "mine" });
	});

	test("WEB-F17 has flat parameters, each once", async () => {
		const there = await stock.ask("/api/v1/cups?tags[$gt]=");
		expect(there.status).toBe(422); // qs made an object of it
		expect(there.body.data[0]).toMatchObject({ field: "tags", keyword: "type" });

		const here = await ours.ask("/api/v1/cups?tags[$gt]=", { headers: KEY });
		expect(here.body.errors[0]).toMatchObject({ code: "additionalProperties", in: "query" });
		expect(await ours.ask("/api/v1/cups?limit=1&limit=2", { headers: KEY })).toMatchObject({
			status: 422,
		});
		const listed = await ours.ask("/api/v1/cups?tags=a&tags=b", { headers: KEY });
		expect(listed.body.asked).toEqual({ tags: ["a", "b"] });
	});

	test("WEB-F18 keeps its id if it is one", async () => {
		const long = { ...KEY, "x-request-id": "x".repeat(9_000) };
		expect(
			(await stock.ask("/api/v1/cups", { headers: long })).headers["x-request-id"],
		).toHaveLength(9_000);

		const here = await ours.ask("/api/v1/cups", { headers: long });
		expect(here.headers["x-request-id"]).toMatch(/^req_[0-9A-Z]{26}$/);
		const mine = await ours.ask("/api/v1/cups", {
			headers: { ...KEY, "x-correlation-id": "mine-12345" },
		});
		expect(mine.headers["x-request-id"]).toBe("mine-12345");
	});
});

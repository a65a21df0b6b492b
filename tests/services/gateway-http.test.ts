import { Agent } from "node:http";
import { connect } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Asked, ask, bearer, KEY, type Shop, shop } from "../support/gateway.ts";

let open: Shop;
beforeAll(async () => {
	open = await shop();
});
afterAll(() => open.broker.stop());

const get = (path: string, headers: object = {}) =>
	open.ask(path, { headers: { ...KEY, ...headers } });
const post = (body: Asked["body"], headers: object = {}) =>
	open.ask("/api/v1/echo", {
		method: "POST",
		body: body ?? "",
		headers: { ...KEY, "content-type": "application/json", ...headers },
	});

describe("an address", () => {
	test.each([
		["//api/v1/cups", 400],
		["/api/v1/../v1/cups", 400],
		["/api/v1/./cups", 400],
		["/api/v1/%2e%2e/cups", 400],
		["/api/v1/cups/a%2fb", 400],
		["/api/v1/cups/a%00", 400],
		["/api/v1/cups/%ZZ", 400],
		["/api/v1/cups/%C0%AF", 400],
		["/api/v1/cups?limit=%ZZ", 400],
		["/api/v1/cups?limit=%00", 400],
		[`/${"x".repeat(2_050)}`, 414],
		["/API/v1/cups", 404],
		["/api/v1/cups/", 404],
		["/api/tasses", 200],
		["/api/tasses/", 200],
		["/api/v1/cups/null", 200],
		["/api/v1/cups/a:b", 422],
		["/api/v1/cups?limit=0", 422],
		["/api/v1/cups?limit=1.5", 422],
		["/api/v1/cups?limit=", 422],
		["/api/v1/cups?__proto__=1", 422],
		["/api/v1/cups?constructor=1", 422],
	])("%.40s is answered %i", async (path, status) => {
		const heard = await get(path);
		expect(heard.status).toBe(status);
		if (status >= 400)
			expect(heard.body).toMatchObject({
				status,
				code: expect.any(String),
				request_id: expect.any(String),
			});
	});
});

describe("a body", () => {
	const nested = (depth: number) => `{"text":${"[".repeat(depth)}${"]".repeat(depth)}}`;
	test.each([
		["truncated", '{"text":', 400],
		["two values", "{}{}", 400],
		["NaN", '{"text":NaN}', 400],
		["duplicate names", '{"text":1,"text":2}', 400],
		["duplicate names, spelled apart", '{"text":1,"\\u0074ext":2}', 400],
		["deep", nested(20_000), 400],
		["not so deep", nested(31), 200],
		["many values", `{"text":[${"1,".repeat(10_000)}1]}`, 400],
		["__proto__", '{"__proto__":{"qty":1}}', 422],
		["constructor, deep", '{"text":{"constructor":1}}', 422],
		["null", "null", 422],
		["an array", "[]", 422],
		["a string", '"a"', 422],
		["1e400", '{"qty":1e400}', 422],
		["2^53 + 1", '{"qty":9007199254740993.5}', 422],
		["half a character", '{"text":"\\ud800"}', 422],
		["NUL", '{"text":"a\\u0000"}', 422],
		["a name in a text", '{"text":"{\\"text\\":1,"}', 200],
		["too long", JSON.stringify({ text: "x".repeat(102_400) }), 413],
		["a byte order mark", "\ufeff{}", 400],
		["empty", "", 200],
	])("%s is answered as it deserves", async (_, body, status) => {
		expect((await post(body)).status).toBe(status);
	});

	test("UTF-8 that is none is 400, and another charset 415", async () => {
		expect((await post(Buffer.from([0x7b, 0xff, 0x7d]))).status).toBe(400);
		const utf16 = { "content-type": "application/json; charset=utf-16" };
		expect((await post("{}", utf16)).status).toBe(415);
		const json = { "content-type": "application/merge-patch+json; charset=UTF-8" };
		expect((await post("{}", json)).status).toBe(200);
	});

	test("gzip, deflate and br are read, others not, and a bomb is too large", async () => {
		const body = '{"text":"thé"}';
		const codings = {
			gzip: gzipSync(body),
			deflate: deflateSync(body),
			br: brotliCompressSync(body),
		};
		for (const [coding, bytes] of Object.entries(codings))
			expect((await post(bytes, { "content-encoding": coding })).body.params).toEqual({
				text: "thé",
			});
		expect((await post(body, { "content-encoding": "zstd" })).status).toBe(415);
		const bomb = gzipSync(Buffer.alloc(10_000_000, " "));
		expect((await post(bomb, { "content-encoding": "gzip" })).status).toBe(413);
	});

	test("on GET or DELETE is 400", async () => {
		const headers = { ...KEY, "content-type": "application/json" };
		expect(
			(
				await open.ask("/api/v1/cups", {
					body: "{}",
					headers: { ...headers, "content-length": "2" },
				})
			).status,
		).toBe(400);
	});

	test("after one that was too large, the socket goes on being used", async () => {
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		const large = { method: "POST", json: { text: "x".repeat(200_000) }, headers: KEY, agent };
		expect((await ask(open.port, "/api/v1/echo", large)).status).toBe(413);
		expect((await ask(open.port, "/api/v1/cups", { headers: KEY, agent })).status).toBe(200);
		expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
		agent.destroy();
	});
});

describe("headers", () => {
	test.each(["image/png", "text/html", "application/json;q=0", ";;;"])(
		"Accept: %s is 406",
		async (accept) => {
			expect((await get("/api/v1/cups", { accept })).status).toBe(406);
		},
	);
	test.each([
		"*/*",
		"application/*",
		"text/html, application/json;q=0.5",
		"application/problem+json",
	])("Accept: %s is served", async (accept) => {
		expect((await get("/api/v1/cups", { accept })).status).toBe(200);
	});

	test("said twice, or overriding the method, are refused", async () => {
		expect(
			(
				await raw(
					"GET /api/v1/cups HTTP/1.1\r\nHost: a\r\nX-API-Key: tests-key\r\nX-API-Key: b\r\n",
				)
			).status,
		).toBe(400);
		expect((await raw("GET /api/v1/cups HTTP/1.1\r\nHost: a\r\nHost: b\r\n")).status).toBe(400);
		expect((await get("/api/v1/cups", { "x-http-method-override": "DELETE" })).status).toBe(400);
	});

	test("too many or too long are 431, and what is no HTTP is a problem too", async () => {
		const many = Array.from({ length: 150 }, (_, nth) => `X-${nth}: 1\r\n`).join("");
		expect((await raw(`GET / HTTP/1.1\r\nHost: a\r\n${many}`)).status).toBe(431);
		const long = await raw(`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(20_000)}\r\n`);
		expect(long).toMatchObject({ status: 431, body: { code: "HEADERS_TOO_LARGE" } });
		for (const head of [
			"nonsense\r\n",
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
		])
			expect(await raw(head)).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } });
	});

	function raw(head: string): Promise<{ status: number; body: any }> {
		return new Promise((resolve, reject) => {
			let text = "";
			const socket = connect(open.port, "127.0.0.1", () =>
				socket.write(`${head}Connection: close\r\n\r\n`),
			);
			socket.setEncoding("utf8").on("data", (chunk) => {
				text += chunk;
			});
			socket.on("error", reject).on("close", () => {
				const [top = "", body = ""] = text.split("\r\n\r\n");
				resolve({
					status: Number(top.split(" ")[1]),
					body: body.startsWith("{") ? JSON.parse(body) : body,
				});
			});
		});
	}
});

describe("limits", () => {
	test("GTW-04 GTW-05 GTW-20 each consumer has its own, and every answer says what is left", async () => {
		const plain = await get("/api/v1/cups", { "x-api-key": "plain-key" });
		expect(plain.headers).toMatchObject({
			"ratelimit-policy": '"minute";q=100;w=60, "hour";q=1000;w=3600',
			"ratelimit-limit": "100",
			"ratelimit-remaining": "99",
			"ratelimit-reset": "1",
			"x-ratelimit-limit-minute": "100",
			"x-ratelimit-remaining-hour": "999",
		});
		const mine = await get("/api/v1/cups", { "x-api-key": "mine-key" });
		expect(mine.headers).toMatchObject({ "ratelimit-limit": "500" });
		expect((await get("/api/v1/cups")).headers["ratelimit-limit"]).toBeUndefined();
	});

	test("150 calls at once of the usual plan: what is left of 100 pass", async () => {
		const calls = Array.from({ length: 150 }, () =>
			get("/api/v1/cups", { "x-api-key": "plain-key" }),
		);
		const heard = await Promise.all(calls);
		const passed = heard.filter(({ status }) => status === 200).length;
		expect(passed).toBeGreaterThanOrEqual(99);
		expect(passed).toBeLessThanOrEqual(101); // one for each 0.6 s that it took
	});

	test("what moves stock has a budget of its own, per actor", async () => {
		const pour = () =>
			open.ask("/api/v1/pours", {
				method: "POST",
				headers: { "x-api-key": "mine-key", authorization: "Bearer customer.1" },
			});
		const heard = await Promise.all(Array.from({ length: 70 }, pour));
		const passed = heard.filter(({ status }) => status === 200).length;
		expect(passed).toBeGreaterThanOrEqual(60);
		expect(passed).toBeLessThanOrEqual(61);
		expect((await get("/api/v1/cups", { "x-api-key": "mine-key" })).status).toBe(200);
	});
});

describe("pages", () => {
	test("GTW-15 health is open, free, and says no more than it must", async () => {
		for (const path of [
			"/health",
			"/api/v1/health",
			"/health/live",
			"/health/ready",
			"/health/tea",
		])
			expect((await open.ask(path)).status).toBe(200);
		expect((await open.ask("/health/nothing")).status).toBe(404);
		expect((await open.ask("/health")).body.contexts).toMatchObject({ tea: "up", orders: "down" });
		const many = await Promise.all(Array.from({ length: 200 }, () => open.ask("/health/live")));
		expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200]));
	});

	test("a refusal has a page in both languages", async () => {
		const page = await open.ask("/problems/OUT_OF_TEA");
		expect(page.text).toMatch(/Thé épuisé.*Out of tea/s);
		expect(page.headers["content-security-policy"]).toMatch(
			/^default-src 'none'; style-src 'sha256-/,
		);
		expect((await open.ask("/problems/NOTHING")).status).toBe(404);
	});

	test("DOC-01 CAT-14 GTW-19 what is described is what is served, no more, no less", async () => {
		const { body } = await open.ask("/openapi.json");
		const described = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
		);
		const { table } = open.broker.getLocalService("gateway") as any;
		const served = table.operations.filter((one: any) => !one.page);
		expect(described.sort()).toEqual(
			served.map((one: any) => `${one.method} ${one.path.replaceAll(/:(\w+)/g, "{$1}")}`).sort(),
		);
		for (const place of described) {
			const [method = "", path = ""] = place.split(" ");
			const bare = path.replace(/\{\w+\}/g, "refused");
			const heard = await open.ask(bare, { method, headers: bearer("head_office") });
			expect([404, 405]).not.toContain(heard.status);
		}
		const brew = body.paths["/api/v1/brews"].post;
		expect(brew).toMatchObject({
			operationId: "tea.brew",
			tags: ["tea"],
			security: [{ api_key: [], bearer: [] }],
			"x-roles": ["customer", "admin"],
			requestBody: { content: { "application/json": { schema: { required: ["cup_id"] } } } },
			responses: { 202: {}, 409: { description: "OUT_OF_TEA" } },
		});
		const names = brew.parameters.map((one: any) => `${one.in} ${one.name}`);
		expect(names).toEqual(["query note", "query wait", "header Idempotency-Key"]);
		expect(Object.keys((await open.ask("/openapi/tea.json")).body.paths)).toContain("/api/v1/cups");
		expect((await open.ask("/openapi/nothing.json")).status).toBe(404);
		for (const path of ["/docs", "/api/docs"])
			expect((await open.ask(path)).text).toContain("Order tea");
	});
});

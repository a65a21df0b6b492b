import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { service } from "../../lib/service.ts";
import { type Asked, bearer, KEY, type Shop, shop } from "../support/gateway.ts";

let open: Shop;
beforeAll(async () => {
	open = await shop();
});
afterAll(() => open.broker.stop());

const get = (path: string, headers: Asked["headers"] = KEY) => open.ask(path, { headers });
const brew = (json: object, headers: object = {}, path = "/api/v1/brews") =>
	open.ask(path, {
		method: "POST",
		json,
		headers: { ...bearer("customer.1"), "idempotency-key": "key-12345", ...headers },
	});

describe("who asks", () => {
	test.each([
		["nobody", {}, 401],
		["a broken key", { "x-api-key": "nonsense" }, 401],
		["an empty key", { "x-api-key": "" }, 401],
		["a key", KEY, 200],
		["a key and a broken token", bearer("broken"), 401],
		["a key and another scheme", { ...KEY, authorization: "Basic YTpi" }, 401],
		["a key and a token", bearer("customer"), 200],
		["a token alone", { authorization: "Bearer customer" }, 401],
	])("GTW-08 a guest's route below /api/v1 takes a key: %s", async (_, headers, status) => {
		const heard = await get("/api/v1/cups", headers as never);
		expect(heard.status).toBe(status);
		if (status === 401)
			expect(heard.headers["www-authenticate"]).toMatch(/^(ApiKey|Bearer) realm=/);
	});

	test.each([
		["a key alone", KEY, 401],
		["a token alone", { authorization: "Bearer customer.1" }, 401],
		["both", bearer("customer.1"), 202],
		["both, of another role", bearer("cashier"), 403],
	])(
		"AUT-05 AUT-11 a route bound to a role takes the token too: %s",
		async (_, headers, status) => {
			const asked = { method: "POST", json: { cup_id: "1" } };
			const all = { ...headers, "idempotency-key": "key-12345" } as never;
			expect(await open.ask("/api/v1/brews", { ...asked, headers: all })).toMatchObject({ status });
		},
	);

	test("outside /api/v1 a token is enough, and for a guest's route either is", async () => {
		const token = { authorization: "Bearer customer.1" };
		const asked = { method: "POST", json: { cup_id: "1" } };
		const headers = { ...token, "idempotency-key": "key-12345" };
		expect(await open.ask("/api/brew", { ...asked, headers })).toMatchObject({ status: 202 });
		expect(await get("/api/tasses/", token)).toMatchObject({ status: 200 });
		expect(await get("/api/tasses/", KEY)).toMatchObject({ status: 200 });
		expect(await get("/api/tasses/", {})).toMatchObject({ status: 401 });
	});

	test("AUT-15 a key carries the roles that it is for, and no others", async () => {
		const plain = (token: string) => ({ ...bearer(token), "x-api-key": "plain-key" });
		expect(await get("/api/v1/cups", plain("customer"))).toMatchObject({ status: 200 });
		expect(await get("/api/v1/cups", plain("admin"))).toMatchObject({ status: 403 });
	});

	test("AUT-12 a key in the query or the body is no key, and is refused", async () => {
		expect(await get("/api/v1/cups?api_key=tests-key")).toMatchObject({ status: 401 });
		expect(await get("/api/v1/cups?access_token=customer")).toMatchObject({ status: 401 });
		const json = { "x-api-key": "tests-key", api_key: "tests-key" };
		const heard = await open.ask("/api/v1/echo", { method: "POST", json });
		expect(heard).toMatchObject({ status: 401 });
	});

	test("AUT-25 the context sees a signed scope, whatever the headers pretend", async () => {
		const forged = { identity: "me", "x-user-id": "2", "x-location-id": "9" };
		const { body } = await brew({ cup_id: "1" }, forged);
		const scope = { actor: "usr_customer", role: "customer", customer_id: "1", consumer: "tests" };
		expect(body.scope).toEqual(scope);
		expect(body.headers.address).toBe("127.0.0.1");
		expect(Object.keys(body.headers).sort()).toEqual([
			"address",
			"idempotency_hash",
			"idempotency_key",
			"identity",
			"locale",
		]);
	});
});

describe("what the action is called with", () => {
	test("numbers are read as ids, and everything from its own place", async () => {
		const { body } = await brew({ cup_id: 1 }, {}, "/api/v1/brews?note=hot");
		expect(body.params).toEqual({ cup_id: "1", note: "hot" });
	});

	test("every fault is shown at once, with where it is, in the caller's language", async () => {
		const json = { lines: [{ leaf: "oolong", grams: 0 }], role: "admin" };
		const heard = await brew(json, { "accept-language": "en" });
		expect(heard).toMatchObject({ status: 422, body: { code: "INVALID" } });
		const pointers = heard.body.errors.map((one: any) => [one.pointer, one.code, one.message]);
		expect(pointers.sort()).toEqual([
			["/cup_id", "required", "is required"],
			["/lines/0/grams", "minimum", "is too small"],
			["/role", "additionalProperties", "is unknown"],
		]);
	});

	test.each([
		["?wait=true", {}, 10],
		["?wait=5", {}, 5],
		["?wait=false", {}, undefined],
		["", { prefer: "respond-async, wait=3" }, 3],
		["?wait=true", { prefer: "wait=30" }, 30],
		["", { prefer: "handling=lenient" }, undefined],
	])("Prefer and ?wait%s reach it in a header", async (query, headers, wait) => {
		const heard = await brew({ cup_id: "1" }, headers, `/api/v1/brews${query}`);
		expect(heard.body.headers.wait).toBe(wait);
		expect(heard.body.params).toEqual({ cup_id: "1" });
		expect(heard.headers["preference-applied"]).toBe(wait && `wait=${wait}`);
	});

	test("waiting longer than allowed, or in words, is refused", async () => {
		const path = "/api/v1/brews";
		expect(await brew({ cup_id: "1" }, { prefer: "wait=31" })).toMatchObject({ status: 400 });
		expect(await brew({ cup_id: "1" }, { prefer: "wait=soon" })).toMatchObject({ status: 400 });
		expect(await brew({ cup_id: "1" }, {}, `${path}?wait=31`)).toMatchObject({ status: 422 });
	});

	test("an Idempotency-Key is asked for, with a fingerprint of the request but not of its card", async () => {
		const missing = { "idempotency-key": [] as never };
		expect(await brew({ cup_id: "1" }, missing)).toMatchObject({
			status: 400,
			body: { code: "IDEMPOTENCY_KEY_REQUIRED" },
		});
		const hashOf = async (json: object, headers = {}) =>
			(await brew(json, headers)).body.headers.idempotency_hash;
		const first = await hashOf({ cup_id: "1", note: undefined, card: "4111" });
		expect(first).toMatch(/^[\w-]{43}$/);
		expect(await hashOf({ card: "4222", cup_id: 1 })).toBe(first);
		expect(await hashOf({ cup_id: "2" })).not.toBe(first);
		expect(await hashOf({ cup_id: "1" }, bearer("customer.2"))).toBe(first);
		expect(await hashOf({ cup_id: "1" }, bearer("admin"))).not.toBe(first);
	});
});

describe("what is answered", () => {
	test("status and location of the contract, or as the action says", async () => {
		const usual = await brew({ cup_id: "1" });
		expect(usual).toMatchObject({ status: 202, headers: { location: "/api/v1/brews/b1" } });
		const made = await brew({ cup_id: "made" });
		expect(made).toMatchObject({ status: 201, headers: { location: "/here" } });
		const again = await brew({ cup_id: "again" });
		expect(again.headers["idempotency-replayed"]).toBe("true");
	});

	test("a refusal in French, or in English, with its data and its saga", async () => {
		const french = await get("/api/v1/failures/refused");
		expect(french).toMatchObject({
			status: 409,
			headers: {
				"content-language": "fr-CA",
				"content-type": "application/problem+json; charset=utf-8",
			},
		});
		expect(french.body).toEqual({
			type: "/problems/OUT_OF_TEA",
			title: "Thé épuisé",
			status: 409,
			code: "OUT_OF_TEA",
			message: "Plus que 2 tasses.",
			detail: "Plus que 2 tasses.",
			instance: "/api/v1/failures/refused",
			request_id: french.headers["x-request-id"],
			saga_id: "saga_1",
		});
		const english = await get("/api/v1/failures/refused", {
			...KEY,
			"accept-language": "en-CA, fr;q=0.5",
		});
		expect(english.body).toMatchObject({ title: "Out of tea", message: "Only 2 cups are left." });
	});

	test("GTW-06 a slow action is 504 at its own time", async () => {
		const before = performance.now();
		const heard = await get("/api/v1/failures/slow");
		expect(heard).toMatchObject({ status: 504, body: { code: "UNAVAILABLE" } });
		expect(performance.now() - before).toBeLessThan(900);
	});

	test("a read is 304 to whom knows it, and a version is its tag", async () => {
		const list = await get("/api/v1/cups");
		const { etag = "" } = list.headers;
		expect(etag).toMatch(/^"[\w-]{27}"$/);
		expect(await get("/api/v1/cups", { ...KEY, "if-none-match": `"x", W/${etag}` })).toMatchObject({
			status: 304,
			text: "",
			headers: { etag },
		});
		expect((await get("/api/v1/cups/a")).headers.etag).toBe('"7"');
		const change = (match: string) =>
			open.ask("/api/v1/cups/a", {
				method: "PUT",
				json: { sugar: 2 },
				headers: { ...bearer("head_office"), "if-match": match },
			});
		expect(await change('"7"')).toMatchObject({ status: 200, headers: { etag: '"8"' } });
		for (const match of ['"6"', 'W/"7"', "*"])
			expect(await change(match)).toMatchObject({
				status: 412,
				body: { code: "VERSION_CONFLICT" },
			});
	});

	test("WEB-F21 the headers that protect are on every answer, also where there is nothing", async () => {
		for (const path of ["/api/v1/cups", "/nowhere", "/%ZZ", "/health/live"])
			expect((await get(path)).headers).toMatchObject({
				"x-content-type-options": "nosniff",
				"referrer-policy": "no-referrer",
				"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
				"cross-origin-resource-policy": "same-site",
				"cache-control": "no-store",
			});
	});

	test("WEB-F28 an action that writes the caller's meta changes nothing here", async () => {
		const heard = await open.ask("/api/v1/echo", { method: "POST", json: {}, headers: KEY });
		expect(heard.body.scope).toEqual({ actor: "guest", role: "guest", consumer: "tests" });
	});
});

describe("routes", () => {
	const milk = contract("milk", {
		list: action({
			summary: "Milks",
			rest: "GET /milks",
			roles: ["guest"],
			params: {},
			returns: Type.Array(Type.String()),
		}),
		shadow: action({ summary: "Wants a place", rest: "GET /cups", roles: ["guest"], params: {} }),
		nobody: action({ summary: "Names no role", rest: "GET /nobody", params: {} }),
	});
	const milkService = service(milk, {
		actions: {
			list: async () => ["oat"],
			shadow: async () => undefined,
			nobody: async () => undefined,
		},
	});
	const until = async (path: string, status: number) => {
		const end = Date.now() + 5_000;
		while (Date.now() < end) {
			const heard = await get(path);
			if (heard.status === status) return heard;
		}
		throw new Error(`${path} never answered ${status}`);
	};

	test("GTW-02 D9 WEB-F23 a context that joins is routed, one that leaves answers 503 for a while", async () => {
		expect(await get("/api/v1/milks")).toMatchObject({ status: 404 });
		const made = open.broker.createService(milkService);
		expect(await until("/api/v1/milks", 200)).toMatchObject({ body: ["oat"] });
		expect(await get("/api/v1/nobody")).toMatchObject({ status: 404 });
		expect((await get("/api/v1/cups")).body).toMatchObject({ items: [{ id: "a" }] });

		await open.broker.destroyService(made);
		const gone = await until("/api/v1/milks", 503);
		expect(gone).toMatchObject({ headers: { "retry-after": "5" }, body: { code: "UNAVAILABLE" } });
		expect((await get("/health/milk")).status).toBe(503);
	});
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { type Client, client, KEY, once, until } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

const SECRET = "of this test, which forges tokens with it";

let product: Product;
let shop: Client;
let [buyer, admin] = ["", ""];

beforeAll(async () => {
	product = await startProduct({ env: { RETAIL_JWT_SECRET: SECRET } });
	shop = client(product);
	[buyer, admin] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const me = (token: string) => shop.get("/api/v1/auth/me", { token });
const secret = Buffer.from(SECRET);
const forge = (
	changes: JWTPayload,
	{ header = {}, by = secret as Uint8Array, alg = "HS256" } = {},
) =>
	new SignJWT({ ...decodeJwt(buyer), ...changes })
		.setProtectedHeader({ ...decodeProtectedHeader(buyer), alg, ...header })
		.sign(by);

test("AUT-02 AUT-09 a log in answers a bearer token of 900 s, a refresh token, and who it is", async () => {
	const { status, headers, body } = await shop.post("/api/v1/auth/login", {
		key: null,
		body: { username: "user@example.com", password: "password" },
	});
	expect(status).toBe(200);
	expect(body).toEqual({
		access_token: expect.stringMatching(/^ey/),
		token_type: "Bearer",
		expires_in: 900,
		refresh_token: expect.any(String),
		user: expect.objectContaining({ role: "customer", customer_id: "1" }),
	});
	expect(headers.get("cache-control")).toBe("no-store");
	expect(JSON.stringify(body)).not.toMatch(/password_hash|argon2/);
	const { iat, exp } = decodeJwt(body.access_token) as { iat: number; exp: number };
	expect(exp - iat).toBe(900);
});

test("AUT-02 a wrong password and an unknown user get the same 401", async () => {
	const [wrong, unknown] = await Promise.all(
		["gerant_2", "nobody_at_all"].map((username) =>
			shop.post("/api/v1/auth/login", { body: { username, password: "not-the-password" } }),
		),
	);
	const { request_id: _, ...first } = wrong!.body;
	const { request_id: __, ...second } = unknown!.body;
	expect([wrong!.status, unknown!.status]).toEqual([401, 401]);
	expect(first).toEqual(second);
});

test("AUT-04 a token that has expired is refused, at most a second later; nobody can make it live longer", async () => {
	const exp = Math.floor(Date.now() / 1_000) + 2;
	const short = await forge({ exp });
	expect((await me(short)).status).toBe(200);
	await until(
		() => me(short),
		({ status }) => status === 401,
	);
	expect(Date.now() / 1_000).toBeGreaterThanOrEqual(exp);
	expect(Date.now() / 1_000).toBeLessThan(exp + 2);
	expect((await me(await forge({ exp: exp - 60 }))).status).toBe(401);
});

test("AUT-05 AUT-10 no token, a tampered one, one signed by another, with no algorithm or with another: 401, said how", async () => {
	const [head, body, sign] = buyer.split(".") as [string, string, string];
	const promoted = Buffer.from(JSON.stringify({ ...decodeJwt(buyer), role: "admin" }));
	const broken = {
		tampered: `${head}.${promoted.toString("base64url")}.${sign}`,
		unsigned: `${head}.${body}.`,
		"cut short": `${head}.${body}.${sign.slice(0, -4)}`,
		none: new UnsecuredJWT(decodeJwt(buyer)).encode(),
		"another secret": await forge({ role: "admin" }, { by: Buffer.alloc(32, 7) }),
		"another algorithm": await forge({}, { alg: "HS512", by: Buffer.concat([secret, secret]) }),
		"another audience": await forge({ aud: "elsewhere" }),
		"another issuer": await forge({ iss: "elsewhere" }),
		"a key of its own": await forge({}, { header: { jwk: { kty: "oct" } } }),
	};
	for (const [name, token] of Object.entries(broken)) {
		const answer = await shop.get("/api/v1/orders", { token });
		expect([name, answer.status, answer.body.code]).toEqual([name, 401, "UNAUTHENTICATED"]);
		expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
	}
	expect((await shop.get("/api/v1/orders")).status).toBe(401);
	const basic = { Authorization: `Basic ${btoa("admin:admin")}` };
	expect((await shop.get("/api/v1/orders", { headers: basic })).status).toBe(401);
	expect((await shop.get("/api/v1/orders", { token: buyer })).status).toBe(200);
});

test("AUT-10 AUT-11 AUT-27 customers and orders need the key and the token; either one missing is 401", async () => {
	for (const path of ["/api/v1/customers/1", "/api/v1/orders"]) {
		const status = async (asking: object) => (await shop.get(path, asking)).status;
		expect([
			path,
			await status({ token: buyer }),
			await status({ token: buyer, key: null }),
			await status({}),
			await status({ key: null }),
			await status({ token: buyer, key: "not-a-key" }),
		]).toEqual([path, 200, 401, 401, 401, 401]);
	}
});

test("AUT-12 the key is read in its header only: in a query or in a body it does not count", async () => {
	const query = await shop.get(`/api/v1/orders?api_key=${KEY}`, { token: buyer, key: null });
	expect(query.status).toBe(401);
	const cased = await shop.get(`/api/v1/orders?X-API-Key=${KEY}`, { token: buyer, key: null });
	expect(cased.status).toBe(401);
	const body = await shop.post("/api/v1/orders", {
		token: buyer,
		key: null,
		headers: once(),
		body: { "X-API-Key": KEY, api_key: KEY, products: [{ product_id: 1, quantity: 1 }] },
	});
	expect(body.status).toBe(401);
});

test("AUT-13 AUT-14 AUT-15 six demo consumers, each with its own quota and its own rights", async () => {
	const quotas = {
		"admin-key-12345": 1_000,
		"frontend-key-67890": 500,
		"pos-web-app-2025-frontend-key": 500,
		"pos-mobile-2025-app-secure-key": 300,
		"pos-console-2025-operator-key": 300,
	};
	for (const [key, quota] of Object.entries(quotas)) {
		const { status, headers } = await shop.get("/api/v1/products?limit=1", { key });
		expect([key, status, headers.get("x-ratelimit-limit-minute")]).toEqual([key, 200, `${quota}`]);
	}
	const tests = await shop.get("/api/v1/products?limit=1", { key: KEY });
	expect([tests.status, tests.headers.get("x-ratelimit-limit-minute")]).toEqual([200, null]);

	const as = async (key: string, token: string) =>
		(await shop.get("/api/v1/auth/me", { key, token })).status;
	expect(await as("admin-key-12345", admin)).toBe(200);
	expect(await as("pos-mobile-2025-app-secure-key", admin)).toBe(403);
	expect(await as("pos-web-app-2025-frontend-key", admin)).toBe(403);
	expect(await as("pos-mobile-2025-app-secure-key", buyer)).toBe(200);
	expect(await as("pos-console-2025-operator-key", buyer)).toBe(403);
});

const PASSWORD = "un mot de passe assez long";
const account = (username: string, role: object) => ({
	username,
	email: `${username}@example.com`,
	password: PASSWORD,
	roles: [role],
});

test("AUT-06 AUT-07 AUT-23 admin opens accounts, changes them, and deactivates them: who is out is out at once", async () => {
	const made = await shop.post("/api/v1/users", {
		token: admin,
		body: account("nouvelle", { role: "cashier", location: "Magasin 2" }),
	});
	expect([made.status, made.body]).toMatchObject([
		201,
		{ username: "nouvelle", status: "active", roles: [{ role: "cashier", location_id: "2" }] },
	]);
	const path = `/api/v1/users/${made.body.id}`;
	expect(made.headers.get("location")).toBe(path);
	const list = await shop.get("/api/v1/users?role=cashier&limit=200", { token: admin });
	expect(list.body.items.map(({ id }: any) => id)).toContain(made.body.id);

	const token = await shop.login("nouvelle", PASSWORD);
	expect((await me(token)).body).toMatchObject({ role: "cashier", location_id: "2" });
	const changed = await shop.patch(path, { token: admin, body: { email: "n@example.com" } });
	expect(changed.body.email).toBe("n@example.com");

	expect((await shop.del(path, { token: admin })).body.status).toBe("disabled");
	expect((await shop.get(path, { token: admin })).body.status).toBe("disabled");
	expect((await me(token)).status).toBe(401);
	await expect(shop.login("nouvelle", PASSWORD)).rejects.toThrow("401");
});

test("AUT-07 AUT-21 an account of a customer carries its customer_id, and sees that customer's data alone", async () => {
	const body = { ...account("camille", { role: "customer" }), customer_id: "2" };
	expect((await shop.post("/api/v1/users", { token: admin, body })).status).toBe(201);
	const token = await shop.login("camille", PASSWORD);
	expect((await shop.get("/api/v1/customers/2", { token })).body.id).toBe("2");
	expect((await shop.get("/api/v1/customers/1", { token })).status).toBe(404);
	expect((await shop.get("/api/v1/orders", { token })).body.items).toEqual([]);
	const nobody = { ...account("nobody", { role: "customer" }), customer_id: "99999" };
	expect((await shop.post("/api/v1/users", { token: admin, body: nobody })).status).toBe(422);
});

test("AUT-06 nobody but admin, head office and managers sees accounts; a manager opens tills of its own store only", async () => {
	const manager = await shop.login("gerant_1");
	const create = (token: string, role: object, name: string) =>
		shop.post("/api/v1/users", { token, body: account(name, role) });
	expect((await shop.get("/api/v1/users", { token: buyer })).status).toBe(403);
	expect((await create(manager, { role: "cashier", location: "1" }, "mine")).status).toBe(201);
	expect((await create(manager, { role: "cashier", location: "2" }, "theirs")).status).toBe(403);
	expect((await create(manager, { role: "admin" }, "myself")).status).toBe(403);
});

test("D21 a refresh token is good once: used again later by another it ends the session; a log out ends it too", async () => {
	const login = async () =>
		(
			await shop.post("/api/v1/auth/login", {
				body: { username: "gerant_3", password: "comptoir-demo" },
			})
		).body;
	const refresh = (refresh_token: string) =>
		shop.post("/api/v1/auth/refresh", { body: { refresh_token } });
	const first = await login();
	const second = await refresh(first.refresh_token);
	const third = await refresh(second.body.refresh_token);
	expect([second.status, third.status]).toEqual([200, 200]);
	expect(third.body.refresh_token).not.toBe(first.refresh_token);
	expect((await refresh(first.refresh_token)).status).toBe(401);
	expect((await refresh(third.body.refresh_token)).status).toBe(401);

	const other = await login();
	const out = await shop.post("/api/v1/auth/logout", {
		body: { refresh_token: other.refresh_token },
	});
	expect(out.status).toBe(204);
	expect((await refresh(other.refresh_token)).status).toBe(401);
	expect((await me(other.access_token)).status).toBe(401);
});

import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { type Product, startProduct } from "../support/product.ts";

jest.setTimeout(90_000);

const PASSWORD = "a long word for one day";
const CHOSEN = "what only she will know";
const KEY = "0f5a1c4e9b7d4c6f8a2b3d1e5c7f9a0b";
const env = {
	NODE_ENV: "production",
	RETAIL_JWT_SECRET: "0123456789abcdef0123456789abcdef",
	RETAIL_ADMIN_PASSWORD: PASSWORD,
	RETAIL_ADMIN_KEY: KEY,
};
const CONTEXTS = ["identity", "stores", "gateway"];

let product: Product;
beforeAll(async () => {
	product = await startProduct({ contexts: CONTEXTS, env });
});
afterAll(async () => {
	await product.stop("SIGKILL"); // production drains for five seconds
	product.remove();
});

async function ask(path: string, body?: object, headers: Record<string, string> = {}) {
	const reply = await fetch(`${product.url}/api/v1${path}`, {
		method: body ? "POST" : "GET",
		headers: { "Content-Type": "application/json", ...headers },
		...(body && { body: JSON.stringify(body) }),
	});
	return { status: reply.status, body: (await reply.json()) as any };
}
const login = (password: string, more = {}) =>
	ask("/auth/login", { username: "admin", password, ...more });

test("AUT-03 AUT-28 in production the first administrator chooses a password, and makes the keys of others", async () => {
	expect((await login("admin")).status).toBe(401);
	const { body: owed } = await login(PASSWORD);
	expect(owed.code).toBe("PASSWORD_CHANGE_REQUIRED");
	const { body } = await login(PASSWORD, { new_password: CHOSEN });
	const mine = { "X-API-Key": KEY, Authorization: `Bearer ${body.access_token}` };
	const made = await ask("/api-keys", { name: "web-shop", scopes: ["customer"] }, mine);
	expect([made.status, made.body.key]).toEqual([201, expect.stringMatching(/^ck_live_/)]);
	const { body: keys } = await ask("/api-keys", undefined, mine);
	expect(keys.items.map(({ name }: { name: string }) => name).sort()).toEqual([
		"first-admin",
		"web-shop",
	]);
	expect(JSON.stringify(keys)).not.toContain(KEY.slice(4, -4));
});

test("AUT-03 another start changes neither the password nor the keys", async () => {
	product = await product.restart("SIGKILL");
	expect((await login(PASSWORD)).status).toBe(401);
	const { status, body } = await login(CHOSEN);
	expect([status, body.user.roles]).toEqual([200, [{ role: "admin" }]]);
	const mine = { "X-API-Key": KEY, Authorization: `Bearer ${body.access_token}` };
	expect((await ask("/api-keys", undefined, mine)).body.items).toHaveLength(2);
});

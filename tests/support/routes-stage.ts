import { createHmac } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { type Client, client, KEY } from "./client.ts";
import { startProduct } from "./product.ts";
import { door } from "./raw.ts";
import { ACCOUNTS, type Route, routesOf, type Staff, WIDEST } from "./routes.ts";

const SECRET = "a secret of the tests, 32 bytes or more";

/**
 * The product in a process of its own, its routes, and a token of each role, by real logins.
 * It believes one proxy, so that those who show no key do not share one address's budget.
 */
export async function stage() {
	const product = await startProduct({
		env: { RETAIL_JWT_SECRET: SECRET, RETAIL_TRUSTED_HOPS: "1" },
	});
	const shop = client(product);
	const { send, used, close } = door(product.url);
	const stop = async () => {
		close();
		await product.stop();
		product.remove();
	};
	const [routes, tokens] = await met(shop).catch(async (err: unknown) => {
		await stop(); // or it would outlive the tests
		throw err;
	});
	return {
		product,
		shop,
		routes,
		tokens,
		send,
		used,
		/** Whoever may ask this and sees most. */
		widest: ({ roles }: Route) => tokens[WIDEST.find((role) => roles.includes(role)) ?? "admin"],
		stop,
	};
}

async function met(shop: Client): Promise<[Route[], Record<Staff, string>]> {
	const routes = routesOf((await shop.get("/openapi.json")).body);
	const logins = WIDEST.map(async (role) => {
		const name = ACCOUNTS[role];
		return [role, await shop.login(name, PASSWORDS[name])];
	});
	return [routes, Object.fromEntries(await Promise.all(logins))];
}
const PASSWORDS: Record<string, string> = { admin: "admin", client_1: "password" };

export type Stage = Awaited<ReturnType<typeof stage>>;

export const withKey = { "X-API-Key": KEY };
export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Tokens that are not to be believed, each made of a good one. */
export async function brokenTokens(good: string): Promise<Record<string, string>> {
	const claims = decodeJwt(good);
	const header = decodeProtectedHeader(good) as { alg: string; typ: string; kid: string };
	const [head = "", payload = "", seal = ""] = good.split(".");
	const now = Math.floor(Date.now() / 1_000);
	const sign = (changes: object, heading: object = {}, secret = SECRET) =>
		new SignJWT({ ...claims, ...changes })
			.setProtectedHeader({ ...header, ...heading })
			.sign(Buffer.from(secret));
	const risen = base64({ ...claims, role: claims.role === "admin" ? "head_office" : "admin" });
	const hmac = (text: string) => createHmac("sha256", SECRET).update(text).digest("base64url");
	const embedded = base64({ ...header, jwk: { kty: "oct", k: "AAAA" } });
	return {
		expired: await sign({ iat: now - 901, exp: now - 1 }),
		"of another issuer": await sign({ iss: "elsewhere" }),
		"for another audience": await sign({ aud: "elsewhere" }),
		"of another type": await sign({}, { typ: "JWT" }),
		"signed by another": await sign({}, {}, "another secret, also 32 bytes or more"),
		"without a role": await sign({ role: undefined }),
		"of algorithm none": `${base64({ ...header, alg: "none" })}.${payload}.`,
		"of algorithm none, sealed": `${base64({ ...header, alg: "none" })}.${payload}.${seal}`,
		"with a risen role": `${head}.${risen}.${seal}`,
		"with its seal cut": `${head}.${payload}.${seal.slice(0, -4)}`,
		"with a part too many": `${good}.x`,
		"with a key of its own": `${embedded}.${payload}.${hmac(`${embedded}.${payload}`)}`,
		"of a kid that is a path": await sign({}, { kid: "../../jwt-secret" }),
		"of a kid that is SQL": await sign({}, { kid: "x' or 1=1 --" }),
		"of no form": "x",
	};
}

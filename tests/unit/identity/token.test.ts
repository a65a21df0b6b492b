import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { unauthenticated } from "../../../services/identity/identity.contract.ts";
import { type Statement, tokens } from "../../../services/identity/token.ts";

const SECRET = "a secret of more than thirty-two bytes";
const now = new Date("2026-03-02T15:00:00.000Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const ours = await tokens(SECRET);
const who: Statement = {
	sub: "usr_1",
	sid: "fam_1",
	role: "cashier",
	locale: "fr",
	location_id: "1",
};

/** A token signed with the right secret, wrong in one thing. */
async function forged(
	header: object,
	claims: object = {},
	{ hash = "sha256", secret = SECRET } = {},
) {
	const honest = await ours.issue(who, now);
	const part = (data: object) => Buffer.from(JSON.stringify(data)).toString("base64url");
	const parts = [
		part({ ...decodeProtectedHeader(honest), ...header }),
		part({ ...decodeJwt(honest), ...claims }),
	];
	const signature = createHmac(hash, secret).update(parts.join(".")).digest("base64url");
	return [...parts, signature].join(".");
}
const read = (token: string, at = now) => ours.read(token, at).catch((err: unknown) => err);

test("AUT-04 a token lives for 15 minutes, and is refused a second later", async () => {
	const token = await ours.issue(who, now);
	expect(await read(token, after(899))).toMatchObject({ ...who, exp: now.getTime() / 1_000 + 900 });
	expect(unauthenticated.is(await read(token, after(900)))).toBe(true);
	expect(unauthenticated.is(await read(token, after(901)))).toBe(true);

	const unread = await ours.issue(who, now);
	expect(unauthenticated.is(await read(unread, after(900)))).toBe(true);
	expect(await read(unread, after(899))).toMatchObject(who);
});

test("AUT-10 what is forged with nothing wrong is read: the forger below is a good one", async () => {
	expect(await read(await forged({}))).toMatchObject(who);
});

describe("AUT-05 AUT-10 a token is refused with", () => {
	const wrong: [string, ...Parameters<typeof forged>][] = [
		["alg none", { alg: "none" }],
		["another alg, truly signed", { alg: "HS512" }, {}, { hash: "sha512" }],
		["an alg of key pairs", { alg: "RS256" }],
		["another secret", {}, {}, { secret: `${SECRET}!` }],
		["another type", { typ: "JWT" }],
		["no type", { typ: undefined }],
		["a kid that is a path", { kid: "../../etc/passwd" }],
		["a kid that is too long", { kid: "a".repeat(65) }],
		["no kid", { kid: undefined }],
		["a key of its own", { jwk: { kty: "oct", k: "AAAA" } }],
		["the address of a key", { jku: "https://example.com/keys" }],
		["the address of a certificate", { x5u: "https://example.com/cert" }],
		["a certificate", { x5c: ["AAAA"] }],
		["a critical extension", { crit: ["exp"] }],
		["another audience", {}, { aud: "elsewhere" }],
		["another issuer", {}, { iss: "elsewhere" }],
		["no subject", {}, { sub: undefined }],
		["no jti", {}, { jti: undefined }],
		["no role", {}, { role: undefined }],
		["no end", {}, { exp: undefined }],
		["no session", {}, { sid: undefined }],
		["an end that is a text", {}, { exp: "9999999999" }],
	];
	test.each(wrong.map(([name, ...how]) => [name, how] as const))("%s", async (_, how) => {
		expect(unauthenticated.is(await read(await forged(...how)))).toBe(true);
	});

	test("alg none and no signature", async () => {
		const [head, body] = (await forged({ alg: "none" })).split(".");
		expect(unauthenticated.is(await read(`${head}.${body}.`))).toBe(true);
	});

	test("claims that were changed", async () => {
		const [head, , signature] = (await ours.issue(who, now)).split(".");
		const [, body] = (await forged({}, { role: "admin" })).split(".");
		expect(unauthenticated.is(await read(`${head}.${body}.${signature}`))).toBe(true);
	});

	test.each(["", ".", "..", "a.b.c", "not a token", "{}"])("no form of one: %j", async (token) => {
		expect(unauthenticated.is(await read(token))).toBe(true);
	});
});

test("D21 a refresh token has one successor, which only the secret can tell", async () => {
	const others = await tokens(`${SECRET}!`);
	expect(ours.successor("a")).toBe(ours.successor("a"));
	expect(ours.successor("a")).not.toBe(others.successor("a"));
	expect(ours.successor("a")).not.toBe(ours.successor("b"));
});

import { createHmac, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { unauthenticated } from "../../services/identity/identity.contract.ts";
import { type Statement, tokens } from "../../services/identity/token.ts";
import { type Client, client } from "../support/client.ts";
import { type Product, startProduct } from "../support/product.ts";

jest.setTimeout(60_000);

const SECRET = "0123456789abcdef0123456789abcdef";
const who: Statement = { sub: "usr_1", sid: "fam_1", role: "cashier", locale: "fr" };
const pemOf = ({ privateKey }: { privateKey: { export(options: object): unknown } }) =>
	String(privateKey.export({ type: "pkcs8", format: "pem" }));
const PAIRS: [algorithm: string, pem: string][] = [
	["RS256", pemOf(generateKeyPairSync("rsa", { modulusLength: 2_048 }))],
	["ES256", pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }))],
	["EdDSA", pemOf(generateKeyPairSync("ed25519"))],
];

describe.each(PAIRS)("AUT-10 a key pair for %s", (algorithm, pem) => {
	test("AUT-10 signs what it alone can read, under its own algorithm", async () => {
		const ours = await tokens(SECRET, pem);
		const token = await ours.issue(who);
		expect(decodeProtectedHeader(token).alg).toBe(algorithm);
		expect(await ours.read(token)).toMatchObject(who);

		const shared = await tokens(SECRET);
		for (const [reader, other] of [
			[shared, token],
			[ours, await shared.issue(who)],
		] as const)
			expect(unauthenticated.is(await reader.read(other).catch((err) => err))).toBe(true);
	});

	test("AUT-05 AUT-10 a token signed with the public key as if it were a secret is refused", async () => {
		const ours = await tokens(SECRET, pem);
		const honest = await ours.issue(who);
		const part = (data: object) => Buffer.from(JSON.stringify(data)).toString("base64url");
		const text = [
			part({ ...decodeProtectedHeader(honest), alg: "HS256" }),
			part({ ...decodeJwt(honest), role: "admin" }),
		].join(".");
		for (const key of [pem, SECRET]) {
			const forged = `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
			expect(unauthenticated.is(await ours.read(forged).catch((err) => err))).toBe(true);
		}
	});
});

test("AUT-10 a key that is too short, or of another kind, signs nothing", async () => {
	const weak = [
		pemOf(generateKeyPairSync("rsa", { modulusLength: 1_024 })),
		pemOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" })),
	];
	for (const pem of weak) await expect(tokens(SECRET, pem)).rejects.toThrow("it takes RSA");
});

describe("the product with a key pair", () => {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-key-"));
	const file = join(folder, "key.pem");
	let product: Product;
	let shop: Client;
	beforeAll(async () => {
		writeFileSync(file, PAIRS[2]![1], { mode: 0o600 });
		product = await startProduct({ env: { RETAIL_JWT_KEY_FILE: file } });
		shop = client(product);
	});
	afterAll(async () => {
		await product.stop();
		product.remove();
		rmSync(folder, { recursive: true, force: true });
	});

	test("AUT-10 lets in by tokens of that pair", async () => {
		const token = await shop.login("admin", "admin");
		expect(decodeProtectedHeader(token).alg).toBe("EdDSA");
		expect((await shop.get("/api/v1/users", { token })).status).toBe(200);
		const bent = token.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
		expect((await shop.get("/api/v1/users", { token: bent })).status).toBe(401);
	});
});

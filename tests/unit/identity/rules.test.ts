import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { isMistyped, newKey } from "../../../lib/api-key.ts";
import { graceEnds, isLive } from "../../../services/identity/api-key.ts";
import { inTurn } from "../../../services/identity/login.ts";
import { hashPassword, isPassword } from "../../../services/identity/password.ts";
import { signingSecret } from "../../../services/identity/secret.ts";
import { judge, lockedFor, refreshUntil } from "../../../services/identity/session.ts";
import { primary } from "../../../services/identity/user.ts";

const now = new Date("2026-03-02T15:00:00.000Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();

describe("AUT-28 API keys", () => {
	test("a typing error is seen without a look at the database", () => {
		const { key } = newKey();
		expect(isMistyped(key)).toBe(false);
		const swapped = key.slice(0, 20) + (key[20] === "a" ? "b" : "a") + key.slice(21);
		expect(isMistyped(swapped)).toBe(true);
		expect(isMistyped(key.slice(0, -1))).toBe(true);
		expect(isMistyped("admin-key-12345")).toBe(false);
	});
	test("no two are alike", () => {
		const many = Array.from({ length: 1_000 }, () => newKey().key);
		expect(new Set(many).size).toBe(1_000);
	});
	test("a replaced one lives for a day, a revoked one not at all", () => {
		const expires_at = graceEnds(now);
		const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString();
		expect(isLive({ status: "ROTATING", expires_at }, at(23.9))).toBe(true);
		expect(isLive({ status: "ROTATING", expires_at }, at(24))).toBe(false);
		expect(isLive({ status: "REVOKED", expires_at }, at(0))).toBe(false);
	});
});

describe("AUT-02 the lock of an account", () => {
	test("five failures within 15 minutes lock for 15 minutes since the last", () => {
		expect(lockedFor([ago(10), ago(8), ago(6), ago(4), ago(2)], now)).toBe(13 * 60);
		expect(lockedFor([ago(29), ago(28), ago(20), ago(16), ago(14.5)], now)).toBe(30);
	});
	test("four do not, nor five over a longer time, nor five that are long past", () => {
		expect(lockedFor([ago(4), ago(3), ago(2), ago(1)], now)).toBe(0);
		expect(lockedFor([ago(16), ago(4), ago(3), ago(2), ago(0)], now)).toBe(0);
		expect(lockedFor([ago(19), ago(18), ago(17), ago(16), ago(15)], now)).toBe(0);
	});
	test("logins of one account go one by one, of several beside each other", async () => {
		const seen: string[] = [];
		const step = (name: string) => async () => {
			seen.push(`${name} begins`);
			await new Promise((done) => setImmediate(done));
			seen.push(`${name} ends`);
		};
		await Promise.all([inTurn("a", step("1")), inTurn("a", step("2")), inTurn("b", step("3"))]);
		expect(seen.indexOf("2 begins")).toBeGreaterThan(seen.indexOf("1 ends"));
		expect(seen.indexOf("3 begins")).toBeLessThan(seen.indexOf("1 ends"));
	});
	test("one that fails does not hold up the next, and too many are refused", async () => {
		const fails = inTurn("c", () => Promise.reject(new Error("no"))).catch(() => "failed");
		expect([await fails, await inTurn("c", async () => "done")]).toEqual(["failed", "done"]);
		const wait = new Promise<void>((done) => setImmediate(done));
		const many = Array.from({ length: 51 }, () => inTurn("d", () => wait).catch((err) => err.type));
		expect((await Promise.all(many)).filter(Boolean)).toEqual(["UNAVAILABLE"]);
	});
});

describe("D21 a refresh token that is presented", () => {
	const token = { expires_at: ago(-60) };
	const used = { ...token, used_by: "me", used_at: new Date(now.getTime() - 9_000).toISOString() };
	const me = { client: "me", now };
	test.each([
		["is refused when it is unknown", undefined, undefined, me, "refused"],
		["is refused when it has expired", { expires_at: ago(0) }, undefined, me, "refused"],
		["is refused when it was revoked", { ...token, revoked_at: ago(1) }, undefined, me, "refused"],
		["is rotated the first time", token, undefined, me, "rotate"],
		["is answered again for 10 s", used, token, me, "repeat"],
		["is reused after that", { ...used, used_at: ago(0.2) }, token, me, "reused"],
		["is reused by another client", used, token, { ...me, client: "you" }, "reused"],
		["is reused once its successor was used", used, { ...token, used_at: ago(0) }, me, "reused"],
	])("%s", (_, presented, successor, by, expected) => {
		expect(judge(presented, successor, by)).toBe(expected);
	});
	test("lives for a week unused, and for a month in any case", () => {
		const day = 24 * 60;
		expect(refreshUntil(ago(0), now)).toBe(ago(-7 * day));
		expect(refreshUntil(ago(29 * day), now)).toBe(ago(-day));
	});
});

test("AUT-02 a password is its own, whatever keyboard spelt it, and no other", async () => {
	const hash = await hashPassword("un été à Québec");
	expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
	expect(await isPassword("un été à Québec".normalize("NFD"), hash)).toBe(true);
	expect(await isPassword("un ete a Quebec", hash)).toBe(false);
	expect(await isPassword("un été à Québec", undefined)).toBe(false);
});

test("AUT-02 more passwords than can be checked soon are refused, not kept waiting", async () => {
	const all = Array.from({ length: 110 }, () => isPassword("x", undefined).catch((e) => e.type));
	expect((await Promise.all(all)).filter((said) => said === "UNAVAILABLE")).toHaveLength(59);
});

test("AUT-07 the role of the token is the first in the stated order, then of the locations", () => {
	expect(primary([{ role: "customer" }, { role: "auditor" }])).toEqual({ role: "auditor" });
	const [one, two] = [
		{ role: "cashier" as const, location_id: "1" },
		{ role: "cashier" as const, location_id: "2" },
	];
	expect(primary([two, one])).toEqual(one);
});

describe("AUT-10 the secret that signs", () => {
	const data_dir = mkdtempSync(join(tmpdir(), "comptoir-secret-"));
	afterAll(() => rmSync(data_dir, { recursive: true }));
	const demo = { jwt_secret: "", mesh_secret: "", demo: true, data_dir };

	test("is made once in demo, for its owner's eyes only", () => {
		const secret = signingSecret(demo);
		expect(secret.length).toBeGreaterThanOrEqual(32);
		expect(signingSecret(demo)).toBe(secret);
		expect(statSync(join(data_dir, "jwt-secret")).mode & 0o777).toBe(0o600);
	});
	test("is one for all replicas of a mesh, whatever folders they have", () => {
		const mesh_secret = "of a mesh".padEnd(32);
		const [here, there] = [data_dir, join(data_dir, "elsewhere")].map((folder) =>
			signingSecret({ ...demo, mesh_secret, data_dir: folder }),
		);
		expect(here).toBe(there);
		expect(here).not.toContain(mesh_secret.trim());
		expect(signingSecret({ ...demo, mesh_secret: "of another".padEnd(32) })).not.toBe(here);
	});
	test("is asked for elsewhere, and never short", () => {
		expect(() => signingSecret({ ...demo, demo: false })).toThrow("RETAIL_JWT_SECRET");
		expect(() => signingSecret({ ...demo, jwt_secret: "short" })).toThrow("32 bytes");
	});
});

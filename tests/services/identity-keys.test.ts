import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { demoUsers } from "../../config/demo/identity.ts";
import { identity } from "../../services/identity/identity.contract.ts";
import identityService from "../../services/identity/identity.service.ts";
import { isPassword } from "../../services/identity/password.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";

const node = broker([identityService]);
beforeAll(() => node.start());
afterAll(() => node.stop());

const admin = as("admin", { actor: "admin" });
const hashOf = (key: string) => createHash("sha256").update(key).digest("base64url");
const verify = (key: string) => identity.verifyKey(node, { key_hash: hashOf(key) });
const db = () => (node.getLocalService("identity") as any).db;
const query = (sql: string): Promise<any[]> => db().read((read: any) => read.query(sql));

let made = 0;
const create = (more: object = {}) =>
	identity.createKey(node, { name: `consumer-${++made}`, ...more }, admin);

describe("AUT-13 AUT-14 AUT-15 the demo keys are known, with their rights and quotas", () => {
	const demo: [string, object][] = [
		["admin-key-12345", { consumer: "admin-user", quota_minute: 1000, scopes: ["*"] }],
		["frontend-key-67890", { consumer: "frontend-app", quota_minute: 500 }],
		["pos-web-app-2025-frontend-key", { consumer: "pos-web", quota_minute: 500 }],
		["pos-mobile-2025-app-secure-key", { consumer: "pos-mobile", quota_minute: 300 }],
		["pos-test-automation-dev-key-2025", { consumer: "pos-tests", unlimited: true }],
		["pos-console-2025-operator-key", { consumer: "pos-console", quota_minute: 300 }],
	];
	test.each(demo)("%s", async (key, expected) => {
		expect(await verify(key)).toMatchObject(expected);
	});

	test("the four of the tills differ in rights or quotas", async () => {
		const four = await Promise.all(demo.slice(2).map(([key]) => verify(key)));
		const plans = four.map(({ key_id, consumer, ...plan }) => JSON.stringify(plan));
		expect(new Set(plans).size).toBe(4);
	});
});

test("AUT-15 GTW-05 a plan is replaced whole: what it does not say is as for a new key; the key stays", async () => {
	const { key, id } = await create({ quota_minute: 5, quota_hour: 50, scopes: ["customer"] });
	const plan = await identity.setPlan(node, { id, quota_minute: 7 }, admin);
	expect(plan).toMatchObject({ id, quota_minute: 7, scopes: ["*"], unlimited: false });
	expect(plan).not.toHaveProperty("quota_hour");
	expect(await verify(key)).toEqual({
		key_id: id,
		consumer: plan.name,
		scopes: ["*"],
		quota_minute: 7,
	});
	const unknown = identity.setPlan(node, { id: "key_none" }, admin);
	expect(await failure(unknown)).toMatchObject({ type: "API_KEY_NOT_FOUND", code: 404 });
});

test("AUT-28 a key is made in a form of its own, shown once, and stored hashed", async () => {
	const { key, ...kept } = await create({ quota_minute: 5, scopes: ["customer"] });

	expect(key).toMatch(/^ck_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/);
	expect(kept).toMatchObject({ prefix: key.slice(0, 16), last4: key.slice(-4), status: "ACTIVE" });
	expect(await verify(key)).toMatchObject({
		key_id: kept.id,
		consumer: kept.name,
		quota_minute: 5,
		scopes: ["customer"],
	});

	const { items } = await identity.listKeys(node, { limit: 200 }, admin);
	expect(items.map(({ id }) => id)).toContain(kept.id);
	const rows = JSON.stringify([items, await query("select * from api_key, outbox")]);
	expect(rows).not.toContain(key.slice(16));
});

test("AUT-28 while a key is rotating both are valid; a revoked one is refused at once", async () => {
	const { id, key: old } = await create();
	const { key } = await identity.rotateKey(node, { id }, admin);
	const both = await Promise.all([verify(old), verify(key)]);
	expect(both.map(({ consumer }) => consumer)).toEqual([`consumer-${made}`, `consumer-${made}`]);

	await identity.revokeKey(node, { id }, admin);
	expect(await failure(verify(old))).toMatchObject({ code: 401, type: "UNAUTHENTICATED" });
	await verify(key);
	expect(await failure(identity.rotateKey(node, { id }, admin))).toMatchObject({
		code: 409,
		data: { state: "REVOKED" },
	});
});

test("AUT-28 a consumer has two live keys at most: a third rotation ends the first", async () => {
	const first = await create();
	const second = await identity.rotateKey(node, { id: first.id }, admin);
	const third = await identity.rotateKey(node, { id: second.id }, admin);
	expect(await failure(verify(first.key))).toMatchObject({ code: 401 });
	await Promise.all([verify(second.key), verify(third.key)]);
});

test("AUT-28 a key that was replaced ends when its day is over", async () => {
	const { id, key } = await create();
	await identity.rotateKey(node, { id }, admin);
	await db().write((tx: any) =>
		tx.query("update api_key set expires_at = '2020-01-01T00:00:00.000Z' where id = $id", { id }),
	);
	expect(await failure(verify(key))).toMatchObject({ code: 401 });
});

test("AUT-16 AUT-28 a name that has a live key is refused another", async () => {
	const { name } = await create();
	expect(await failure(create({ name }))).toMatchObject({ code: 409, type: "NAME_TAKEN" });
});

test("AUT-17 a key verified again does not read the database; a revocation is seen at once", async () => {
	const { id, key } = await create();
	await verify(key);
	const { read } = db();
	let reads = 0;
	db().read = (work: never) => {
		reads++;
		return read(work);
	};
	await Promise.all([verify(key), verify(key)]);
	db().read = read;
	expect(reads).toBe(0);

	await identity.revokeKey(node, { id }, admin);
	expect(await failure(verify(key))).toMatchObject({ code: 401 });
});

test("AUT-17 logins leave what is known of keys in the cache", async () => {
	const { key } = await create();
	await verify(key);
	await identity.login(node, { username: "admin", password: "admin" });
	await db().write((tx: any) => tx.query("update api_key set status = 'REVOKED'"));
	await verify(key); // nobody has announced it: the cache is what answers
	await node.cacher?.clean("**");
	expect(await failure(verify(key))).toMatchObject({ code: 401 });
	await db().write((tx: any) => tx.query("update api_key set status = 'ACTIVE' where demo"));
});

test("AUT-28 keys are an admin's, and nobody else's", async () => {
	for (const role of ["guest", "head_office", "store_manager", "customer"] as const) {
		const caller = as(role);
		for (const attempt of [
			() => identity.createKey(node, { name: "mine" }, caller),
			() => identity.rotateKey(node, { id: "key_1" }, caller),
			() => identity.revokeKey(node, { id: "key_1" }, caller),
			() => identity.listKeys(node, {}, caller),
		])
			expect(await failure(attempt())).toMatchObject({ code: 403 });
	}
	expect(await failure(identity.revokeKey(node, { id: "none" }, admin))).toMatchObject({
		code: 404,
		type: "API_KEY_NOT_FOUND",
	});
});

describe("the database itself refuses, whoever writes", () => {
	const user = "insert into user_account select 'x', $1, $2, password_hash, 'fr', 'active'";
	const rest = ", false, false, null, null, 1 from user_account where id = 'admin'";
	const key = "insert into api_key select 'k2', name, prefix, last4, $1, scopes, null, null";
	const token = "insert into refresh_token (id, user_id, family, hash, started_at, expires_at)";
	test.each([
		["a user name twice", user.replace("$1, $2", "'ADMIN', 'x@y.ca'") + rest],
		["an e-mail twice", user.replace("$1, $2", "'x', 'USER@example.com'") + rest],
		["a password in clear", "update user_account set password_hash = 'admin'"],
		["an unknown status", "update user_account set status = 'gone'"],
		["a role twice", "insert into user_role values ('admin', 'admin', null)"],
		["a cashier of no store", "insert into user_role values ('admin', 'cashier', null)"],
		["an admin of a store", "insert into user_role values ('logistique', 'admin', '1')"],
		["a role of nobody", "insert into user_role values ('nobody', 'admin', null)"],
		[
			"a key hash twice",
			`${key.replace("$1", "hash")}, false, 'REVOKED', false, '', null, null from api_key`,
		],
		[
			"two active keys of one consumer",
			`${key.replace("$1", "'h'")}, false, 'ACTIVE', false, '', null, null from api_key where id = 'key_1'`,
		],
		["a rotating key without an end", "update api_key set status = 'ROTATING' where id = 'key_1'"],
		[
			"two live tokens in a session",
			`${token} values ('a', 'admin', 'f', 'a', '1', '2'), ('b', 'admin', 'f', 'b', '1', '2')`,
		],
	])("%s", async (_, sql) => {
		const err = await failure(db().write((tx: any) => tx.script(sql)));
		expect(`${err?.name} ${err?.message}`).toMatch(/constraint/i);
	});
});

test("D19 the hashes of the demo are those of its passwords", async () => {
	const passwords: Record<string, string> = { admin: "admin", client_1: "password" };
	const right = await Promise.all(
		demoUsers.map(({ id, password_hash }) =>
			isPassword(passwords[id] ?? "comptoir-demo", password_hash),
		),
	);
	expect(right).toEqual(demoUsers.map(() => true));
	expect(new Set(demoUsers.map(({ password_hash }) => password_hash)).size).toBe(17);
});

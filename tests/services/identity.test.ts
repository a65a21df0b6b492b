import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { env } from "../../config/env.ts";
import {
	accountLocked,
	identity,
	passwordChangeRequired,
	unauthenticated,
} from "../../services/identity/identity.contract.ts";
import identityService from "../../services/identity/identity.service.ts";
import { hashesComputed } from "../../services/identity/password.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";

const node = broker([identityService]);
beforeAll(() => node.start());
afterAll(() => node.stop());

const from = (address: string) => ({ headers: { address } });
const login = (username: string, password = "comptoir-demo") =>
	identity.login(node, { username, password });
const verify = (token: string) => identity.verifyToken(node, { token });
const refused = async (promise: Promise<unknown>) =>
	expect(await failure(promise)).toMatchObject({ type: unauthenticated.code, code: 401 });
const db = () => (node.getLocalService("identity") as any).db;
const facts = (type: string): Promise<any[]> =>
	db().read((read: any) => read.query("select * from outbox where type = $type", { type }));

test("AUT-01 AUT-02 a login by user name answers a token of 900 s, and who it is", async () => {
	const session = await login("gerant_2");

	expect(session).toMatchObject({ token_type: "Bearer", expires_in: 900 });
	expect(session.user).toMatchObject({ username: "gerant_2", role: "store_manager" });
	expect(await verify(session.access_token)).toMatchObject({
		user_id: "gerant_2",
		username: "gerant_2",
		role: "store_manager",
		location_id: "2",
	});
});

test("AUT-02 a wrong password and an unknown user get the same 401", async () => {
	const wrong = await failure(login("gerant_3", "not-the-password"));
	const unknown = await failure(login("nobody-at-all", "not-the-password"));

	expect(unauthenticated.is(wrong)).toBe(true);
	for (const field of ["code", "type", "message", "data"])
		expect(unknown[field]).toEqual(wrong[field]);
});

test("AUT-02 an unknown user costs the same work as a wrong password: one hash of the same cost", async () => {
	const work = async (username: string) => {
		const before = hashesComputed();
		await failure(login(username, "not-the-password"));
		return hashesComputed() - before;
	};
	expect(await work("gerant_1")).toBe(1);
	expect(await work("nobody_at_all")).toBe(1);
});

test("AUT-03 D19 admin/admin opens the demo, is told to change it, and is stored hashed", async () => {
	const { user } = await login("admin", "admin");
	expect(user).toMatchObject({ role: "admin", must_change_password: true });

	const rows = await db().read((read: any) => read.query("select * from user_account"));
	expect(rows.every((row: any) => row.password_hash.startsWith("$argon2id$v=19$m=19456,t=2"))).toBe(
		true,
	);
});

test("AUT-03 D19 where it is not a demo, its accounts, sessions and keys are nobody's", async () => {
	const { access_token, refresh_token } = await login("verificateur");
	const key_hash = createHash("sha256").update("admin-key-12345").digest("base64url");
	await verify(access_token);
	env.demo = false;
	try {
		await node.cacher?.clean("**");
		await refused(login("admin", "admin"));
		await refused(verify(access_token));
		await refused(identity.refresh(node, { refresh_token }));
		await refused(identity.verifyKey(node, { key_hash }));
	} finally {
		env.demo = true;
	}
});

test("AUT-08 AUT-09 the demo customer logs in by e-mail, with a token that says customer 1", async () => {
	const email = "User@Example.com";
	const session = await identity.loginByEmail(node, { email, password: "password" });
	expect(session.token).toBe(session.access_token);
	expect(await verify(session.token)).toMatchObject({ role: "customer", customer_id: "1" });

	const canonical = await identity.login(node, { email, password: "password" });
	expect(canonical).not.toHaveProperty("token");
});

test("AUT-02 the older path takes a user name and adds `token`", async () => {
	const params = { username: "logistique", password: "comptoir-demo" };
	const session = await identity.loginByUsername(node, params);
	expect(await verify(session.token)).toMatchObject({ role: "logistics" });
});

test("AUT-02 five failures lock an account for 15 minutes, a known and an unknown one alike", async () => {
	for (const name of ["caissier_5", "nobody-5"]) {
		const guesses = Array.from({ length: 8 }, () => failure(login(name, "not-the-password")));
		const said = (await Promise.all(guesses)).map(({ type }) => type);
		expect(said.filter((type) => type === "UNAUTHENTICATED")).toHaveLength(5);
		expect(said.filter((type) => type === "ACCOUNT_LOCKED")).toHaveLength(3);
	}
	const right = await failure(login("caissier_5"));
	expect(accountLocked.is(right)).toBe(true);
	expect(right.data.retry_after).toBeGreaterThan(890);
});

test("AUT-02 a success forgets the failures before it", async () => {
	for (let round = 0; round < 3; round++) {
		await failure(login("caissier_4", "not-the-password"));
		await failure(login("caissier_4", "not-the-password"));
		await login("caissier_4");
	}
});

test("AUT-17 a token verified again does not read the database again", async () => {
	const { access_token } = await login("maison_mere");
	await verify(access_token);
	const { read } = db();
	let reads = 0;
	db().read = (work: never) => {
		reads++;
		return read(work);
	};
	await verify(access_token);
	await verify(access_token);
	db().read = read;
	expect(reads).toBe(0);
});

test("D21 a refresh rotates, and the answer that was lost is given again, to the same client", async () => {
	const { refresh_token } = await login("fournisseur_1");
	const first = await identity.refresh(node, { refresh_token }, from("10.0.0.1"));
	const again = await identity.refresh(node, { refresh_token }, from("10.0.0.1"));

	expect(first.refresh_token).not.toBe(refresh_token);
	expect(again.refresh_token).toBe(first.refresh_token);
	expect(await verify(first.access_token)).toMatchObject({ supplier_id: "1" });
});

test("D21 two refreshes at once leave one successor", async () => {
	const { refresh_token } = await login("fournisseur_1");
	const both = await Promise.all([1, 2].map(() => identity.refresh(node, { refresh_token })));
	expect(both[0]!.refresh_token).toBe(both[1]!.refresh_token);
});

test("D21 a used refresh token presented by another client revokes the family, tokens and all", async () => {
	const { refresh_token } = await login("fournisseur_1");
	const mine = await identity.refresh(node, { refresh_token }, from("10.0.0.1"));
	await verify(mine.access_token);

	await refused(identity.refresh(node, { refresh_token }, from("6.6.6.6")));
	await refused(identity.refresh(node, { refresh_token: mine.refresh_token }, from("10.0.0.1")));
	await refused(verify(mine.access_token));
	expect(await facts("identity.token_reused")).toHaveLength(1);
});

test("D21 after the successor is used, the one before it is never forgiven", async () => {
	const { refresh_token } = await login("fournisseur_1");
	const second = await identity.refresh(node, { refresh_token });
	await identity.refresh(node, { refresh_token: second.refresh_token });
	await refused(identity.refresh(node, { refresh_token }));
});

test("D21 a logout ends its session at once, and no other", async () => {
	const [one, other] = [await login("gerant_4"), await login("gerant_4")];
	await Promise.all([verify(one.access_token), verify(other.access_token)]);

	await identity.logout(node, { refresh_token: one.refresh_token });
	const { refresh_token } = one;
	await refused(verify(one.access_token));
	await refused(identity.refresh(node, { refresh_token }));
	await verify(other.access_token);
});

test("D21 a logout by the access token ends the session that the token belongs to", async () => {
	const [one, other] = [await login("gerant_5"), await login("gerant_5")];
	const { session_id } = await verify(one.access_token);
	const caller = as("store_manager", { actor: "gerant_5", session_id: session_id! });
	await identity.logout(node, {}, caller);

	await refused(verify(one.access_token));
	await verify(other.access_token);
	await refused(identity.logout(node, {}));
});

test("AUT-02 me answers the caller, in the role of the token", async () => {
	const caller = as("cashier", { actor: "caissier_3", location_id: "3" });
	expect(await identity.me(node, {}, caller)).toMatchObject({
		username: "caissier_3",
		role: "cashier",
		location_id: "3",
	});
	expect(await failure(identity.me(node, {}))).toMatchObject({ type: "FORBIDDEN" });
});

test("AUT-03 D19 outside the demo a password that must change is changed with the login", async () => {
	await db().write((tx: any) =>
		tx.query("update user_account set demo = false where id = 'caissier_2'"),
	);
	const credentials = { username: "caissier_2", password: "comptoir-demo" };
	env.demo = false;
	try {
		const err = await failure(identity.login(node, credentials));
		expect(passwordChangeRequired.is(err)).toBe(true);
		const new_password = "a long walk by the river";
		const { user } = await identity.login(node, { ...credentials, new_password });
		expect(user.must_change_password).toBe(false);
		await login("caissier_2", new_password);
	} finally {
		env.demo = true;
	}
});

test("no fact and no row tells a secret", async () => {
	const { access_token, refresh_token } = await login("caissiere_1");
	await failure(login("caissiere_1", "my-secret-guess"));
	const tables = ["outbox", "login_attempt", "refresh_token", "user_account", "api_key"];
	const rows = await db().read((read: any) =>
		Promise.all(tables.map((table) => read.query(`select * from ${table}`))),
	);
	for (const secret of [access_token, refresh_token, "my-secret-guess", "comptoir-demo", "-12345"])
		expect(JSON.stringify(rows)).not.toContain(secret);
});

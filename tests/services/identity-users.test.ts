import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type moleculer from "moleculer";
import { customerNotFound } from "../../services/customers/customers.contract.ts";
import { identity } from "../../services/identity/identity.contract.ts";
import identityService from "../../services/identity/identity.service.ts";
import { locationNotFound } from "../../services/stores/stores.contract.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";

// Plain neighbours: of each, only the one action that is asked.
const stores = {
	name: "stores",
	actions: {
		resolve({ params: { location } }: moleculer.Context<{ location: string }>) {
			const id = location.replace("Magasin ", "");
			if (!/^[1-5]$/.test(id)) throw locationNotFound({ id: location });
			return { id, code: "MTL", name_fr: "Montréal", name_en: "Montréal", type: "store" };
		},
	},
};
const customers = {
	name: "customers",
	actions: {
		get({ params: { id } }: moleculer.Context<{ id: string }>) {
			if (id === "99999") throw customerNotFound({ id });
			return { id, first_name: "Ada", last_name: "Roy", locale: "fr" };
		},
	},
};
const node = broker([identityService, stores, customers]);
beforeAll(() => node.start());
afterAll(() => node.stop());

const admin = as("admin", { actor: "admin" });
const headOffice = as("head_office", { actor: "maison_mere" });
const manager = as("store_manager", { actor: "gerant_1", location_id: "1" });
const password = "fourteen wet ducks";
const db = () => (node.getLocalService("identity") as any).db;
const count = async (table: string) =>
	(await db().read((read: any) => read.query(`select count(*) as n from ${table}`)))[0].n;

let made = 0;
type Roles = Parameters<typeof identity.createUser>[1]["roles"];
const aCashier: Roles = [{ role: "cashier", location: "Magasin 1" }];
const create = (more: object = {}, caller = admin) => {
	const username = `user-${++made}`;
	const account = { username, email: `${username}@comptoir.example`, password, roles: aCashier };
	return identity.createUser(node, { ...account, ...more }, caller);
};
const login = (username: string, secret = password) =>
	identity.login(node, { username, password: secret });
const verify = (token: string) => identity.verifyToken(node, { token });

test("AUT-01 AUT-06 an account is created, read, changed, listed and deactivated", async () => {
	const user = await create();
	expect(user).toMatchObject({
		id: expect.stringMatching(/^usr_/),
		status: "active",
		must_change_password: true,
		roles: [{ role: "cashier", location_id: "1" }],
		version: 1,
	});
	expect(JSON.stringify(user)).not.toContain("argon2");
	const { id } = user;
	expect(await identity.getUser(node, { id }, admin)).toEqual(user);

	const email = "Nouveau@Comptoir.example";
	const changed = await identity.updateUser(node, { id, email, locale: "en" }, headOffice);
	expect(changed).toMatchObject({ email: email.toLowerCase(), locale: "en", version: 2 });

	expect(await identity.deactivateUser(node, { id }, admin)).toMatchObject({ status: "disabled" });
	const { items } = await identity.listUsers(node, { status: "disabled" }, admin);
	expect(items.map((one) => one.id)).toEqual([id]);
	expect(await failure(login(user.username))).toMatchObject({ code: 401, type: "UNAUTHENTICATED" });
});

test("AUT-07 a customer's account carries customer_id, a supplier's supplier_id", async () => {
	const roles = [{ role: "customer" }];
	const customer = await create({ roles, customer_id: "123" });
	const { access_token } = await login(customer.username);
	expect(await verify(access_token)).toMatchObject({ role: "customer", customer_id: "123" });

	expect(await create({ roles: [{ role: "supplier" }], supplier_id: "4" })).toMatchObject({
		supplier_id: "4",
	});
	expect(await failure(create({ roles }))).toMatchObject({ data: [{ field: "customer_id" }] });
	expect(await failure(create({ roles, customer_id: "99999" }))).toMatchObject({
		code: 422,
		type: "CUSTOMER_NOT_FOUND",
	});
});

describe("AUT-06 what is refused leaves no account", () => {
	const refusals: [string, object, object][] = [
		["a user name that is taken, in other letters", { username: "ADMIN" }, { code: 409 }],
		["an e-mail that is taken", { email: "USER@example.com" }, { type: "NAME_TAKEN" }],
		["an unknown place", { roles: [{ role: "cashier", location: "Magasin 9" }] }, { code: 422 }],
		["a cashier of no store", { roles: [{ role: "cashier" }] }, { code: 422 }],
		["an admin of a store", { roles: [{ role: "admin", location: "1" }] }, { code: 422 }],
		["no role", { roles: [] }, { code: 422 }],
		["a short password", { password: "fourteen chars" }, { code: 422 }],
		["a well-known one", { password: "motdepasse-2026!" }, { type: "PASSWORD_TOO_COMMON" }],
		["a repeated one", { password: "abcabcabcabcabcabc" }, { type: "PASSWORD_TOO_COMMON" }],
		["a field too many", { status: "active" }, { code: 422 }],
		["an @ in a user name", { username: "user@example.com" }, { code: 422 }],
	];
	test.each(refusals)("%s", async (_, asked, expected) => {
		const before = await count("user_account");
		expect(await failure(create(asked))).toMatchObject(expected);
		expect(await count("user_account")).toBe(before);
	});
});

test("AUT-06 of two that want one name at once, one has it", async () => {
	const username = "only-one";
	const both = await Promise.all(
		[1, 2].map(() => create({ username }).then(Boolean, (e) => e.type)),
	);
	expect(both.toSorted()).toEqual(["NAME_TAKEN", true]);
});

test("AUT-06 roles are refused to those who may not manage users", async () => {
	for (const role of ["guest", "cashier", "customer", "supplier", "logistics", "auditor"] as const)
		expect(await failure(create({}, as(role)))).toMatchObject({ code: 403, type: "FORBIDDEN" });
});

test("AUT-20 a manager manages the cashiers of the own store, and sees nobody else", async () => {
	const own = await create({}, manager);
	expect(own.roles).toEqual([{ role: "cashier", location_id: "1" }]);
	expect(
		await failure(create({ roles: [{ role: "cashier", location: "2" }] }, manager)),
	).toMatchObject({ type: "FORBIDDEN" });
	expect(
		await failure(create({ roles: [{ role: "store_manager", location: "1" }] }, manager)),
	).toMatchObject({ type: "FORBIDDEN" });

	const { items } = await identity.listUsers(node, { limit: 200 }, manager);
	const seen = items.map(({ id }) => id);
	expect(seen).toEqual(expect.arrayContaining([own.id, "caissier_1", "caissiere_1"]));
	expect(items.every(({ roles }) => roles.every((r) => r.location_id === "1"))).toBe(true);

	for (const id of ["caissier_2", "gerant_1", "admin", "nobody"])
		for (const attempt of [
			() => identity.getUser(node, { id }, manager),
			() => identity.updateUser(node, { id, locale: "en" }, manager),
			() => identity.deactivateUser(node, { id }, manager),
			() => identity.setRoles(node, { id, roles: aCashier }, manager),
		])
			expect(await failure(attempt())).toMatchObject({ code: 404, type: "USER_NOT_FOUND" });
});

test("AUT-23 only an admin makes an admin, or touches one", async () => {
	const roles = [{ role: "admin" as const }];
	const { id } = await create();
	for (const attempt of [
		() => create({ roles }, headOffice),
		() => identity.setRoles(node, { id, roles }, headOffice),
		() => identity.updateUser(node, { id: "admin", password }, headOffice),
		() => identity.deactivateUser(node, { id: "admin" }, headOffice),
	])
		expect(await failure(attempt())).toMatchObject({ code: 403, type: "FORBIDDEN" });
});

test("AUT-06 the last admin is not deactivated, and keeps the role: somebody can always administer", async () => {
	const admins = (await identity.listUsers(node, { role: "admin", status: "active" }, admin)).items;
	for (const { id } of admins.slice(1)) await identity.deactivateUser(node, { id }, admin);
	const { id } = admins[0]!;
	for (const attempt of [
		() => identity.deactivateUser(node, { id }, admin),
		() => identity.setRoles(node, { id, roles: aCashier }, admin),
	])
		expect(await failure(attempt())).toMatchObject({ code: 409, type: "LAST_ADMIN" });
	expect(await identity.getUser(node, { id }, admin)).toEqual(admins[0]);

	await create({ roles: [{ role: "admin" }] });
	await identity.deactivateUser(node, { id }, admin);
	await identity.updateUser(node, { id, status: "active" }, admin);
});

test("AUT-17 a changed role, a new password and a deactivation refuse the tokens at once", async () => {
	const changes = {
		role: (id: string) =>
			identity.setRoles(node, { id, roles: [{ role: "cashier", location: "2" }] }, admin),
		password: (id: string) => identity.updateUser(node, { id, password: `${password}!` }, admin),
		deactivation: (id: string) => identity.deactivateUser(node, { id }, admin),
	};
	for (const change of Object.values(changes)) {
		const { id, username } = await create();
		const { access_token, refresh_token } = await login(username);
		await verify(access_token);
		await change(id);
		expect(await failure(verify(access_token))).toMatchObject({ code: 401 });
		expect(await failure(identity.refresh(node, { refresh_token }))).toMatchObject({ code: 401 });
	}
});

test("AUT-06 a deactivated account can be let in again", async () => {
	const { id, username } = await create();
	await identity.deactivateUser(node, { id }, admin);
	await identity.updateUser(node, { id, status: "active" }, admin);
	await login(username);
});

test("AUT-06 who read an older version of a user changes nothing", async () => {
	const { id } = await create();
	const withVersion = (if_match: string) => as("admin", { actor: "admin" }, { if_match });
	await identity.updateUser(node, { id, locale: "en" }, withVersion('"1"'));
	const err = await failure(identity.updateUser(node, { id, locale: "fr" }, withVersion('"1"')));
	expect(err).toMatchObject({ code: 412, type: "VERSION_CONFLICT" });
	expect(await identity.getUser(node, { id }, admin)).toMatchObject({ locale: "en", version: 2 });
});

test("AUT-07 of several roles the token carries the first in the stated order", async () => {
	const roles: Roles = [
		{ role: "cashier", location: "2" },
		{ role: "cashier", location: "1" },
		{ role: "auditor" },
		{ role: "store_manager", location: "3" },
	];
	const { username } = await create({ roles });
	expect((await login(username)).user).toMatchObject({ role: "store_manager", location_id: "3" });
});

test("AUT-06 pages meet at their edges", async () => {
	const ids: string[] = [];
	let cursor: string | undefined;
	do {
		const page = await identity.listUsers(node, { limit: 7, ...(cursor && { cursor }) }, admin);
		ids.push(...page.items.map(({ id }) => id));
		cursor = page.next_cursor;
	} while (cursor);
	expect(ids).toEqual([...new Set(ids)].toSorted());
	expect(ids).toHaveLength(await count("user_account"));
	const { items } = await identity.listUsers(
		node,
		{ role: "cashier", location: "Magasin 5" },
		admin,
	);
	expect(items.map(({ id }) => id)).toEqual(["caissier_5"]);
});

test("AUT-06 what happens to a user is announced, in order, without secrets", async () => {
	const { id } = await create();
	await identity.setRoles(node, { id, roles: [{ role: "cashier", location: "2" }] }, admin);
	await identity.deactivateUser(node, { id }, admin);
	const told = await db().read((read: any) =>
		read.query("select type, body from outbox where key = $key order by key_seq", {
			key: `user:${id}`,
		}),
	);
	expect(told.map(({ type, body }: any) => [type, JSON.parse(body)])).toEqual([
		["identity.user_created", { user_id: id, roles: ["cashier"], location_id: "1" }],
		["identity.user_updated", { user_id: id, roles: ["cashier"], location_id: "2" }],
		["identity.user_deactivated", { user_id: id, roles: ["cashier"], location_id: "2" }],
	]);
});

import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { ConnectionRefusedError } from "sequelize";
import { asService } from "../../config/identity.ts";
import { isRefusal } from "../../lib/refusal.ts";
import { forbidden } from "../../lib/scope.ts";
import { versionConflict } from "../../lib/version.ts";
import { open } from "../../mixins/database/open.ts";
import {
	customerNotFound,
	customers,
	emailTaken,
	tooManyAddresses,
} from "../../services/customers/customers.contract.ts";
import customersService from "../../services/customers/customers.service.ts";
import { profiles } from "../../services/customers/customers.store.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";

const shop = broker([customersService]);
const db = open("customers");
beforeAll(() => shop.start());
afterAll(() => Promise.all([shop.stop(), db.close()]));

const cashier = as("cashier", { location_id: "1" });
const mine = (customer_id: string, headers = {}) => as("customer", { customer_id }, headers);
const someone = (email: string) => ({ first_name: "Ada", last_name: "Lévy", email });
const facts = () =>
	db.read((read) => read.query<{ type: string; key: string }>("select type, key from outbox"));

describe("a profile", () => {
	test("AUT-21 CUS-02 is its customer's: another's does not exist", async () => {
		expect(await customers.get(shop, { id: "1" }, mine("1"))).toMatchObject({
			id: "1",
			email: "user@example.com",
			locale: "fr",
		});
		expect(customerNotFound.is(await failure(customers.get(shop, { id: "2" }, mine("1"))))).toBe(
			true,
		);
		for (const call of [
			customers.update(shop, { id: "2", first_name: "Eve" }, mine("1")),
			customers.listAddresses(shop, { id: "2" }, mine("1")),
			customers.addAddress(shop, { id: "2", line1: "1 Elm", city: "Laval" }, mine("1")),
		])
			expect(customerNotFound.is(await failure(call))).toBe(true);
		expect((await customers.get(shop, { id: "2" }, cashier)).first_name).toBe("Jade");
	});

	test("AUT-27 is served to those who say who they are, and to staff who need it", async () => {
		for (const who of [{}, as("guest"), as("supplier"), as("logistics"), as("auditor")])
			expect(forbidden.is(await failure(customers.get(shop, { id: "1" }, who)))).toBe(true);
		for (const role of ["cashier", "store_manager", "head_office", "admin"] as const)
			expect((await customers.get(shop, { id: "1" }, as(role))).id).toBe("1");
		expect(forbidden.is(await failure(customers.list(shop, {}, mine("1"))))).toBe(true);
		expect(forbidden.is(await failure(customers.create(shop, someone("x@example.com"))))).toBe(
			true,
		);
	});

	test("CUS-04 CUS-05 of the demo is known to an order; 99999 is not, in these words", async () => {
		const service = { headers: asService("orders") };
		for (const id of ["1", "123", "customer_1", "customer_001", "2", "20", "walk_in"])
			expect((await customers.get(shop, { id }, service)).id).toBe(id);
		const err = await failure(customers.get(shop, { id: "99999" }, service));
		expect(err).toMatchObject({ code: 404, message: "Customer 99999 not found" });
		expect(isRefusal(err)).toBe(true);
		expect(customerNotFound.entry.fr).toBe("Client {id} introuvable");
	});

	test("CUS-03 is opened by staff, told, and read back", async () => {
		const opened = await customers.create(shop, someone(" Ada.Levy@Example.com ".trim()), cashier);
		expect(opened).toMatchObject({ email: "ada.levy@example.com", locale: "fr", version: 1 });
		expect(opened.id).toMatch(/^cus_/);
		expect(await customers.get(shop, { id: opened.id }, cashier)).toEqual(opened);
		expect(await facts()).toContainEqual({
			type: "customers.created",
			key: `customer:${opened.id}`,
		});
	});

	test("CUS-01 has an e-mail of its own, whatever its capitals", async () => {
		const again = customers.create(shop, someone("USER@example.COM"), cashier);
		expect(emailTaken.is(await failure(again))).toBe(true);
		const other = customers.update(shop, { id: "2", email: "User@Example.com" }, cashier);
		expect(emailTaken.is(await failure(other))).toBe(true);
		const own = await customers.update(shop, { id: "1", email: "User@example.com" }, mine("1"));
		expect(own.email).toBe("user@example.com");
	});

	test("CUS-01 the database itself keeps e-mails apart, and statuses known", async () => {
		const sql = (change: string) => failure(db.write((tx) => tx.script(change)));
		expect(
			await sql("update customer set email = 'USER@EXAMPLE.COM' where id = '2'"),
		).toBeDefined();
		expect(await sql("update customer set status = 'gone' where id = '2'")).toBeDefined();
		expect(await sql("update customer set version = 0 where id = '2'")).toBeDefined();
		expect((await customers.get(shop, { id: "2" }, cashier)).status).toBe("active");
	});
});

describe("a change", () => {
	test("is refused when it was decided on an older version", async () => {
		const id = "3";
		const first = await customers.update(
			shop,
			{ id, phone: "514 555-0199" },
			mine(id, { if_match: '"1"' }),
		);
		expect(first).toMatchObject({ version: 2, phone: "514 555-0199", first_name: "Samuel" });
		const late = { first_name: "Sam" };
		for (const call of [
			customers.update(shop, { id, ...late }, mine(id, { if_match: '"1"' })),
			customers.update(shop, { id, ...late, version: 1 }, mine(id)),
		])
			expect(versionConflict.is(await failure(call))).toBe(true);
		expect((await customers.get(shop, { id }, mine(id))).first_name).toBe("Samuel");
	});

	test("of status is for staff", async () => {
		const call = customers.update(shop, { id: "4", status: "archived" }, mine("4"));
		expect(forbidden.is(await failure(call))).toBe(true);
		const archived = await customers.update(shop, { id: "4", status: "archived" }, cashier);
		expect(archived.status).toBe("archived");
		const { items } = await customers.list(shop, { status: "archived" }, cashier);
		expect(items.map(({ id }) => id)).toEqual(["4"]);
	});
});

describe("a list", () => {
	test("CUS-03 finds by name without accents, by e-mail and by phone", async () => {
		const found = async (search: string) =>
			(await customers.list(shop, { search }, cashier)).items.map(({ id }) => id);
		expect(await found("cote")).toEqual(["2"]);
		expect(await found("CÔTÉ")).toEqual(["2"]);
		expect(await found("user@example")).toEqual(["1"]);
		expect(await found("awashish")).toEqual(["14"]);
		expect(await found("no such name")).toEqual([]);
	});

	test("CUS-03 comes in pages that neither repeat nor skip", async () => {
		const seen: string[] = [];
		let cursor: string | undefined;
		do {
			const page = await customers.list(
				shop,
				{ limit: 7, sort: "last_name", ...(cursor && { cursor }) },
				cashier,
			);
			seen.push(...page.items.map(({ id }) => id));
			cursor = page.next_cursor;
		} while (cursor);
		const all = await db.read((read) => read.query("select id from customer"));
		expect(new Set(seen).size).toBe(seen.length);
		expect(seen).toHaveLength(all.length);
	});
});

describe("addresses", () => {
	test("CUS-01 of the demo are there, and a customer adds its own", async () => {
		const { items } = await customers.listAddresses(shop, { id: "customer_1" }, cashier);
		expect(items).toMatchObject([{ line1: "123 Test St", province: "QC", country: "CA" }]);
		const added = await customers.addAddress(
			shop,
			{ id: "5", line1: "10 rue des Érables", city: "Québec", postal_code: "G1R 2B5" },
			mine("5"),
		);
		expect(added).toMatchObject({ customer_id: "5", province: "QC", country: "CA" });
		expect((await customers.listAddresses(shop, { id: "5" }, mine("5"))).items).toEqual([added]);
	});

	test("are limited in number, and belong to somebody", async () => {
		const add = (id: string) =>
			customers.addAddress(shop, { id, line1: "1 rue Neuve", city: "Laval" }, cashier);
		expect(customerNotFound.is(await failure(add("99999")))).toBe(true);
		const outcomes = await Promise.all(Array.from({ length: 52 }, () => failure(add("6"))));
		expect(outcomes.filter((err) => err && tooManyAddresses.is(err))).toHaveLength(2);
		const orphan = `insert into customer_address (id, customer_id, line1, city, province, country,
			created_at) values ('adr_x', 'nobody', 'x', 'x', 'QC', 'CA', 'x')`;
		expect(await failure(db.write((tx) => tx.script(orphan)))).toBeDefined();
	});
});

test("D13 a list whose database is away is an outage, which is tried again, not a defect", async () => {
	const away = new ConnectionRefusedError(new Error("refused"));
	const asked = jest.spyOn(db.model(profiles), "findAll").mockRejectedValue(away);
	try {
		const outage = { code: 503, type: "SERVICE_NOT_AVAILABLE", retryable: true };
		expect(await failure(customers.list(shop, {}, as("admin")))).toMatchObject(outage);
	} finally {
		asked.mockRestore();
	}
});

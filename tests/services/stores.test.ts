import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fold } from "../../lib/fold.ts";
import { versionConflict } from "../../lib/version.ts";
import {
	type Location,
	locationNotFound,
	nameTaken,
	stores,
} from "../../services/stores/stores.contract.ts";
import storesService from "../../services/stores/stores.service.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";

const { open } = await import("../../mixins/database/open.ts");
const chain = broker([storesService], { cacher: false });
const db = open("stores");
beforeAll(() => chain.start());
afterAll(async () => {
	await chain.stop();
	await db.close();
});

const hq = as("head_office");
let count = 0;
const aStore = (over: Partial<Location> = {}) => {
	count++;
	return stores.create(chain, { code: `S${count}X`, name_fr: `Essai ${count}`, ...over }, hq);
};
const resolve = (location: string) => stores.resolve(chain, { location });
const facts = () =>
	db.read((read) =>
		read.query<{ type: string; key: string; body: string }>("select * from outbox order by seq"),
	);

describe("the demo chain", () => {
	test("STO-01 has five stores, ids 1 to 5", async () => {
		const { items } = await stores.listStores(chain, {});
		const named = items
			.filter(({ id }) => /^[1-5]$/.test(id))
			.map(({ id, name_fr }) => [id, name_fr]);
		expect(named.sort()).toEqual([
			["1", "Montréal Centre"],
			["2", "Québec"],
			["3", "Sherbrooke"],
			["4", "Trois-Rivières"],
			["5", "Gatineau"],
		]);
	});

	test.each([
		["STO-02 one logistics centre", "logistics_centre", "logistics"],
		["STO-03 one head office", "head_office", "head_office"],
		["STO-04 one online shop, a location like another", "online", "online"],
	] as const)("%s", async (_, type, id) => {
		const { items } = await stores.list(chain, { type });
		expect(items.map((one) => one.id)).toEqual([id]);
	});

	test("STO-11 says of a store its id, name, district and type, and what receipts print", async () => {
		expect(await stores.get(chain, { id: "1" })).toMatchObject({
			id: "1",
			code: "MTL",
			name_fr: "Montréal Centre",
			district: "Ville-Marie",
			type: "store",
			province: "QC",
			timezone: "America/Toronto",
			day_cutoff: "00:00",
			gst_no: "123456789 RT0001",
			qst_no: "1234567890 TQ0001",
			status: "active",
			version: 1,
		});
	});
});

describe("a name", () => {
	test.each(["1", "MTL", "mtl", "Magasin 1", "MAGASIN  1", " magasin 1 "])(
		"STO-05 %j is store 1",
		async (name) => {
			expect(await resolve(name)).toMatchObject({ id: "1" });
		},
	);
	test("STO-05 is compared without its accents", async () => {
		const { id } = await aStore({ aliases: ["Entrepôt Été"] });
		expect(await resolve("entrepot ete")).toMatchObject({ id });
	});
	test("STO-05 that names nothing is refused", async () => {
		expect(locationNotFound.is(await failure(resolve("Magasin 99")))).toBe(true);
	});
	test("names one location: code, id and alias alike", async () => {
		for (const taken of ["MAGASIN 1", "mtl", "online"])
			expect(nameTaken.is(await failure(aStore({ aliases: [taken] })))).toBe(true);
		expect(nameTaken.is(await failure(aStore({ code: "MTL" })))).toBe(true);
	});
	test("is free again once given up", async () => {
		const { id } = await aStore({ aliases: ["Kiosque"] });
		await stores.update(chain, { id, aliases: [] }, hq);
		expect(await aStore({ aliases: ["kiosque"] })).toMatchObject({ aliases: ["kiosque"] });
	});
});

describe("a location", () => {
	test("STO-06 STO-09 is opened as a store in Québec, unless said otherwise, and a fact says so", async () => {
		const made = await aStore({ name_fr: "Rimouski", district: "Centre" });
		expect(made).toMatchObject({ type: "store", province: "QC", name_en: "Rimouski", version: 1 });
		expect(await stores.get(chain, { id: made.code })).toEqual(made);
		const [fact] = (await facts()).filter(({ key }) => key === `location:${made.id}`);
		expect(fact?.type).toBe("stores.created");
		expect(JSON.parse(fact!.body)).toEqual({
			location_id: made.id,
			name: "Rimouski",
			status: "active",
			type: "store",
			names: [made.id, made.code].map(fold),
		});
	});

	test("STO-06 is changed, a version further; by nothing, not at all", async () => {
		const { id, code } = await aStore();
		const changed = await stores.update(chain, { id: code, district: "Vieux-Port" }, hq);
		expect(changed).toMatchObject({ id, district: "Vieux-Port", version: 2 });
		expect(await stores.update(chain, { id, district: "Vieux-Port" }, hq)).toEqual(changed);
		const told = (await facts()).filter(({ key }) => key === `location:${id}`);
		expect(told.map(({ type }) => type)).toEqual(["stores.created", "stores.updated"]);
	});

	test("STO-06 archived stays readable, is no longer resolved nor listed, and may open again", async () => {
		const { id } = await aStore();
		expect(await stores.archive(chain, { id }, hq)).toMatchObject({ status: "archived" });
		expect(await stores.archive(chain, { id }, hq)).toMatchObject({ version: 2 });
		expect(await stores.get(chain, { id })).toMatchObject({ status: "archived" });
		expect(locationNotFound.is(await failure(resolve(id)))).toBe(true);
		const listed = async (status: "active" | "archived") =>
			(await stores.list(chain, { status, limit: 200 })).items.some((one) => one.id === id);
		expect([await listed("active"), await listed("archived")]).toEqual([false, true]);

		await stores.update(chain, { id, status: "active" }, hq);
		expect(await resolve(id)).toMatchObject({ id, version: 3 });
	});

	test("STO-06 is not changed by who read another version", async () => {
		const { id } = await aStore();
		const on = (version: number) => as("head_office", {}, { if_match: `"${version}"` });
		await stores.update(chain, { id, district: "A" }, on(1));
		const late = await failure(stores.update(chain, { id, district: "B" }, on(1)));
		expect(versionConflict.is(late)).toBe(true);
		expect(versionConflict.is(await failure(stores.archive(chain, { id }, on(1))))).toBe(true);
		expect(await stores.get(chain, { id })).toMatchObject({ district: "A", status: "active" });
	});

	test("STO-06 is written by head office alone", async () => {
		for (const role of ["guest", "customer", "store_manager", "logistics", "admin"] as const) {
			const refused = [
				stores.create(chain, { code: "ZZZ", name_fr: "Non" }, as(role)),
				stores.update(chain, { id: "1", district: "Non" }, as(role)),
				stores.archive(chain, { id: "1" }, as(role)),
			];
			for (const refusal of await Promise.all(refused.map(failure)))
				expect(refusal).toMatchObject({ type: "FORBIDDEN" });
		}
		expect(await resolve("1")).toMatchObject({ version: 1, district: "Ville-Marie" });
	});

	test.each([
		["no name", { code: "AB", name_fr: " " }],
		["a code in lower case", { code: "ab", name_fr: "A" }],
		["a zone that does not exist", { code: "AB", name_fr: "A", timezone: "America/Chicoutimi" }],
		["a cut-off at 25 o'clock", { code: "AB", name_fr: "A", day_cutoff: "25:00" }],
		["a field that nobody knows", { code: "AB", name_fr: "A", colour: "red" }],
	])("STO-06 with %s is refused", async (_, params) => {
		expect(await failure(stores.create(chain, params, hq))).toMatchObject({ code: 422 });
	});
});

test("lists go page by page, each location once", async () => {
	const seen: string[] = [];
	let cursor: string | undefined;
	do {
		const page = await stores.list(chain, { limit: 4, ...(cursor && { cursor }) });
		seen.push(...page.items.map(({ code }) => code));
		cursor = page.next_cursor;
	} while (cursor);
	expect(new Set(seen).size).toBe(seen.length);
	expect(seen).toEqual([...seen].sort());
	expect(seen).toEqual(expect.arrayContaining(["MTL", "LOG", "HO", "WEB", "TRN"]));
});

test("the database itself refuses a second owner of a code or of a name", async () => {
	const around = (sql: string) => failure(db.write((tx) => tx.script(sql)));
	expect(await around("update location set code = 'MTL' where id = '2'")).toBeDefined();
	expect(await around("insert into location_name values ('magasin 1', '2')")).toBeDefined();
	expect(await around("insert into location_name values ('Magasin 1', '2')")).toBeDefined();
	expect(await around("insert into location_name values ('nulle part', 'nobody')")).toBeDefined();
	expect(await around("update location set status = 'lost' where id = '2'")).toBeDefined();
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Service } from "moleculer";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import { beginNext, cursors, swap } from "../../mixins/projections/cursors.ts";
import { fold } from "../../mixins/projections/projection.ts";
import type { Projector } from "../../mixins/projector.mixin.ts";
import { reporting } from "../../services/reporting/reporting.contract.ts";
import reportingService, { projections } from "../../services/reporting/reporting.service.ts";
import { as, broker } from "../support/broker.ts";
import { TABLES } from "../support/dialect.ts";
import { eventStore } from "../support/feed.ts";
import { history } from "../support/retail-facts.ts";
import { until } from "../support/until.ts";

const FACTS = 2_600;
const feed = eventStore();
const admin = as("admin");
let shop = broker([feed.store, reportingService]);
const host = () => shop.getLocalService("reporting") as unknown as Service & Host;
type Host = { db: Database } & Projector;

beforeAll(async () => {
	for (const [fact, at] of history(FACTS)) feed.append(fact, at);
	await shop.start();
}, 30_000);
afterAll(() => shop.stop());

const states = async () => (await reporting.projections(shop, {}, admin)).items;
const caughtUp = () =>
	until(states, (all) =>
		all.every(({ position, state }) => position === feed.items.length && state === "LIVE"),
	);

/** Every read model as text, in the order of its bytes. */
async function dump(): Promise<Record<string, string>> {
	const { db } = host();
	const tables = await db.read((read) => read.query<{ name: string }>(TABLES));
	const models = tables.filter(({ name }) => name.startsWith("rm_"));
	const dumped = models.map(async ({ name }) => {
		const rows = await db.read((read) => read.query<object>(`select * from ${name}`));
		return [
			name,
			rows
				.map((row) => JSON.stringify(row))
				.sort()
				.join("\n"),
		] as const;
	});
	return Object.fromEntries(await Promise.all(dumped));
}

test("G16 AUD-03 REP-13 tables made again from the first event are those that followed it live, byte for byte", async () => {
	await caughtUp();
	const live = await dump();
	expect(Object.values(live).every((text) => text.length > 0)).toBe(true);
	for (const { name } of projections) await reporting.rebuild(shop, { projection: name }, admin);
	await caughtUp();
	expect(await dump()).toEqual(live);
	const facts = await host().db.read((db) =>
		db.query("select key from outbox where type = 'reporting.rebuilt' order by key"),
	);
	expect(facts).toHaveLength((await states()).length);
}, 30_000);

test("G16 a rebuild goes on after a stop in the middle of it, while what is live goes on meanwhile", async () => {
	const live = await dump();
	await reporting.rebuild(shop, { projection: "sales" }, admin);
	await shop.stop(); // between two pages, wherever it is
	for (const [fact, at] of history(300, 7)) feed.append(fact, at);
	shop = broker([feed.store, reportingService]);
	await shop.start();
	await caughtUp();
	const after = await dump();
	expect(after).not.toEqual(live);
	for (const { name } of projections) await reporting.rebuild(shop, { projection: name }, admin);
	await caughtUp();
	expect(await dump()).toEqual(after);
}, 30_000);

test("REP-13 reports answer from the old tables while new ones are made", async () => {
	const before = await reporting.kpis(shop, {}, as("head_office"));
	await reporting.rebuild(shop, { projection: "sales" }, admin);
	const [during, [progress]] = await Promise.all([
		reporting.kpis(shop, {}, as("head_office")),
		states(),
	]);
	expect(during.total_orders_created).toBe(before.total_orders_created);
	expect(progress).toMatchObject({ name: "sales" });
	await caughtUp();
	const { as_of: _, ...after } = await reporting.kpis(shop, {}, as("head_office"));
	expect(after.total_orders_created).toBe(before.total_orders_created);
}, 30_000);

test("G16 any split of the feed into pages, killed between any two, gives the same tables", async () => {
	await caughtUp();
	const live = await dump();
	await host().projector.stop(); // or it would take its turn at the new tables too
	const { db } = host();
	const next = async (sizes: () => number) => {
		for (const one of projections) {
			await db.write((tx) => beginNext(tx, one));
			for (let from = 0; from < feed.items.length; ) {
				const page = feed.items.slice(from, from + sizes());
				const isKilled = from % 3 === 0;
				const unit = db.write(async (tx) => {
					await fold(tx, one, "next", page);
					if (isKilled) throw new Error("killed before the commit");
				});
				await unit.catch(() => db.write((tx) => fold(tx, one, "next", page)));
				from += page.length;
			}
			await db.write((tx) => arrive(tx, one.name));
			await db.write((tx) => swap(tx, one));
		}
	};
	await next(() => 1 + Math.floor(Math.random() * 500));
	expect(await dump()).toEqual(live);
	await next(() => 1 + Math.floor(Math.random() * 30));
	expect(await dump()).toEqual(live);
}, 60_000);

const arrive = (tx: Tx, name: string) =>
	tx.update(cursors, { name }, { next_position: feed.items.length });

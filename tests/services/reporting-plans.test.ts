import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Service } from "moleculer";
import { env } from "../../config/env.ts";
import { registry } from "../../config/metrics.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { judge } from "../../mixins/projections/end.ts";
import type { Projector } from "../../mixins/projector.mixin.ts";
import { reporting } from "../../services/reporting/reporting.contract.ts";
import reportingService from "../../services/reporting/reporting.service.ts";
import { as, broker } from "../support/broker.ts";
import { eventStore } from "../support/feed.ts";
import { onSqlite } from "../support/on-sqlite.ts";
import { history } from "../support/retail-facts.ts";
import { until } from "../support/until.ts";

const feed = eventStore();
const shop = broker([feed.store, reportingService]);
const office = as("head_office");
type Host = Service & { db: Database } & Projector;
const host = () => shop.getLocalService("reporting") as unknown as Host;

beforeAll(async () => {
	for (const [fact, at] of history(2_000)) feed.append(fact, at);
	await shop.start();
	await until(
		async () => (await reporting.projections(shop, {}, office)).items,
		(all) => all.every(({ position }) => position === feed.items.length),
	);
}, 30_000);
afterAll(() => shop.stop());

/** What an action asks of the database, as the database plans it. */
async function plansOf(ask: () => Promise<unknown>): Promise<string[]> {
	const { db } = host();
	const read = db.read.bind(db);
	const plans: string[] = [];
	// On a connection of its own: SQLite keeps the snapshot of one that has explained something.
	const file = new DatabaseSync(join(env.data_dir, "reporting.sqlite"), { readOnly: true });
	db.read = (work) =>
		read((rows) =>
			work({
				...rows,
				async query(sql, bind = {}) {
					const steps = file.prepare(`explain query plan ${sql}`).all(bind as Bound);
					plans.push(...steps.map(({ detail }) => String(detail)));
					return rows.query(sql, bind);
				},
			}),
		);
	await ask().finally(() => {
		db.read = read;
		file.close();
	});
	expect(plans.length).toBeGreaterThan(0);
	return plans;
}

type Bound = Record<string, SQLInputValue>;

const YEAR = { from: "2026-01-01", to: "2026-12-31" };
const STORE = { ...YEAR, store: "1" };
const cursor = (...place: unknown[]) => Buffer.from(JSON.stringify(place)).toString("base64url");
const some = { id: "business" };

onSqlite.each<[string, () => Promise<unknown>]>([
	["sales by store", () => reporting.sales(shop, YEAR, office)],
	["sales of a store", () => reporting.sales(shop, STORE, office)],
	["sales by day", () => reporting.sales(shop, { ...YEAR, by: "day" }, office)],
	["sales by product", () => reporting.sales(shop, { ...STORE, by: "product" }, office)],
	["performance", () => reporting.performance(shop, YEAR, office)],
	["consolidated", () => reporting.consolidated(shop, YEAR, office)],
	["taxes", () => reporting.taxes(shop, YEAR, office)],
	["trends", () => reporting.trends(shop, STORE, office)],
	["forecast", () => reporting.forecast(shop, { store: "1" }, office)],
	["forecast of a product", () => reporting.forecast(shop, { product: "7" }, office)],
	["a store's stock", () => reporting.inventory(shop, { store: "1" }, office)],
	["stock, read on", () => reporting.inventory(shop, { cursor: cursor("1", "7") }, office)],
	["orders of a customer", () => reporting.orders(shop, { customer_id: "1" }, office)],
	["carts by status", () => reporting.carts(shop, { status: "ACTIVE" }, office)],
	["figures of a store", () => reporting.kpis(shop, { store: "1" }, office)],
	["a dashboard", () => reporting.dashboard(shop, some, office)],
])("REP-15 U-18 no table is read from end to end: %s", async (_, ask) => {
	const scans = (await plansOf(ask)).filter((step) => /^SCAN /.test(step));
	expect(scans.filter((step) => !FINE.test(step))).toEqual([]);
});
/** An index read in its order, for a page; what is made of a search already. */
const FINE = /USING (COVERING )?INDEX|CONSTANT ROW|^SCAN (shelf|book)$/;

test("MON-21 the page of the process shows how far the projections are", async () => {
	const page = await registry.metrics();
	expect(page).toContain('projection_lag_events{projection="sales"} 0');
	expect(page).toMatch(/projection_lag_seconds\{projection="stock"\} 0/);
});

test("REP-13 a projection that falls a minute behind is stale, and told of once", async () => {
	const { db, projector } = host();
	await projector.stop();
	const told: unknown[] = [];
	const options = {
		db,
		projections: [],
		feed: async () => ({ items: [], head: 0 }),
		announce: async (_: unknown, { payload }: { payload: unknown }) => void told.push(payload),
		rebuilt: reporting.rebuilt,
		lagged: reporting.lagged,
		warn: () => {},
	};
	const late = () => projector.progress(Date.now() + 61_000);
	await judge(options, await late());
	await judge(options, await late());
	const all = await projector.progress();
	expect(new Set(all.map(({ state }) => state))).toEqual(new Set(["STALE"]));
	expect(told).toHaveLength(all.length);
	await judge(options, await projector.progress());
	expect((await projector.progress()).map(({ state }) => state)).not.toContain("STALE");
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Service } from "moleculer";
import { businessDate } from "../../lib/time.ts";
import type { Projector } from "../../mixins/projector.mixin.ts";
import { carts } from "../../services/carts/carts.contract.ts";
import { catalog } from "../../services/catalog/catalog.contract.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { reporting } from "../../services/reporting/reporting.contract.ts";
import reportingService from "../../services/reporting/reporting.service.ts";
import { stores } from "../../services/stores/stores.contract.ts";
import { as, broker } from "../support/broker.ts";
import { eventStore } from "../support/feed.ts";
import * as say from "../support/retail-facts.ts";
import { until } from "../support/until.ts";

const feed = eventStore();
const shop = broker([feed.store, reportingService]);
const office = as("head_office");
const manager = as("store_manager", { location_id: "1" });
const host = () => shop.getLocalService("reporting") as unknown as Service & Projector;

const MARCH = { from: "2026-03-01", to: "2026-03-31" };
const on = (day: string, time = "15:00") => Date.parse(`2026-03-${day}T${time}:00Z`);

/** All that was told is in the tables. */
const heard = () =>
	until(
		async () => (await reporting.projections(shop, {}, office)).items,
		(all) => all.every(({ position }) => position === feed.items.length),
	);

const one = say.orderOf("ord_1", [
	{ location_id: "1", product_id: "7", quantity: 2, net_cents: 2_000 },
	{ location_id: "2", product_id: "8", quantity: 1, net_cents: 999 },
]);
const two = say.orderOf("ord_2", [{ location_id: "2", product_id: "7", net_cents: 1_500 }]);
const never = say.orderOf("ord_3", [{ location_id: "1", net_cents: 77_700 }]);

beforeAll(async () => {
	feed.append(
		stores.created({ location_id: "1", name: "Magasin Plateau", type: "store", names: ["mag1"] }),
	);
	feed.append(catalog.created({ product_id: "7", changed: [], version: 1, name_fr: "Thé vert" }));
	for (const order of [one, two]) {
		feed.append(say.created(order), on("02"));
		feed.append(say.confirmed(order), on("02"));
	}
	feed.append(say.created(never), on("02"));
	feed.append(say.refunded(never), on("02")); // undone before it was ever confirmed
	feed.append(say.cancelled(never), on("02"));
	feed.append(say.refunded(two), on("05"));
	feed.append(say.cancelled(two), on("05"));
	feed.append(say.claimRefunded("clm_1", { location_id: "1", net_cents: 500 }), on("06"));
	feed.append(say.moved("1", "7", 20, 20), on("01"));
	feed.append(say.moved("1", "7", -18, 2), on("03"));
	feed.append(
		inventory.limits_changed({ location_id: "1", product_id: "7", min_qty: 5, reorder_qty: 10 }),
	);
	feed.append(say.alerted("1", "7", "low"), on("03"));
	feed.append(say.alerted("2", "8", "out"), on("03"));
	feed.append(say.resolved("2", "8", "out"), on("04"));
	const totals = { subtotal_cents: 100, discount_cents: 0, gst_cents: 5, qst_cents: 10 };
	const cart = { cart_id: "crt_1", customer_id: "1", location_id: "online", ...totals };
	feed.append(carts.created({ ...cart, total_cents: 115 }), on("02"));
	feed.append(carts.converted({ ...cart, total_cents: 115 }), on("02"));
	const claim = { claim_id: "clm_1", customer_id: "1", product_id: "7", quantity: 1 };
	const filed = { ...claim, claim_type: "damaged", description: "Cassé" } as const;
	feed.append(claims.submitted(filed), on("06"));
	feed.append(claims.closed({ ...claim, amount_cents: 575 }), on("07"));
	await shop.start();
	await heard();
});
afterAll(() => shop.stop());

test("REP-01 REP-04 sales by store: what was confirmed, less what came back, never what was undone", async () => {
	const { items, totals } = await reporting.sales(shop, MARCH, office);
	expect(items).toEqual([
		{
			...{ location_id: "1", location_name: "Magasin Plateau" },
			...{ orders: 1, cancelled: 0, units: 2, returned: 1 },
			...{ gross_cents: 2_000, refund_cents: 500, net_cents: 1_500 },
			...{ gst_cents: 100 - 25, qst_cents: 199 - 50 },
		},
		{
			...{ location_id: "2", orders: 1, cancelled: 1, units: 2, returned: 1 },
			...{ gross_cents: 2_499, refund_cents: 1_500, net_cents: 999 },
			...{ gst_cents: 49, qst_cents: 99 },
		},
	]);
	expect(totals).toMatchObject({ orders: 2, cancelled: 1, units: 4, net_cents: 2_499 });
});

test("REP-02 REP-04 sales by product, the best sold first, page by page; and by day", async () => {
	const query = { ...MARCH, by: "product", limit: 1 } as const;
	const first = await reporting.sales(shop, query, office);
	expect(first.items).toMatchObject([{ product_id: "7", product_name: "Thé vert", units: 3 }]);
	const { next_cursor: cursor = "" } = first;
	const second = await reporting.sales(shop, { ...query, cursor }, office);
	expect(second.items).toMatchObject([{ product_id: "8", product_name: "Produit 8", units: 1 }]);
	expect(second.next_cursor).toBeUndefined();
	const days = await reporting.sales(shop, { ...MARCH, by: "day" }, office);
	expect(days.items.map(({ business_date, location_id }) => [business_date, location_id])).toEqual([
		["2026-03-02", "1"],
		["2026-03-02", "2"],
		["2026-03-05", "2"],
		["2026-03-06", "1"],
	]);
});

test("REP-10 the whole chain is the sum of its stores, each asked for by itself", async () => {
	const { totals, items } = await reporting.consolidated(shop, MARCH, office);
	const asked = items.map(({ location_id: store }) =>
		reporting.sales(shop, { ...MARCH, store }, office),
	);
	for (const [name, sum] of Object.entries(totals)) {
		const stores = (await Promise.all(asked)).map((one) => one.totals[name as keyof typeof totals]);
		expect([name, stores.reduce((a, b) => a + b, 0)]).toEqual([name, sum]);
	}
	expect(totals.net_cents).toBe(2_499);
});

test("REP-03 REP-06 how each store does: sales, weeks, shelves that are out, low or too full", async () => {
	const { items, alerts } = await reporting.performance(shop, MARCH, office);
	expect(items).toMatchObject([
		{ location_id: "1", low_stock: 1, out_of_stock: 0, overstock: 0, average_order_cents: 1_500 },
		{ location_id: "2", low_stock: 0, out_of_stock: 0 },
	]);
	expect(alerts).toMatchObject([{ location_id: "1", product_name: "Thé vert", kind: "low" }]);
});

test("REP-05 REP-11 INV-18 the stock report has what is held, its names, its limits and its alert", async () => {
	const { items } = await reporting.inventory(shop, { store: "mag1" }, office);
	expect(items).toEqual([
		{
			...{ location_id: "1", location_name: "Magasin Plateau", product_id: "7" },
			...{ product_name: "Thé vert", on_hand: 2, reserved: 0, total: 2, min_qty: 5 },
			...{ reorder_qty: 10, alert: "low", moved_at: "2026-03-03T15:00:00.000Z" },
		},
	]);
});

test("REP-07 trends are by week, with the difference to the one before", async () => {
	const { items } = await reporting.trends(shop, MARCH, office);
	expect(items).toMatchObject([{ week: "2026-03-02", net_cents: 2_499 }]);
});

test("REP-01 GST and QST of a period: collected, credited, net", async () => {
	const { items, totals } = await reporting.taxes(shop, MARCH, office);
	expect(items).toMatchObject([{ period: "2026-03", gst_collected_cents: 224 }]);
	expect(totals).toMatchObject({ gst_credited_cents: 100, gst_net_cents: 124, qst_net_cents: 248 });
	const days = await reporting.taxes(shop, { ...MARCH, by: "day" }, office);
	expect(days.items.map(({ period }) => period)).toContain("2026-03-05");
});

test("MON-14 REP-09 the figures of the chain equal the read models", async () => {
	const kpis = await reporting.kpis(shop, {}, office);
	expect(kpis).toMatchObject({
		...{ total_orders_created: 3, total_orders_confirmed: 2, total_products_sold: 4 },
		average_order_value: Math.round((one.total_cents + two.total_cents) / 2),
		low_stock_alerts: [{ location_id: "1", alerts: 1 }],
		today: { business_date: businessDate(Date.now()) },
	});
});

test("REP-08 CUS-06 dashboards: the business one shows what customers do", async () => {
	const { items } = await reporting.dashboards(shop, {}, office);
	expect(items.map(({ id }) => id)).toEqual(["business", "stock", "operations"]);
	for (const { id } of items) await reporting.dashboard(shop, { id }, office);
	const { lists, figures } = await reporting.dashboard(shop, { id: "business" }, office);
	expect(figures.find(({ id }) => id === "orders_created")).toMatchObject({ value: 3 });
	expect(lists.find(({ id }) => id === "customers")).toMatchObject({
		items: [{ customer_id: "1", carts: 1, orders: 3, confirmed: 2, cancelled: 2, claims: 1 }],
	});
	await expect(reporting.dashboard(shop, { id: "x" }, office)).rejects.toThrow(/not found/);
});

test("REP-12 CRT-10 queries read models of events: orders, carts, claims and what became of them", async () => {
	const mine = as("customer", { customer_id: "1" });
	const theirs = as("customer", { customer_id: "2" });
	const { items } = await reporting.orders(shop, {}, mine);
	expect(items.map(({ order_id, status }) => [order_id, status])).toEqual([
		["ord_3", "CANCELLED"],
		["ord_2", "CANCELLED"],
		["ord_1", "CONFIRMED"],
	]);
	expect((await reporting.orders(shop, {}, theirs)).items).toEqual([]);
	expect((await reporting.orders(shop, { customer_id: "1" }, theirs)).items).toEqual([]);
	const ended = await reporting.carts(shop, { status: "CONVERTED" }, office);
	expect(ended.items).toMatchObject([{ cart_id: "crt_1", total_cents: 115 }]);
	const closed = await reporting.claims(shop, {}, office);
	expect(closed.items).toMatchObject([
		{ status: "CLOSED", amount_cents: 575, claim_type: "damaged" },
	]);
});

test("REP-04 a manager sees the own store, and another's is not there", async () => {
	const own = await reporting.sales(shop, MARCH, manager);
	expect(own.items.map(({ location_id }) => location_id)).toEqual(["1"]);
	expect((await reporting.kpis(shop, {}, manager)).total_products_sold).toBe(2);
	for (const store of ["2", "nowhere"])
		await expect(reporting.sales(shop, { ...MARCH, store }, manager)).rejects.toMatchObject({
			code: 404,
			type: "LOCATION_NOT_FOUND",
		});
	const backwards = { from: "2026-03-31", to: "2026-03-01" };
	await expect(reporting.sales(shop, backwards, office)).rejects.toMatchObject({
		type: "PERIOD_INVALID",
	});
});

test("REP-13 REP-14 while the event store is away reports answer with what they have, and how old it is", async () => {
	feed.state.isAway = true;
	feed.append(say.created(say.orderOf("ord_late")));
	host().projector.wake();
	const away = await reporting.kpis(shop, {}, office);
	expect(away).toMatchObject({ total_orders_created: 3 });
	expect(Date.parse(away.as_of)).toBeLessThanOrEqual(Date.now());
	feed.state.isAway = false;
	await shop.broadcast("audit.appended", { position: feed.items.length });
	await until(
		() => reporting.kpis(shop, {}, office),
		(now) => now.total_orders_created === 4 && now.lag_events === 0 && now.lag_seconds === 0,
	);
});

test("U-19 a sale is of the day on the store's wall, on both sides of a change of clocks", async () => {
	const late = say.orderOf("ord_night", [{ location_id: "9", net_cents: 100 }]);
	const early = say.orderOf("ord_dawn", [{ location_id: "9", net_cents: 200 }]);
	feed.append(say.confirmed(late), Date.parse("2025-03-09T04:59:00Z")); // 23:59 the day before
	feed.append(say.confirmed(early), Date.parse("2025-03-10T03:59:00Z")); // 23:59, an hour less later
	await heard();
	const period = { from: "2025-03-01", to: "2025-03-31", store: "9", by: "day" } as const;
	const { items } = await reporting.sales(shop, period, office);
	expect(items.map(({ business_date, net_cents }) => [business_date, net_cents])).toEqual([
		["2025-03-08", 100],
		["2025-03-09", 200],
	]);
});

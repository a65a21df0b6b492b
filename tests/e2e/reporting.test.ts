import { beforeAll, expect, test } from "@jest/globals";
import { settled } from "../support/buying.ts";
import { bought, file, settledClaim } from "../support/claimed.ts";
import { until } from "../support/client.ts";
import { patience, within } from "../support/modes.ts";
import { open } from "../support/open.ts";

patience(60_000);

const DEMO = 2; // orders that are there from the start
const FORMULA = "=HYPERLINK(1)";
const here = open("buyer", "admin", "office", "manager", "logistics", "auditor", "supplier");

const ask = (path: string, token = here.office, headers: Record<string, string> = {}) =>
	here.shop.get(`/api/v1${path}`, { token, headers });
const get = async (path: string, token = here.office) => (await ask(path, token)).body as any;
const csv = async (path: string) => {
	const { status, headers, body } = await ask(path, here.office, { Accept: "text/csv" });
	expect([status, headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
	return body as string;
};
const row = (items: any[], at: object) =>
	items.find((one) => Object.entries(at).every(([name, value]) => one[name] === value));
const sum = (items: any[], name: string) => items.reduce((total, one) => total + one[name], 0);
const FIELDS = [
	"orders",
	"units",
	"returned",
	"gross_cents",
	"net_cents",
	"gst_cents",
	"qst_cents",
];
const pick = (one: any) => Object.fromEntries(FIELDS.map((name) => [name, one[name]]));

const ever = () => get("/analytics/kpis");
/** Facts come by and by: waits until the read models know so many orders, what came back, and the cart. */
const followed = (orders: number) =>
	until(
		async () => [await ever(), (await get("/reports/carts")).items, await get("/reports/claims")],
		([kpis, carts, claims]) =>
			kpis.total_orders_confirmed === orders &&
			kpis.total_products_returned > 0 &&
			row(carts, { customer_id: "1" })?.added === 1 &&
			row(claims.items, { customer_id: "1" })?.status === "CLOSED",
		20_000,
	);
const isLive = () =>
	until(
		() => get("/reports/projections", here.admin),
		({ items }) => items.every(({ state }: any) => state === "LIVE"),
		20_000,
	);
const rebuild = (name: string, token = here.admin) =>
	here.shop.post(`/api/v1/reports/projections/${name}/rebuild`, { token });

beforeAll(async () => {
	const { shop, buyer, office, admin } = here;
	const before = await until(ever, ({ total_orders_confirmed }) => total_orders_confirmed === DEMO);
	const named = await shop.patch("/api/v1/products/9", {
		token: office,
		body: { name_fr: FORMULA },
	});
	expect(named.status).toBe(200);
	for (const [product_id, location] of [
		[1, "1"],
		[9, "1"],
		[1, "3"],
		[5, "online"],
	] as const)
		await bought(shop, buyer, { product_id, location });
	const { order_id } = await bought(shop, buyer, { product_id: 1, quantity: 2 });
	const { body } = await file(shop, buyer, { order_id });
	expect((await settledClaim(shop, buyer, body.id)).status).toBe("CLOSED");
	const { body: cart } = await shop.get("/api/v1/cart", { token: buyer });
	await shop.post(`/api/v1/carts/${cart.id}/items`, {
		token: buyer,
		body: { product_id: 1, quantity: 2 },
	});
	await settled(shop, admin, 1);
	await followed(before.total_orders_confirmed + 5);
}, within(60_000));

test("REP-02 REP-04 sales by store, by product and by day; as CSV, where a formula is a text", async () => {
	const stores = await get("/reports/sales");
	expect(row(stores.items, { location_id: "1" })).toMatchObject({
		...{ location_name: "Montréal Centre", orders: 2, units: 2, net_cents: 2_500 + 9_523 },
	});
	expect(row(stores.items, { location_id: "online" })).toMatchObject({ returned: 1 });
	for (const name of FIELDS)
		expect([name, sum(stores.items, name)]).toEqual([name, stores.totals[name]]);
	expect(stores).toMatchObject({ as_of: expect.any(String), lag_events: expect.any(Number) });

	const products = await get("/reports/sales?by=product");
	const units = products.items.map((one: any) => one.units);
	expect(units).toEqual([...units].sort((one, other) => other - one));
	const text = await csv("/reports/sales?by=product");
	const [head, ...lines] = text.trimEnd().split("\r\n");
	expect(head).toMatch(/^business_date,location_id,.*,product_id,product_name,.*net_cents/);
	expect(lines).toHaveLength(products.items.length);
	expect(lines.find((line) => line.includes("HYPERLINK"))).toContain(`,9,'${FORMULA},`);
	expect(await csv("/reports/sales?by=product&format=csv")).toBe(text);

	const days = await get("/reports/sales?by=day&limit=1");
	const rest = await get(`/reports/sales?by=day&cursor=${days.next_cursor}`);
	expect(sum([...days.items, ...rest.items], "units")).toBe(stores.totals.units);
});

test("REP-03 REP-06 head office sees each store: its sales, its weeks, what is out and what is too much", async () => {
	const { items, weeks, alerts } = await get("/reports/performance");
	expect(row(items, { location_id: "1" })).toMatchObject({ orders: 2, this_week_cents: 12_023 });
	expect(sum(items, "this_week_cents")).toBe(sum(weeks, "net_cents"));
	expect(alerts.map(({ kind }: any) => kind)).toEqual(
		expect.arrayContaining(["out", "low", "over"]),
	);
	expect(row(alerts, { location_id: "1", product_id: "2" })).toMatchObject({
		...{ kind: "out", level: 0, location_name: "Montréal Centre", product_name: "Tasse en grès" },
	});
	expect(row(items, { location_id: "1" }).out_of_stock).toBeGreaterThan(0);
});

test("REP-05 REP-11 INV-18 the stock report has every shelf with its names, limits and alert, and equals the stock", async () => {
	const all = await get("/reports/inventory?limit=5000");
	expect(all.items.length).toBeGreaterThan(200);
	expect(row(all.items, { location_id: "3", product_id: "33" })).toMatchObject({
		...{ location_name: "Sherbrooke", product_name: "Carnet ligné A5" },
		...{ on_hand: 3, min_qty: 5, alert: "low" },
	});
	const { levels } = await get("/stock/1", here.admin);
	for (const { location_id, on_hand, reserved } of levels)
		expect(row(all.items, { location_id, product_id: "1" })).toMatchObject({ on_hand, reserved });
	const one = await get("/reports/inventory?store=Magasin%201&product=1");
	expect(one.items).toHaveLength(1);
	const pages = await get("/reports/inventory?limit=100");
	const next = await get(`/reports/inventory?limit=100&cursor=${pages.next_cursor}`);
	expect([...pages.items, ...next.items]).toEqual(all.items.slice(0, 200));
	expect(await csv("/reports/inventory?limit=3")).toMatch(/^location_id,location_name,product_id,/);
});

test("REP-07 REP-09 REP-08 trends, a forecast that states its method and its range, figures and dashboards agree", async () => {
	const { totals } = await get("/reports/sales");
	const trends = await get("/analytics/trends");
	expect(pick(trends.items.at(-1))).toEqual(pick(totals));
	const forecast = await get("/analytics/forecast?days=7");
	expect(forecast.method).toEqual({ fr: expect.stringMatching(/semaine/), en: expect.any(String) });
	expect(forecast.items).toHaveLength(7);
	for (const { low_units, mean_units, high_units } of forecast.items)
		expect(low_units <= mean_units && mean_units <= high_units).toBe(true);
	const kpis = await get("/analytics/kpis");
	expect(kpis).toMatchObject({ net_cents: totals.net_cents, total_products_sold: totals.units });
	expect(kpis.today.orders).toBe(totals.orders);

	const { items } = await get("/dashboards");
	expect(items.map(({ id }: any) => id)).toEqual(["business", "stock", "operations"]);
	for (const { id } of items) {
		const { figures, lists } = await get(`/dashboards/${id}`);
		expect([id, figures.length > 0, lists.length > 0]).toEqual([id, true, true]);
	}
});

test("REP-10 the consolidated report equals the sum of the stores, each asked for by itself", async () => {
	const { totals, items } = await get("/reports/consolidated");
	const alone = await Promise.all(
		["1", "2", "3", "4", "5", "online"].map((id) => get(`/reports/sales?store=${id}`)),
	);
	for (const name of FIELDS) {
		expect([name, sum(items, name)]).toEqual([name, totals[name]]);
		expect([
			name,
			sum(
				alone.map((one) => one.totals),
				name,
			),
		]).toEqual([name, totals[name]]);
	}
	const { totals: taxes } = await get("/reports/taxes?by=day");
	expect([taxes.gst_net_cents, taxes.qst_net_cents]).toEqual([totals.gst_cents, totals.qst_cents]);
});

test("CUS-06 CRT-10 REP-12 what a customer does, carts, orders and claims are read models of events", async () => {
	const [customer] = (await get("/reports/customers?customer_id=1")).items;
	expect(customer).toMatchObject({ customer_id: "1", orders: 5, confirmed: 5, claims: 1 });
	const business = await get("/dashboards/business");
	expect(JSON.stringify(business.lists)).toContain('"customer_id":"1"');
	const carts = await get("/reports/carts");
	expect(row(carts.items, { customer_id: "1" })).toMatchObject({ status: "ACTIVE", added: 1 });
	expect(row((await get("/reports/claims")).items, { customer_id: "1" })).toMatchObject({
		...{ status: "CLOSED", product_id: "1" },
	});
	const mine = await get("/reports/orders", here.buyer);
	expect(mine.items).toHaveLength(5);
	expect((await get("/reports/orders?customer_id=123", here.buyer)).items).toEqual([]);
});

test("REP-13 AUD-03 a projection rebuilt while orders are placed, and one replayed until DONE, equal the live one", async () => {
	const { shop, buyer, admin } = here;
	const before = await get("/reports/sales?by=product");
	const [started] = await Promise.all([
		rebuild("sales"),
		...[1, 1, 1].map((product_id) => bought(shop, buyer, { product_id })),
	]);
	expect([started.status, started.body.state]).toEqual([202, "REBUILDING"]);
	const books = async () => {
		const { totals, items } = await get("/reports/sales?by=product");
		return { totals, items };
	};
	const live = await until(books, ({ totals }) => totals.units === before.totals.units + 3, 20_000);
	await isLive();
	expect(await books()).toEqual(live);

	const job = await shop.post("/api/v1/events/replay", { token: admin, body: { target: "sales" } });
	expect(job.status).toBe(202);
	const path = job.headers.get("location") ?? "";
	const done = await until(
		() => shop.get(path, { token: admin }),
		({ body }) => body.status === "DONE",
		30_000,
	);
	expect(done.body).toMatchObject({ target: "sales", progress: 1, requested_by: "admin" });
	await isLive();
	expect(await books()).toEqual(live);
});

test("REP-04 a manager has the own store, others have no report; what cannot be asked is refused with a code", async () => {
	const { manager, buyer, supplier, office } = here;
	const own = await get("/reports/sales", manager);
	expect(own.items.map(({ location_id }: any) => location_id)).toEqual(["1"]);
	const refused: [path: string, token: string, answer: [number, string]][] = [
		["/reports/sales?store=2", manager, [404, "LOCATION_NOT_FOUND"]],
		["/reports/sales?store=nowhere", office, [404, "LOCATION_NOT_FOUND"]],
		["/reports/sales", buyer, [403, "FORBIDDEN"]],
		["/reports/sales", supplier, [403, "FORBIDDEN"]],
		["/reports/sales?from=2026-13-40", office, [422, "INVALID"]],
		["/reports/sales?from=2026-02-02&to=2026-01-01", office, [422, "PERIOD_INVALID"]],
		["/reports/sales?from=1900-01-01", office, [422, "PERIOD_INVALID"]],
		["/reports/sales?cursor=zzz", office, [422, "INVALID"]],
		["/reports/sales?format=pdf", office, [422, "INVALID"]],
		["/reports/inventory?limit=999999", office, [422, "INVALID"]],
		["/analytics/forecast?days=0", office, [422, "INVALID"]],
		["/dashboards/nothing", office, [404, "DASHBOARD_NOT_FOUND"]],
	];
	for (const [path, token, answer] of refused) {
		const { status, body } = await ask(path, token);
		expect([path, status, body.code]).toEqual([path, ...answer]);
	}
	const page = await ask("/reports/sales", office, { Accept: "text/html" });
	expect([page.status, page.body.message]).toEqual([
		406,
		expect.stringMatching(/ : application\/json, text\/csv/),
	]);
	expect((await rebuild("nothing")).body.code).toBe("PROJECTION_NOT_FOUND");
	expect((await rebuild("sales", office)).status).toBe(403);
	const { paths } = await (await here.shop.get("/openapi/reporting.json")).body;
	const report = paths["/api/v1/reports/sales"].get;
	expect(Object.keys(report.responses["200"].content)).toEqual(["application/json", "text/csv"]);
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { once } from "../support/client.ts";
import { within } from "../support/modes.ts";
import { valid } from "../support/mutate.ts";
import { each, type Heard } from "../support/raw.ts";
import { addressOf, headersOf, type Route, stranger } from "../support/routes.ts";
import { changedIn, rowsOf, stillRows } from "../support/routes-rows.ts";
import { bearer, type Stage, stage, withKey } from "../support/routes-stage.ts";

const MINE = "1"; // the customer of client_1, and the store of gerant_1 and caissier_1
const OTHERS = { customer_id: "customer_1", location: "2" };

let here: Stage;
/** By collection: what belongs to another customer, and what to oneself. */
let foreign: Record<string, string>;
let own: Record<string, string>;

beforeAll(async () => {
	here = await stage();
	[foreign, own] = [await thingsOf(OTHERS.customer_id), await thingsOf(MINE)];
}, within(90_000));
afterAll(() => here?.stop());

/** An order, its saga and a cart of the customer's, made as any would be. */
async function thingsOf(customer_id: string): Promise<Record<string, string>> {
	const token = here.tokens.admin;
	const body = {
		customer_id,
		products: [{ product_id: "1", quantity: 1, location: "1" }],
		payment_method: "credit_card",
		payment_info: { card: "4111 1111 1111 1111" },
		shipping_address: "123 Main St, Montreal",
	};
	const asking = { token, headers: once(), body };
	const { body: order } = await here.shop.post("/api/v1/orders?wait=true", asking);
	const { body: cart } = await here.shop.post("/api/v1/carts", { token, body: { customer_id } });
	expect([typeof order.order_id, typeof order.saga_id]).toEqual(["string", "string"]);
	return {
		customers: customer_id,
		orders: order.order_id,
		sagas: order.saga_id,
		carts: cart.id ?? cart.cart_id,
	};
}

function ask(
	route: Route,
	who: "customer" | "store_manager" | "cashier",
	{ ids = {}, fields = {}, search = "" } = {},
) {
	const { body, takesBody, method } = route;
	const whole = body ? { ...(valid(body) as object), ...fields } : {};
	return here.send({
		method,
		path: `${addressOf(route, ids)}${search}`,
		headers: { ...headersOf(route), ...stranger(), ...withKey, ...bearer(here.tokens[who]) },
		...(takesBody && { body: JSON.stringify(whole) }),
	});
}

const isFor =
	(role: string) =>
	({ roles }: Route) =>
		roles.includes(role) || roles.includes("guest");
/** The collection whose thing the path names first: `orders` in `/orders/{id}/history`. */
const collectionOf = ({ path }: Route) => /([\w-]+)\/\{\w+\}/.exec(path)?.[1] ?? "";
const isEmpty = ({ status, text }: Heard) =>
	status === 200 && (JSON.parse(text).items ?? [1]).length === 0;
/** Refused; or answered with what is one's own, as lists and carts do. */
const isKept = (heard: Heard) =>
	[403, 404, 422].includes(heard.status) ||
	Object.values(foreign).every((id) => !heard.text.includes(`"${id}"`));
const told = (route: Route, { status, text }: Heard) =>
	`${route.name}: ${status} ${text.slice(0, 160)}`;

test(
	"AUT-21 D11 a customer finds nothing of another's: 404 on every route that names one, and no row changes",
	async () => {
		const routes = here.routes
			.filter(isFor("customer"))
			.filter((one) => collectionOf(one) in foreign);
		const before = await stillRows(here.product);
		const faults = await each(routes, async (route) => {
			const heard = await ask(route, "customer", { ids: foreign });
			return heard.status === 404 ? [] : [told(route, heard)];
		});
		expect(faults.flat()).toEqual([]);
		expect(changedIn(before, await rowsOf(here.product))).toEqual([]);
		expect(new Set(routes.map(collectionOf)).size).toBe(4);
		expect(routes.length).toBeGreaterThanOrEqual(12);
	},
	within(60_000),
);

test(
	"AUT-21 D11 a customer who names another in a query or a body is refused, or sees nothing",
	async () => {
		const naming = here.routes.filter(isFor("customer"));
		const before = await stillRows(here.product);
		const inQuery = naming.filter(({ query }) => "customer_id" in (query.properties ?? {}));
		const inBody = naming.filter(({ body }) => "customer_id" in (body?.properties ?? {}));
		const faults = await each([...inQuery, ...inBody], async (route) => {
			const search = inQuery.includes(route) ? `?customer_id=${OTHERS.customer_id}` : "";
			const heard = await ask(route, "customer", {
				search,
				fields: inBody.includes(route) ? { customer_id: OTHERS.customer_id } : {},
			});
			return isKept(heard) ? [] : [told(route, heard)];
		});
		expect(faults.flat()).toEqual([]);
		expect(changedIn(before, await rowsOf(here.product))).toEqual([]);
		expect([inQuery.length >= 2, inBody.length >= 2]).toEqual([true, true]);
	},
	within(60_000),
);

test(
	"AUT-21 a customer reads everything of one's own, and a list holds nobody else's",
	async () => {
		const reads = here.routes.filter(({ method }) => method === "GET").filter(isFor("customer"));
		const faults: string[] = [];
		for (const route of reads.filter((one) => collectionOf(one) in own)) {
			const heard = await ask(route, "customer", { ids: own });
			if (heard.status !== 200) faults.push(told(route, heard));
		}
		for (const route of reads.filter(
			({ path, roles }) => !path.includes("{") && !roles.includes("guest"),
		)) {
			const { status, text } = await ask(route, "customer");
			for (const id of Object.values(foreign))
				if (status === 200 && text.includes(`"${id}"`)) faults.push(`${route.name} shows ${id}`);
		}
		expect(faults).toEqual([]);
	},
	within(60_000),
);

const places = ({ properties = {} }: { properties?: object }) =>
	["location", "location_id"].filter((name) => name in properties);

/** Asks for another store wherever the route takes the name of one; nothing where it takes none. */
async function askOfOther(route: Route, who: "cashier" | "store_manager") {
	const [query] = places(route.query);
	const [field] = places(route.body ?? {});
	if (!query && !field) return undefined;
	const search = query ? `?${query}=${OTHERS.location}` : "";
	return ask(route, who, { search, fields: field ? { [field]: OTHERS.location } : {} });
}

test(
	"AUT-20 D11 staff of one store neither see nor touch another's: every route that names a location, and no row changes",
	async () => {
		const before = await stillRows(here.product);
		const faults: string[] = [];
		let tried = 0;
		for (const who of ["cashier", "store_manager"] as const)
			for (const route of here.routes.filter(({ roles }) => roles.includes(who))) {
				const heard = route.roles.includes("guest") ? undefined : await askOfOther(route, who);
				if (!heard) continue;
				tried++;
				const isRefused = [403, 404, 422].includes(heard.status) || isEmpty(heard);
				if (!isRefused) faults.push(`${who} ${told(route, heard)}`);
			}
		expect(faults).toEqual([]);
		expect(changedIn(before, await rowsOf(here.product))).toEqual([]);
		expect(tried).toBeGreaterThanOrEqual(6);
	},
	within(60_000),
);

test("AUT-20 staff of a store read their own, and the logistics centre's stock", async () => {
	const routes = here.routes.filter(
		({ method, query }) => method === "GET" && places(query).length > 0,
	);
	const faults: string[] = [];
	for (const who of ["cashier", "store_manager"] as const)
		for (const route of routes.filter(({ roles }) => roles.includes(who))) {
			const heard = await ask(route, who, { search: `?${places(route.query)[0]}=${MINE}` });
			if (heard.status !== 200) faults.push(`${who} ${told(route, heard)}`);
		}
	expect(faults).toEqual([]);
	const { status } = await here.shop.get("/api/v1/stock/logistics-centre", {
		token: here.tokens.cashier,
	});
	expect(status).toBe(200);
});

test("AUT-20 a manager finds only the cashiers of the own store: 404 for another's, and no row changes", async () => {
	const routes = here.routes
		.filter(isFor("store_manager"))
		.filter((one) => collectionOf(one) === "users");
	const before = await stillRows(here.product);
	const faults = await each(routes, async (route) => {
		const role = { roles: [{ role: "cashier", location: MINE }] };
		const fields = "roles" in (route.body?.properties ?? {}) ? role : {};
		const heard = await ask(route, "store_manager", { ids: { users: "caissier_2" }, fields });
		return heard.status === 404 ? [] : [told(route, heard)];
	});
	expect(faults.flat()).toEqual([]);
	expect(changedIn(before, await rowsOf(here.product))).toEqual([]);
	expect(routes.length).toBeGreaterThanOrEqual(4);
	const { status } = await here.shop.get("/api/v1/users/caissier_1", {
		token: here.tokens.store_manager,
	});
	expect(status).toBe(200);
});

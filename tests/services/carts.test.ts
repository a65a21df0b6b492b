import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { forbidden } from "../../lib/scope.ts";
import { versionConflict } from "../../lib/version.ts";
import { open } from "../../mixins/database/open.ts";
import {
	type Cart,
	cartFull,
	cartNotFound,
	carts,
	itemNotFound,
} from "../../services/carts/carts.contract.ts";
import cartsService from "../../services/carts/carts.service.ts";
import { unknownProduct } from "../../services/catalog/catalog.contract.ts";
import { unknownCustomer } from "../../services/customers/customers.contract.ts";
import customersService from "../../services/customers/customers.service.ts";
import { unknownLocation } from "../../services/stores/stores.contract.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { catalogue, locations } from "../support/shop.ts";

const { shelf, products, schema } = catalogue();
const shop = broker([schema, locations(), customersService, cartsService], { cacher: false });
const db = open("carts");
beforeAll(() => shop.start());
afterAll(() => Promise.all([shop.stop(), db.close()]));
beforeEach(() => {
	shelf.isAway = false;
	products.set("1", { ...products.get("1")!, unit_price_cents: 2_500 });
});

const guest = as("guest");
const customer = (customer_id: string, headers = {}) => as("customer", { customer_id }, headers);
const cashier = as("cashier", { location_id: "1" });
let sessions = 0;
/** A cart of a new session, with one of each of these in it. */
async function aCart(...product_ids: string[]) {
	const session_id = `s${sessions++}`;
	let cart = await carts.current(shop, { session_id }, guest);
	const mine = { cart_id: cart.id, session_id };
	for (const product_id of product_ids)
		cart = await carts.addItem(shop, { ...mine, product_id, quantity: 1 }, guest);
	return { cart, mine, session_id };
}
const contents = ({ items }: Cart) => items.map((item) => [item.product_id, item.quantity]);
const facts = async (cart_id: string) => {
	const rows = await db.read((read) =>
		read.query<{ type: string; body: string }>(
			"select type, body from outbox where key = $key order by key_seq",
			{ key: `cart:${cart_id}` },
		),
	);
	return rows.map(({ type, body }) => ({ type, ...JSON.parse(body) }));
};

describe("the current cart", () => {
	test("CRT-07 CRT-05 of session test123 holds the demo's coffee maker: 159.99 with taxes", async () => {
		const cart = await carts.current(shop, { session_id: "test123" }, guest);
		expect(contents(cart)).toEqual([["8", 1]]);
		expect(cart).toMatchObject({
			status: "ACTIVE",
			subtotal_cents: 13_915,
			gst_cents: 696,
			qst_cents: 1_388,
			total_cents: 15_999,
		});
	});

	test("AUT-26 is made once for a session, however many ask at once", async () => {
		const session_id = "crowd";
		const asked = Array.from({ length: 20 }, () => carts.current(shop, { session_id }, guest));
		const ids = (await Promise.all(asked)).map(({ id }) => id);
		expect(new Set(ids).size).toBe(1);
		expect(await facts(ids[0]!)).toHaveLength(1);
		expect((await carts.current(shop, { session_id: "other" }, guest)).id).not.toBe(ids[0]);
	});

	test("CRT-01 of a customer is the same in every session, and another customer's is not", async () => {
		const mine = await carts.current(shop, {}, customer("1"));
		expect(mine).toMatchObject({ customer_id: "1" });
		expect(mine).not.toHaveProperty("session_id");
		expect((await carts.current(shop, { session_id: "phone" }, customer("1"))).id).toBe(mine.id);
		expect((await carts.current(shop, {}, customer("2"))).id).not.toBe(mine.id);
	});

	test("CRT-01 a guest without a session is asked for one; POST gives it one", async () => {
		expect(await failure(carts.current(shop, {}, guest))).toMatchObject({
			code: 422,
			data: [{ field: "session_id" }],
		});
		const made = await carts.create(shop, {}, guest);
		const again = await carts.current(shop, { session_id: made.session_id! }, guest);
		expect(again.id).toBe(made.id);
	});

	test("CRT-06 staff open one for a customer who exists", async () => {
		const made = await carts.create(shop, { customer_id: "3", location: "MTL" }, cashier);
		expect(made).toMatchObject({ customer_id: "3", location_id: "1", locale: "fr" });
		expect((await carts.current(shop, {}, customer("3"))).id).toBe(made.id);
		const nobody = carts.create(shop, { customer_id: "99999" }, cashier);
		expect(unknownCustomer.is(await failure(nobody))).toBe(true);
	});
});

describe("items", () => {
	test("CRT-02 CRT-03 are added, added up, changed, removed, cleared, and shown", async () => {
		const { mine } = await aCart("1", "1");
		const two = await carts.addItem(shop, { ...mine, product_id: "5", quantity: 1 }, guest);
		expect(contents(two)).toEqual([
			["1", 2],
			["5", 1],
		]);
		expect(two).toMatchObject({ subtotal_cents: 15_000, gst_cents: 750, qst_cents: 1_496 });
		expect(await carts.get(shop, mine, guest)).toEqual(two);
		expect(await carts.totals(shop, mine, guest)).toEqual({
			subtotal_cents: 15_000,
			discount_cents: 0,
			gst_cents: 750,
			qst_cents: 1_496,
			total_cents: 17_246,
		});
		const item_id = two.items[0]!.id;
		const more = await carts.updateItem(shop, { ...mine, item_id, quantity: 9 }, guest);
		expect(contents(more)[0]).toEqual(["1", 9]);
		expect(contents(await carts.removeItem(shop, { ...mine, item_id }, guest))).toEqual([["5", 1]]);
		expect(await carts.clear(shop, mine, guest)).toMatchObject({ items: [], total_cents: 0 });
		const gone = carts.updateItem(shop, { ...mine, item_id, quantity: 1 }, guest);
		expect(itemNotFound.is(await failure(gone))).toBe(true);
	});

	test("CRT-06 PUT replaces them all, and tells what came, changed and went", async () => {
		const { mine } = await aCart("1", "5");
		const items = [
			{ product_id: "9", quantity: 1, location: "Magasin 1" },
			{ product_id: "1", quantity: 3 },
		];
		const cart = await carts.replace(shop, { ...mine, items }, guest);
		expect(cart.items).toMatchObject([
			{ product_id: "1", quantity: 3, location_id: "online" },
			{ product_id: "9", quantity: 1, location_id: "1" },
		]);
		const told = (await facts(mine.cart_id)).map(({ type }) => type);
		expect(told.slice(-3)).toEqual([
			"carts.item_removed",
			"carts.item_updated",
			"carts.item_added",
		]);
	});

	test("CRT-02 what nobody sells, or nowhere, is refused, and leaves the cart as it was", async () => {
		const { cart, mine } = await aCart("1");
		const add = (over: object) =>
			failure(carts.addItem(shop, { ...mine, product_id: "1", quantity: 1, ...over }, guest));
		expect(unknownProduct.is(await add({ product_id: "99999" }))).toBe(true);
		expect(unknownLocation.is(await add({ location: "Nulle part" }))).toBe(true);
		expect(await add({ location: "Nulle part" })).toMatchObject({ code: 422 });
		expect(cartFull.is(await add({ quantity: 10_000 }))).toBe(true);
		expect(await add({ quantity: 0 })).toMatchObject({ code: 422 });
		expect(await carts.get(shop, mine, guest)).toEqual(cart);
	});

	test("CRT-02 twenty additions at once are all counted", async () => {
		const { mine } = await aCart();
		const add = () => carts.addItem(shop, { ...mine, product_id: "34", quantity: 1 }, guest);
		await Promise.all(Array.from({ length: 20 }, add));
		expect(contents(await carts.get(shop, mine, guest))).toEqual([["34", 20]]);
	});

	test("CRT-09 each is told, with the cart's totals, and never with its session", async () => {
		const { mine, session_id } = await aCart("1");
		const [opened, added] = await facts(mine.cart_id);
		expect(opened).toMatchObject({ type: "carts.created", cart_id: mine.cart_id, total_cents: 0 });
		expect(added).toMatchObject({
			type: "carts.item_added",
			item: { product_id: "1", quantity: 1, unit_price_cents: 2_500 },
			total_cents: 2_874,
		});
		await carts.clear(shop, mine, guest);
		await carts.clear(shop, mine, guest);
		const all = await facts(mine.cart_id);
		expect(all.filter(({ type }) => type === "carts.cleared")).toHaveLength(1);
		expect(all.some((fact) => Object.values(fact).includes(session_id))).toBe(false);
	});

	test("a change decided on an older version is refused", async () => {
		const { cart, mine } = await aCart("1");
		const add = (if_match: string) =>
			carts.addItem(shop, { ...mine, product_id: "5", quantity: 1 }, as("guest", {}, { if_match }));
		expect((await add(`"${cart.version}"`)).version).toBe(cart.version + 1);
		expect(versionConflict.is(await failure(add(`"${cart.version}"`)))).toBe(true);
	});
});

describe("a price", () => {
	test("CRT-03 that changes in the catalogue shows at the next look, and is told once", async () => {
		const { cart, mine } = await aCart("1");
		products.set("1", { ...products.get("1")!, unit_price_cents: 1_000 });
		const next = await carts.get(shop, mine, guest);
		expect(next).toMatchObject({ total_cents: 1_150, version: cart.version + 1 });
		expect(await carts.get(shop, mine, guest)).toEqual(next);
		expect((await facts(mine.cart_id)).at(-1)).toMatchObject({
			type: "carts.item_updated",
			total_cents: 1_150,
		});
	});

	test("CRT-03 stays as it was while the catalogue is away; nothing can be added then", async () => {
		const { cart, mine } = await aCart("1");
		shelf.isAway = true;
		expect(await carts.get(shop, mine, guest)).toEqual(cart);
		const add = carts.addItem(shop, { ...mine, product_id: "1", quantity: 1 }, guest);
		expect(await failure(add)).toBeDefined();
		shelf.isAway = false;
		expect(await carts.get(shop, mine, guest)).toEqual(cart);
	});
});

describe("somebody else's cart", () => {
	test("CRT-13 AUT-21 AUT-26 does not exist: to read, to change, to empty, to order", async () => {
		const { cart, mine } = await aCart("1");
		const owned = await carts.current(shop, {}, customer("5"));
		const item_id = cart.items[0]!.id;
		const strangers = [
			[{ cart_id: mine.cart_id }, guest],
			[{ ...mine, session_id: "guess" }, guest],
			[{ cart_id: mine.cart_id }, customer("6")],
			[{ cart_id: owned.id }, guest],
			[{ cart_id: owned.id }, customer("6")],
			[{ cart_id: "crt_none" }, cashier],
		] as const;
		for (const [which, who] of strangers) {
			const calls = [
				carts.get(shop, which, who),
				carts.totals(shop, which, who),
				carts.addItem(shop, { ...which, product_id: "1", quantity: 1 }, who),
				carts.updateItem(shop, { ...which, item_id, quantity: 2 }, who),
				carts.removeItem(shop, { ...which, item_id }, who),
				carts.replace(shop, { ...which, items: [] }, who),
				carts.clear(shop, which, who),
			];
			for (const call of calls) expect(cartNotFound.is(await failure(call))).toBe(true);
		}
		expect(await carts.get(shop, mine, guest)).toEqual(cart);
		expect((await carts.get(shop, { cart_id: owned.id }, customer("5"))).id).toBe(owned.id);
	});

	test("CRT-06 AUT-21 a customer lists its own, staff all, a guest none; sessions are not shown", async () => {
		const { id } = await carts.current(shop, {}, customer("7"));
		const own = await carts.list(shop, { customer_id: "5" }, customer("7"));
		expect(own.items.map((cart) => cart.id)).toEqual([id]);
		const all = await carts.list(shop, { status: "ACTIVE", sort: "-created_at" }, cashier);
		expect(all.items[0]!.id).toBe(id);
		expect(all.items.length).toBeGreaterThan(5);
		expect(JSON.stringify(all)).not.toContain("session");
		expect(forbidden.is(await failure(carts.list(shop, {}, guest)))).toBe(true);
		const first = await carts.list(shop, { limit: 2 }, cashier);
		expect(first.items).toHaveLength(2);
		expect(first.next_cursor).toBeDefined();
	});
});

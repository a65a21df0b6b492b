import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { wrongState } from "../../lib/state.ts";
import { open } from "../../mixins/database/open.ts";
import { carts } from "../../services/carts/carts.contract.ts";
import cartsService from "../../services/carts/carts.service.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { catalogue, locations } from "../support/shop.ts";

const shop = broker([catalogue().schema, locations(), cartsService], { cacher: false });
const db = open("carts");
beforeAll(() => shop.start());
afterAll(() => Promise.all([shop.stop(), db.close()]));

const guest = as("guest");
const customer = (customer_id: string) => as("customer", { customer_id });
const BROKEN = expect.stringMatching(/constraint/i);
const sql = (change: string) => db.write((tx) => tx.script(change));
let sessions = 0;
async function aCart(...product_ids: string[]) {
	const session_id = `s${sessions++}`;
	let cart = await carts.current(shop, { session_id }, guest);
	const mine = { cart_id: cart.id, session_id };
	for (const product_id of product_ids)
		cart = await carts.addItem(shop, { ...mine, product_id, quantity: 1 }, guest);
	return { cart, mine, session_id };
}
const expiries = async (cart_id: string) => {
	const key = `cart:${cart_id}`;
	const rows = await db.read((read) =>
		read.query<{ type: string }>("select type from outbox where key = $key", { key }),
	);
	return rows.filter(({ type }) => type === "carts.expired").length;
};

describe("a cart past its time", () => {
	test("CRT-04 expires when it is looked at, is told once, and leaves place for another", async () => {
		const { mine, session_id } = await aCart("1");
		await sql(
			`update cart set expires_at = '2026-01-01T00:00:00.000Z' where id = '${mine.cart_id}'`,
		);
		const add = carts.addItem(shop, { ...mine, product_id: "1", quantity: 1 }, guest);
		expect(wrongState.is(await failure(add))).toBe(true);
		expect((await carts.get(shop, mine, guest)).status).toBe("EXPIRED");
		const next = await carts.current(shop, { session_id }, guest);
		expect(next).toMatchObject({ status: "ACTIVE", items: [] });
		await sql(`update cart set expires_at = '2026-01-01T00:00:00.000Z' where id = '${next.id}'`);
		expect((await carts.current(shop, { session_id }, guest)).id).not.toBe(next.id);
		for (const id of [mine.cart_id, next.id]) expect(await expiries(id)).toBe(1);
	});
});

describe("the database itself", () => {
	test("AUT-26 CRT-01 keeps one open cart a session and a customer, one item a shelf", async () => {
		const { cart, mine } = await aCart("1");
		const other = await carts.create(shop, {}, guest);
		const owned = await carts.current(shop, {}, customer("8"));
		const copy = (over: string, table = "cart_item") =>
			failure(
				sql(`insert into ${table} select ${over} from ${table} where id = '${cart.items[0]!.id}'`),
			);
		for (const change of [
			`update cart set session_id = '${cart.session_id}' where id = '${other.id}'`,
			`update cart set customer_id = '8', session_id = null where id = '${other.id}'`,
			`update cart set customer_id = '9' where id = '${cart.id}'`,
			`update cart set session_id = null where id = '${cart.id}'`,
			`update cart set status = 'MERGED' where id = '${owned.id}'`,
			`update cart_item set quantity = 0 where cart_id = '${cart.id}'`,
			`update cart_item set quantity = 10001 where cart_id = '${cart.id}'`,
			`update cart_item set unit_price_cents = -1 where cart_id = '${cart.id}'`,
			`update cart_item set cart_id = 'crt_none' where cart_id = '${cart.id}'`,
		])
			expect([change, String(await failure(sql(change)))]).toEqual([change, BROKEN]);
		const same =
			"'itm_x', cart_id, product_id, location_id, quantity, unit_price_cents, name, tax_class";
		expect(String(await copy(same))).toEqual(BROKEN);
		expect(await carts.get(shop, mine, guest)).toEqual(cart);
	});
});

test("CRT-04 a cart survives a restart", async () => {
	const { cart, mine } = await aCart("1", "9");
	const next = broker([catalogue().schema, locations(), cartsService], { cacher: false });
	await next.start();
	try {
		expect(await carts.get(next, mine, guest)).toEqual(cart);
	} finally {
		await next.stop();
	}
});

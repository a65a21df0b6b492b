import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { open } from "../../mixins/database/open.ts";
import { carts } from "../../services/carts/carts.contract.ts";
import cartsService from "../../services/carts/carts.service.ts";
import catalogService from "../../services/catalog/catalog.service.ts";
import customersService from "../../services/customers/customers.service.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import ordersService from "../../services/orders/orders.service.ts";
import paymentsService from "../../services/payments/payments.service.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import sagaService from "../../services/saga/saga.service.ts";
import storesService from "../../services/stores/stores.service.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { until } from "../support/until.ts";

const shop = broker(
	[
		storesService,
		catalogService,
		customersService,
		inventoryService,
		ordersService,
		paymentsService,
		cartsService,
		sagaService,
	],
	{ cacher: false },
);
const db = open("orders");
beforeAll(() => shop.start());
afterAll(() => Promise.all([shop.stop(), db.close()]));

const buyer = as("customer", { actor: "ada", customer_id: "1" });
const other = as("customer", { actor: "bob", customer_id: "2" });

async function aCart(who = buyer, product_id = "1") {
	const { id: cart_id } = await carts.current(shop, {}, who);
	await carts.addItem(shop, { cart_id, product_id, quantity: 1 }, who);
	const status = async () => (await carts.get(shop, { cart_id }, who)).status;
	return { cart_id, status };
}
const ordersOf = (cart_id: string) =>
	db.read((read) => read.query("select id from orders where cart_id = $cart_id", { cart_id }));

test("CRT-08 however often a cart is checked out, and after its sale, there is one saga and one order", async () => {
	const { cart_id, status } = await aCart();
	const checkout = () => carts.checkout(shop, { cart_id }, buyer);
	const ids = (await Promise.all([checkout(), checkout(), checkout()])).map((one) => one.saga_id);
	ids.push((await checkout()).saga_id);
	await until(status, (seen) => seen === "CONVERTED");
	ids.push((await checkout()).saga_id);

	expect(new Set(ids).size).toBe(1);
	expect(await ordersOf(cart_id)).toHaveLength(1);
});

test("CRT-13 an order of some products cannot name a cart: it would close somebody else's", async () => {
	const { cart_id, status } = await aCart(other);
	const products = [{ product_id: "1", quantity: 1 }];
	const headers = { ...buyer.headers, idempotency_key: "an-order-of-another" };
	const err = await failure(sagas.placeOrder(shop, { products, cart_id }, { headers }));

	expect(err).toMatchObject({ type: "VALIDATION_ERROR" });
	expect(await status()).toBe("ACTIVE");
});

test("SAG-14 a session's cart is ordered at the total that was said, whatever it costs by then", async () => {
	const guest = as("guest");
	const session_id = "a-session";
	const { id: cart_id } = await carts.current(shop, { session_id }, guest);
	await carts.addItem(shop, { cart_id, session_id, product_id: "5", quantity: 1 }, guest);
	const { total_cents } = await carts.get(shop, { cart_id, session_id }, guest);

	const cart = { session_id, payment_info: { amount: total_cents / 100 } };
	const { saga_id } = await sagas.placeCart(shop, cart, as("cashier", { location_id: "1" }));
	const saga = open("saga");
	const [row] = await saga.read((read) =>
		read.query<{ doc: string }>("select doc from saga where saga_id = $saga_id", { saga_id }),
	);
	await saga.close();
	expect(JSON.parse(row?.doc ?? "{}").input).toMatchObject({ expected_total_cents: total_cents });
});

test("AUT-21 a customer sees the sagas of its own orders; one without an account, none", async () => {
	const mine = await sagas.list(shop, {}, buyer);
	expect(mine.items.map(({ customer_id }) => customer_id)).toEqual(["1"]);
	expect((await sagas.list(shop, {}, as("customer"))).items).toEqual([]);
});

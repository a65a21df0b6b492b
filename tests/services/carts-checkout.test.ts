import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { asService } from "../../config/identity.ts";
import { TAX_RATES } from "../../config/tax.ts";
import type { Params } from "../../lib/contract.ts";
import { refusal } from "../../lib/refusal.ts";
import { forbidden } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import { open } from "../../mixins/database/open.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import {
	cartEmpty,
	cartNotFound,
	carts,
	unknownCart,
} from "../../services/carts/carts.contract.ts";
import cartsService from "../../services/carts/carts.service.ts";
import { reopen } from "../../services/carts/states.store.ts";
import { orders, type Placed } from "../../services/orders/orders.contract.ts";
import { sagas as contract } from "../../services/saga/saga.contract.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { catalogue, locations } from "../support/shop.ts";
import { stub } from "../support/stub.ts";

const declined = refusal("PAYMENT_DECLINED", 402, { fr: "Refusé", en: "Declined" });

/** The saga context, as the cart sees it: a cart starts one saga, whatever it is asked again. */
const sagas = {
	asked: [] as { order: Params<typeof contract.placeOrder>; wait: unknown }[],
	begun: new Map<string, string>(),
	outcome: undefined as Error | undefined,
	status: "started" as Placed["status"],
};
const saga = stub(contract, {
	async placeOrder(ctx) {
		sagas.asked.push({ order: ctx.params, wait: ctx.headers?.wait });
		if (sagas.outcome) throw sagas.outcome;
		const { cart_id = "" } = ctx.params;
		const saga_id = sagas.begun.get(cart_id) ?? `saga_${sagas.begun.size + 1}`;
		sagas.begun.set(cart_id, saga_id);
		return { saga_id, status: sagas.status, message: "Traitement de la commande démarré" };
	},
});

const { products, schema } = catalogue();
const shop = broker([schema, locations(), cartsService, saga], { cacher: false });
const db = open("carts");
beforeAll(() => shop.start());
afterAll(() => Promise.all([shop.stop(), db.close()]));
beforeEach(() => void Object.assign(sagas, { asked: [], outcome: undefined, status: "started" }));

let buyers = 100;
/** A new customer, with a cart of one of each of these. */
async function aBuyer(...product_ids: string[]) {
	const customer_id = String(buyers++);
	const who = as("customer", { customer_id });
	const cart_id = (await carts.current(shop, {}, who)).id;
	for (const product_id of product_ids)
		await carts.addItem(shop, { cart_id, product_id, quantity: 1 }, who);
	const status = async () => (await carts.get(shop, { cart_id }, who)).status;
	return { customer_id, who, cart_id, status };
}
const told = (cart_id: string) =>
	db
		.read((read) =>
			read.query<{ type: string }>("select type from outbox where key = $key order by key_seq", {
				key: `cart:${cart_id}`,
			}),
		)
		.then((rows) => rows.map(({ type }) => type.replace("carts.", "")));

type Reaction = (tx: Tx, fact: object) => Promise<void>;

/** A fact as the inbox will hand it over: in a unit of the reader's own. */
async function hear(event: string, payload: object) {
	const service = shop.getLocalService("carts")!;
	const { hears } = service.schema as unknown as { hears: Record<string, Reaction> };
	await db.write((tx) => hears[event]!.call(service, tx, { payload }));
}

describe("checkout", () => {
	test("CRT-08 starts the order's saga with what is in the cart, at the total shown", async () => {
		const { customer_id, who, cart_id, status } = await aBuyer("1", "5");
		const card = "4242424242424242";
		const headers = { headers: { ...who.headers, wait: 7 } };
		const placed = await carts.checkout(
			shop,
			{
				cart_id,
				shipping_address: "123 Main St",
				payment_method: "credit_card",
				payment_info: { card },
			},
			headers,
		);
		expect(placed).toMatchObject({ status: "started", saga_id: sagas.begun.get(cart_id) });
		expect(sagas.asked).toEqual([
			{
				wait: 7,
				order: {
					cart_id,
					customer_id,
					products: [
						{ product_id: "1", quantity: 1, location: "online" },
						{ product_id: "5", quantity: 1, location: "online" },
					],
					shipping_address: "123 Main St",
					payment_method: "credit_card",
					payment_info: { card, expected_total_cents: 14_372 },
				},
			},
		]);
		expect(await status()).toBe("CHECKING_OUT");
		expect((await carts.get(shop, { cart_id }, who)).saga_id).toBe(placed.saga_id);
		expect((await told(cart_id)).at(-1)).toBe("checked_out");
	});

	test("CRT-08 a second one, or ten at once, or after the sale, gives the same saga", async () => {
		const { who, cart_id } = await aBuyer("1");
		const all = Array.from({ length: 10 }, () => carts.checkout(shop, { cart_id }, who));
		const ids = (await Promise.all(all)).map(({ saga_id }) => saga_id);
		await hear(orders.confirmed.event, { cart_id });
		ids.push((await carts.checkout(shop, { cart_id }, who)).saga_id);
		expect(new Set(ids).size).toBe(1);
		expect((await told(cart_id)).filter((fact) => fact === "checked_out")).toHaveLength(1);
	});

	test("CRT-08 of a price that has changed asks for the new total", async () => {
		const { who, cart_id } = await aBuyer("34");
		products.set("34", { ...products.get("34")!, unit_price_cents: 99 });
		await carts.checkout(shop, { cart_id }, who);
		expect(sagas.asked[0]!.order.payment_info).toEqual({ expected_total_cents: 114 });
	});

	test("CRT-08 of an empty cart, another's, or by a guest is refused: no saga begins", async () => {
		const { who, cart_id, status } = await aBuyer();
		expect(cartEmpty.is(await failure(carts.checkout(shop, { cart_id }, who)))).toBe(true);
		const stranger = as("customer", { customer_id: "2" });
		expect(cartNotFound.is(await failure(carts.checkout(shop, { cart_id }, stranger)))).toBe(true);
		const guest = carts.checkout(shop, { cart_id }, as("guest"));
		expect(forbidden.is(await failure(guest))).toBe(true);
		expect(sagas.asked).toEqual([]);
		expect(await status()).toBe("ACTIVE");
	});

	test("CRT-12 refused at the till, the cart is active again, to be changed and tried again", async () => {
		const { who, cart_id, status } = await aBuyer("1");
		sagas.outcome = declined();
		const err = await failure(carts.checkout(shop, { cart_id, wait: true }, who));
		expect(declined.is(err)).toBe(true);
		expect(await status()).toBe("ACTIVE");
		expect((await told(cart_id)).slice(-2)).toEqual(["checked_out", "reopened"]);
		sagas.outcome = undefined;
		await carts.addItem(shop, { cart_id, product_id: "5", quantity: 1 }, who);
		expect((await carts.checkout(shop, { cart_id }, who)).saga_id).toBeDefined();
	});

	test("CRT-12 an answer that is lost leaves the cart in checkout: asked again, its saga answers", async () => {
		const { who, cart_id, status } = await aBuyer("1");
		sagas.outcome = new Error("lost on its way");
		await failure(carts.checkout(shop, { cart_id }, who));
		expect(await status()).toBe("CHECKING_OUT");
		const add = carts.addItem(shop, { cart_id, product_id: "5", quantity: 1 }, who);
		expect(wrongState.is(await failure(add))).toBe(true);
		expect((await carts.current(shop, {}, who)).id).toBe(cart_id);
		sagas.outcome = undefined;
		expect((await carts.checkout(shop, { cart_id }, who)).status).toBe("started");
	});

	test("CRT-08 with no orchestrator there, the cart stays the buyer's", async () => {
		const alone = broker([catalogue().schema, locations(), cartsService], { cacher: false });
		await alone.start();
		try {
			const { who, cart_id, status } = await aBuyer("1");
			expect(await failure(carts.checkout(alone, { cart_id }, who))).toMatchObject({ code: 404 });
			expect(await status()).toBe("ACTIVE");
		} finally {
			await alone.stop();
		}
	});
});

describe("how an order ends", () => {
	test("CRT-12 confirmed: its cart is converted, once, and the next one is empty", async () => {
		const { who, cart_id, status } = await aBuyer("1");
		const { saga_id } = await carts.checkout(shop, { cart_id }, who);
		await hear(orders.confirmed.event, { cart_id, saga_id });
		await hear(orders.confirmed.event, { cart_id, saga_id });
		expect(await status()).toBe("CONVERTED");
		expect((await told(cart_id)).filter((fact) => fact === "converted")).toHaveLength(1);
		const next = await carts.current(shop, {}, who);
		expect(next).toMatchObject({ status: "ACTIVE", items: [] });
		expect(next.id).not.toBe(cart_id);
	});

	test("CRT-12 a cart that was ordered without checkout is converted too", async () => {
		const { cart_id, status } = await aBuyer("1");
		await hear(orders.confirmed.event, { cart_id, saga_id: "saga_direct" });
		expect(await status()).toBe("CONVERTED");
		expect((await told(cart_id)).slice(-2)).toEqual(["checked_out", "converted"]);
	});

	test("CRT-12 an order of no cart, or of one that is not here, is no concern of ours", async () => {
		await hear(orders.confirmed.event, {});
		await hear(orders.confirmed.event, { cart_id: "crt_elsewhere" });
	});

	test("CRT-12 compensated: the cart is active again; told twice, or of another saga, as well", async () => {
		const { who, cart_id, status } = await aBuyer("1");
		const { saga_id } = await carts.checkout(shop, { cart_id }, who);
		const today = () => ({ now: Date.now(), rates: TAX_RATES });
		const end = (id: string) =>
			db.write(async (tx) => (await reopen(tx, { cart_id, saga_id: id }, today())).length);
		expect(await end("saga_other")).toBe(0);
		expect(await status()).toBe("CHECKING_OUT");
		expect(await end(saga_id)).toBe(1);
		expect(await end(saga_id)).toBe(0);
		expect(await status()).toBe("ACTIVE");
		expect(await carts.get(shop, { cart_id }, who)).not.toHaveProperty("saga_id");
	});
});

describe("what an order is made of", () => {
	const saga = { headers: asService("saga") };

	test("SAG-14 a cart by its session: lines and totals", async () => {
		const order = await carts.forOrder(shop, { session_id: "test123" }, saga);
		expect(order).toMatchObject({
			lines: [{ location_id: "online", product_id: "8", quantity: 1 }],
			total_cents: 15_999,
			status: "ACTIVE",
		});
	});

	test("SAG-14 by its id, or by its customer", async () => {
		const { customer_id, cart_id, who } = await aBuyer("1");
		const by = (params: object, as: object) => carts.forOrder(shop, params, as);
		expect(await by({ customer_id }, saga)).toMatchObject({ cart_id, customer_id });
		expect(await by({ cart_id }, who)).toMatchObject({ cart_id, total_cents: 2_874 });
		const stranger = as("customer", { customer_id: "2" });
		for (const [params, who] of [
			[{ cart_id }, stranger],
			[{ customer_id }, stranger],
			[{ cart_id: "crt_none" }, saga],
			[{ session_id: "none" }, saga],
			[{}, saga],
		] as const) {
			const err = await failure(by(params, who));
			expect(unknownCart.is(err)).toBe(true);
			expect(err).toMatchObject({ code: 422 });
		}
	});

	test("SAG-14 nothing, when the cart is empty or has been sold", async () => {
		const { cart_id } = await aBuyer();
		expect(cartEmpty.is(await failure(carts.forOrder(shop, { cart_id }, saga)))).toBe(true);
		const sold = await aBuyer("1");
		await hear(orders.confirmed.event, { cart_id: sold.cart_id });
		const again = carts.forOrder(shop, { cart_id: sold.cart_id }, saga);
		expect(wrongState.is(await failure(again))).toBe(true);
	});
});

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import moleculer from "moleculer";
import { wrongState } from "../../lib/state.ts";
import { unknownProduct } from "../../services/catalog/catalog.contract.ts";
import { customerNotFound, unknownCustomer } from "../../services/customers/customers.contract.ts";
import {
	orderNotFound,
	orders,
	provinceNotServed,
	totalChanged,
} from "../../services/orders/orders.contract.ts";
import { as } from "../support/broker.ts";
import { aSaga, online, outage, saga, shop } from "../support/ordering.ts";

beforeAll(() => shop.start());
afterAll(() => shop.stop());

const logistics = as("logistics");

describe("the demo", () => {
	test("ORD-09 has order 456: products 1×2 and 5×1, paid by 789", async () => {
		const order = await orders.get(shop, { id: "456" }, as("customer", { customer_id: "123" }));
		expect(order).toMatchObject({
			status: "COMPLETED",
			total_cents: 17_246,
			payment_id: "789",
			lines: [
				{ product_id: "1", quantity: 2 },
				{ product_id: "5", quantity: 1 },
			],
		});
		const { items } = await orders.history(shop, { id: "456" }, logistics);
		expect(items.map(({ to }) => to)).toEqual([
			"PENDING",
			"CONFIRMED",
			"SHIPPED",
			"DELIVERED",
			"COMPLETED",
		]);
	});
	test("ORD-08 has order 457, delivered, with its shipment", async () => {
		expect(await orders.get(shop, { id: "457" }, logistics)).toMatchObject({
			customer_id: "customer_001",
			status: "DELIVERED",
			total_cents: 4_599,
			payment_id: "790",
		});
		const { items } = await orders.shipments(shop, { order_id: "457" }, logistics);
		expect(items).toMatchObject([{ carrier: "Postes Canada", status: "DELIVERED" }]);
	});
});

describe("creating", () => {
	test("SAG-19 prices and taxes the lines: 15000 + 750 + 1496 = 17246", async () => {
		const order = aSaga();
		expect(await order.create({ expected_total_cents: 17_246 })).toEqual({
			id: order.order_id,
			status: "PENDING",
			total_cents: 17_246,
		});
		expect(await order.get()).toMatchObject({
			saga_id: order.saga_id,
			order_no: order.order_id.slice(-8),
			subtotal_cents: 15_000,
			gst_cents: 750,
			qst_cents: 1_496,
			province: "QC",
			locale: "fr",
			lines: [
				{ description: "Bouteille isotherme", gst_cents: 250, qst_cents: 499 },
				{ description: "Sac à dos 25 L", gst_cents: 500, qst_cents: 997 },
			],
		});
	});
	test("ORD-07 keeps addresses as they were given, in words or in fields", async () => {
		const billing_address = {
			line1: "1 rue X",
			city: "Québec",
			province: "QC",
			postal_code: "G1A 1A1",
		};
		const order = aSaga();
		await order.create({ shipping_address: "123 Main St, Montreal", billing_address });
		expect(await order.get()).toMatchObject({
			ship_to: "123 Main St, Montreal",
			bill_to: billing_address,
			payment_method: "credit_card",
		});
	});
	test("SAG-20 refuses an unknown customer, in the words that are expected", async () => {
		const err = await aSaga().create({ customer_id: "99999" });
		expect(unknownCustomer.is(err)).toBe(true);
		expect(err).toMatchObject({ code: 422, message: "Customer 99999 not found" });
	});
	test("refuses an unknown product, a changed total, another province; and keeps its no", async () => {
		const elsewhere = { line1: "1 X St", city: "Ottawa", province: "ON", postal_code: "K1A" };
		const noes: [over: object, refusal: { is(err: unknown): boolean }][] = [
			[{ lines: [{ ...online, product_id: "nope", quantity: 1 }] }, unknownProduct],
			[{ expected_total_cents: 17_245 }, totalChanged],
			[{ shipping_address: elsewhere }, provinceNotServed],
		];
		for (const [over, refusal] of noes) {
			const order = aSaga();
			expect(refusal.is(await order.create(over))).toBe(true);
			expect(refusal.is(await order.create(over))).toBe(true);
			await order.cancel();
			await expect(order.get()).rejects.toMatchObject({ type: "ORDER_NOT_FOUND" });
		}
	});
	test("SAG-24 takes an absent neighbour for an outage, which may be asked again", async () => {
		const order = aSaga();
		outage.error = new moleculer.Errors.ServiceNotFoundError({ action: "customers.get" });
		expect(await order.create()).toMatchObject({ type: "SERVICE_NOT_FOUND" });
		delete outage.error;
		expect(await order.create()).toMatchObject({ status: "PENDING" });
	});
	test("is done once: a repeat has the first answer, and an undone order never comes", async () => {
		const order = aSaga();
		const [first, second] = await Promise.all([order.create(), order.create()]);
		expect(second).toEqual(first);
		const late = aSaga();
		await late.cancel();
		expect(await late.create()).toMatchObject({ type: "SAGA_STEP_UNDONE" });
	});
});

describe("confirming", () => {
	test("ORD-10 needs a pending order, its payment and its amount", async () => {
		const order = aSaga();
		expect(orderNotFound.is(await order.confirm())).toBe(true);
		const another = aSaga();
		await another.create();
		expect(totalChanged.is(await another.confirm({ amount_cents: 1 }))).toBe(true);
		const mine = aSaga();
		await mine.create();
		expect(await mine.confirm()).toMatchObject({ status: "CONFIRMED" });
		expect(await mine.get()).toMatchObject({ payment_id: expect.stringMatching(/^pay_/) });
		expect(await mine.confirm()).toMatchObject({ status: "CONFIRMED" });
	});
	test("ORD-10 refuses an order that is no longer pending, and names its state", async () => {
		const order = aSaga();
		await order.create();
		await order.cancel();
		const err = await order.confirm();
		expect(wrongState.is(err)).toBe(true);
		expect(err.data).toMatchObject({ state: "CANCELLED" });
	});
	test("never undoes a confirmed order: that is for a person to see", async () => {
		const order = aSaga();
		await order.create();
		await order.confirm();
		await expect(order.cancel()).rejects.toThrow("is CONFIRMED");
		expect(await order.status()).toBe("CONFIRMED");
	});
});

describe("cancelling a confirmed order", () => {
	const confirmed = async () => {
		const order = aSaga();
		await order.create();
		await order.confirm();
		return order;
	};
	test("ORD-05 locks it, then closes it", async () => {
		const order = await confirmed();
		expect(await order.lock()).toMatchObject({ status: "CANCEL_PENDING" });
		expect(await order.close()).toMatchObject({ status: "CANCELLED" });
		expect(await order.close()).toMatchObject({ status: "CANCELLED" });
	});
	test("ORD-05 locked, it is not shipped nor locked again, until it is unlocked", async () => {
		const order = await confirmed();
		await order.lock();
		const ship = () =>
			orders.ship(shop, { id: order.order_id, carrier: "Nationex" }, logistics).catch((err) => err);
		expect(wrongState.is(await ship())).toBe(true);
		await order.unlock();
		expect(await order.status()).toBe("CONFIRMED");
		expect(await ship()).toMatchObject({ status: "SHIPPED" });
		expect(wrongState.is(await order.close())).toBe(true);
	});
	test("tells which orders stand: those that were confirmed, and are not cancelled", async () => {
		const [pending, standing, locked] = [aSaga(), await confirmed(), await confirmed()];
		await pending.create();
		await locked.lock();
		const ids = () => [pending, standing, locked].map(({ order_id }) => order_id);
		const before = await orders.standing(shop, { order_ids: ids() }, saga);
		expect(before.order_ids).toEqual([standing.order_id, locked.order_id]);
		await locked.close();
		const after = await orders.standing(shop, { order_ids: ids() }, saga);
		expect(after.order_ids).toEqual([standing.order_id]);
	});
});

describe("what a caller sees and does", () => {
	test("ORD-03 a customer sees its own orders and shipments, and no other's", async () => {
		const theirs = aSaga();
		await theirs.create({ customer_id: "2" });
		const me = as("customer", { customer_id: "1" });
		await expect(theirs.get(me)).rejects.toMatchObject({ type: "ORDER_NOT_FOUND" });
		await expect(orders.history(shop, { id: theirs.order_id }, me)).rejects.toMatchObject({
			type: "ORDER_NOT_FOUND",
		});
		const mine = await orders.list(shop, { customer_id: "2" }, me);
		expect(new Set(mine.items.map(({ customer_id }) => customer_id))).toEqual(new Set(["1"]));
		const err = await orders.ofCustomer(shop, { customer_id: "2" }, me).catch((e) => e);
		expect(customerNotFound.is(err)).toBe(true);
		const { items } = await orders.ofCustomer(shop, { customer_id: "2" }, as("head_office"));
		expect(items.map(({ id }) => id)).toEqual([theirs.order_id]);
		expect(await orders.shipments(shop, {}, me)).toMatchObject({
			items: expect.not.arrayContaining([expect.objectContaining({ order_id: "456" })]),
		});
	});
	test("ORD-03 pages hold every order once, the latest first", async () => {
		const seen: string[] = [];
		let cursor: string | undefined;
		do {
			const page = await orders.list(shop, { limit: 3, ...(cursor && { cursor }) }, logistics);
			seen.push(...page.items.map(({ placed_at, id }) => `${placed_at} ${id}`));
			cursor = page.next_cursor;
		} while (cursor);
		expect(new Set(seen).size).toBe(seen.length);
		const days = seen.map((one) => one.slice(0, 23));
		expect(days).toEqual([...days].sort().reverse());
		expect(seen.at(-1)).toContain("456");
	});
	test("ORD-04 ORD-08 an order is shipped with a carrier and a number, then delivered", async () => {
		const order = aSaga();
		await order.create();
		await order.confirm();
		const { order_id: id } = order;
		const parcel = { carrier: "Purolator", tracking_no: "PUR1" };
		const shipment = await orders.ship(shop, { id, ...parcel }, logistics);
		expect(shipment).toMatchObject({ order_id: id, status: "SHIPPED", ...parcel });
		expect(await orders.deliver(shop, { id }, logistics)).toMatchObject({
			id: shipment.id,
			status: "DELIVERED",
		});
		expect(await order.status()).toBe("DELIVERED");
		const mine = as("customer", { customer_id: "1" });
		const { items } = await orders.shipments(shop, { order_id: id }, mine);
		expect(items).toMatchObject([parcel]);
		await expect(orders.deliver(shop, { id }, logistics)).rejects.toMatchObject({ code: 409 });
	});
	test("ORD-04 a manager ships what leaves from its store, and nothing else", async () => {
		const order = aSaga();
		await order.create({ lines: [{ location_id: "2", product_id: "1", quantity: 1 }] });
		await order.confirm({ amount_cents: 2_874 });
		const ship = (location_id: string) =>
			orders
				.ship(shop, { id: order.order_id, carrier: "Auto" }, as("store_manager", { location_id }))
				.catch((err) => err);
		expect(orderNotFound.is(await ship("1"))).toBe(true);
		expect(await ship("2")).toMatchObject({ status: "SHIPPED" });
	});
});

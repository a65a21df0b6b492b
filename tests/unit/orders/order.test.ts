import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { TAX_RATES } from "../../../config/tax.ts";
import { next, place, STANDING, seen, shippedBy } from "../../../services/orders/order.ts";
import {
	type Draft,
	type Order,
	OrderStatus,
	orderNotFound,
	provinceNotServed,
	totalChanged,
} from "../../../services/orders/orders.contract.ts";

const price = (product_id: string, unit_price_cents: number, tax_class = "STANDARD") => ({
	product_id,
	name_fr: `fr ${product_id}`,
	name_en: `en ${product_id}`,
	unit_price_cents,
	tax_class,
});
const draft = (over: Partial<Draft> = {}): Draft => ({
	order_id: "ord_01JABCDEFGHJKMNPQRSTVWXYZ0",
	customer_id: "1",
	payment_method: "credit_card",
	lines: [{ location_id: "online", product_id: "1", quantity: 1 }],
	...over,
});
const placed = (prices: ReturnType<typeof price>[], over: Partial<Draft> = {}, more = {}) =>
	place(draft(over), {
		prices,
		locale: "fr",
		at: new Date("2026-03-01T14:05:00.000Z"),
		rates: TAX_RATES,
		...more,
	});
const lines = (...all: [product_id: string, quantity: number][]) =>
	all.map(([product_id, quantity]) => ({ location_id: "online", product_id, quantity }));

describe("placing an order", () => {
	test.each([
		["STANDARD", 13_915, 15_999],
		["BOOK_ISBN", 9_523, 9_999],
		["STANDARD", 4_000, 4_599],
		["BASIC_GROCERY", 699, 699],
	])("a %s of %i comes to %i", (tax_class, cents, total_cents) => {
		expect(placed([price("1", cents, tax_class)]).total_cents).toBe(total_cents);
	});
	test("SAG-19 products 1×2 and 5×1 come to 17246, to the cent on each line", () => {
		const order = placed([price("1", 2_500), price("5", 10_000)], {
			lines: lines(["1", 2], ["5", 1]),
		});
		expect(order).toMatchObject({ subtotal_cents: 15_000, gst_cents: 750, qst_cents: 1_496 });
		expect(order.lines).toMatchObject([
			{ line: 1, net_cents: 5_000, gst_cents: 250, qst_cents: 499 },
			{ line: 2, net_cents: 10_000, gst_cents: 500, qst_cents: 997 },
		]);
	});
	test("its lines always sum to its total", () => {
		const line = fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 50 }));
		const property = fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (all) => {
			const prices = all.map(([cents], index) => price(String(index), cents));
			const bought = lines(
				...all.map(([, count], index) => [String(index), count] as [string, number]),
			);
			const order = placed(prices, { lines: bought });
			const sum = order.lines.reduce(
				(total, { net_cents, gst_cents, qst_cents }) => total + net_cents + gst_cents + qst_cents,
				0,
			);
			return sum === order.total_cents;
		});
		fc.assert(property);
	});
	test("a day's rates are those of Toronto's day, not of Greenwich's", () => {
		const snack = [price("1", 1_000, "SNACK_QST_ZERO")];
		const on = (at: string) => placed(snack, {}, { at: new Date(at) }).qst_cents;
		expect(on("2026-07-15T03:59:59.000Z")).toBe(100);
		expect(on("2026-07-15T04:00:00.000Z")).toBe(0);
	});
	test("describes what was bought in the buyer's language", () => {
		expect(placed([price("1", 1)]).lines[0]?.description).toBe("fr 1");
		expect(placed([price("1", 1)], {}, { locale: "en" }).lines[0]?.description).toBe("en 1");
	});
	test("refuses another total than the one that was shown", () => {
		expect(placed([price("1", 4_000)], { expected_total_cents: 4_599 }).total_cents).toBe(4_599);
		for (const expected_total_cents of [0, 4_598, 4_600])
			expect(() => placed([price("1", 4_000)], { expected_total_cents })).toThrow(totalChanged());
	});
	test("ORD-07 delivers in Québec: a text is there, another province is not served", () => {
		const to = (province: string) => ({ line1: "1", city: "X", province, postal_code: "H1A 1A1" });
		expect(placed([price("1", 1)], { shipping_address: "123 Main St" }).province).toBe("QC");
		expect(placed([price("1", 1)], { shipping_address: to("QC") }).province).toBe("QC");
		expect(() => placed([price("1", 1)], { shipping_address: to("ON") })).toThrow(
			provinceNotServed(),
		);
		const billed = placed([price("1", 1)], { billing_address: to("ON") });
		expect(billed.province).toBe("QC");
	});
	test("its number is the end of its id, which people can read out", () => {
		expect(placed([price("1", 1)])).toMatchObject({ order_no: "STVWXYZ0".slice(-8), version: 1 });
	});
});

describe("an order's life", () => {
	test("only goes where the table says", () => {
		const ways = Object.entries(next).flatMap(([from, all]) => all.map((to) => `${from} ${to}`));
		expect(ways.sort()).toEqual([
			"CANCEL_PENDING CANCELLED",
			"CANCEL_PENDING CONFIRMED",
			"CONFIRMED CANCEL_PENDING",
			"CONFIRMED SHIPPED",
			"DELIVERED COMPLETED",
			"PENDING CANCELLED",
			"PENDING CONFIRMED",
			"SHIPPED DELIVERED",
		]);
	});
	test("stands from its confirmation until it is cancelled", () => {
		const { enum: states } = OrderStatus as unknown as { enum: Order["status"][] };
		expect(states.filter((state) => !STANDING.includes(state))).toEqual(["PENDING", "CANCELLED"]);
	});
});

describe("who sees an order", () => {
	const order = placed([price("1", 1)], {
		lines: [{ location_id: "2", product_id: "1", quantity: 1 }],
	});
	test("ORD-03 its customer and the staff; to another customer it does not exist", () => {
		const by = (customer_id: string) => ({
			actor: "usr_1",
			role: "customer" as const,
			customer_id,
		});
		expect(seen(by("1"), order, order.id)).toBe(order);
		expect(() => seen(by("2"), order, order.id)).toThrow(orderNotFound({ id: order.id }));
		expect(() => seen({ actor: "usr_1", role: "customer" }, order, order.id)).toThrow();
		expect(seen({ actor: "usr_1", role: "auditor" }, order, order.id)).toBe(order);
	});
	test("ORD-04 it is shipped from where its lines leave, or by logistics", () => {
		const of = (location_id: string) =>
			({ actor: "usr_1", role: "store_manager", location_id }) as const;
		expect(shippedBy(of("2"), order, order.id)).toBe(order);
		expect(() => shippedBy(of("1"), order, order.id)).toThrow();
		expect(shippedBy({ actor: "usr_1", role: "logistics" }, order, order.id)).toBe(order);
	});
});

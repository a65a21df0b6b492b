import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { TAX_RATES } from "../../../config/tax.ts";
import {
	added,
	replaced,
	repriced,
	resized,
	totalled,
	type Wish,
	without,
} from "../../../services/carts/basket.ts";
import { moved, opened } from "../../../services/carts/cart.ts";
import { type CartItem, cartFull, itemNotFound } from "../../../services/carts/carts.contract.ts";
import { orderOf } from "../../../services/carts/purchase.ts";
import { factsOf, storyOf } from "../../../services/carts/story.ts";

const NOW = Date.parse("2026-03-02T15:00:00.000Z");
const today = { now: NOW, rates: TAX_RATES };
const head = opened({ session_id: "secret" }, {}, NOW);
const wish = (product_id: string, over: Partial<Wish> = {}): Wish => ({
	product_id,
	location_id: "online",
	quantity: 1,
	unit_price_cents: 13_915,
	name: "Cafetière",
	tax_class: "STANDARD",
	...over,
});
const fill = (...wishes: Wish[]) =>
	wishes.reduce<CartItem[]>((items, one) => added(items, one, head.id), []);
const thrownBy = (work: () => unknown): unknown => {
	try {
		return void work();
	} catch (err) {
		return err;
	}
};

describe("items", () => {
	test("CRT-02 the same product from the same place is added up, at the price of today", () => {
		const items = fill(wish("8"), wish("8", { quantity: 2, unit_price_cents: 100 }));
		expect(items).toMatchObject([{ product_id: "8", quantity: 3, unit_price_cents: 100 }]);
	});

	test("CRT-02 from another place it is another item", () => {
		expect(fill(wish("8"), wish("8", { location_id: "1" }))).toHaveLength(2);
	});

	test("CRT-02 an item is changed and removed by its id; one that is not there is not found", () => {
		const [first, second] = fill(wish("8"), wish("9"));
		const items = [first!, second!];
		expect(resized(items, first!.id, 4).map(({ quantity }) => quantity)).toEqual([4, 1]);
		expect(without(items, first!.id)).toEqual([second]);
		expect(itemNotFound.is(thrownBy(() => resized(items, "itm_x", 4)))).toBe(true);
		expect(itemNotFound.is(thrownBy(() => without(items, "itm_x")))).toBe(true);
	});

	test("CRT-06 what replaces a cart is added up, and what was there stays the same item", () => {
		const before = fill(wish("8"), wish("9"));
		const after = replaced(before, [wish("8"), wish("1"), wish("8", { quantity: 4 })], head.id);
		expect(after.map(({ product_id, quantity }) => [product_id, quantity])).toEqual([
			["8", 5],
			["1", 1],
		]);
		expect(after[0]!.id).toBe(before[0]!.id);
	});

	test.each([
		["10 001 units", [wish("1", { quantity: 10_001 })]],
		["10 000 units and one more", [wish("1", { quantity: 10_000 }), wish("1")]],
		["101 lines", Array.from({ length: 101 }, (_, at) => wish(`p${at}`))],
		["more than a million dollars", [wish("1", { quantity: 2, unit_price_cents: 50_000_001 })]],
	])("CRT-02 a cart does not hold %s", (_, wishes) => {
		expect(cartFull.is(thrownBy(() => fill(...wishes)))).toBe(true);
	});

	test("CRT-02 whatever is added, in whatever order: one item a shelf, and no unit lost", () => {
		const some = fc.record({
			product: fc.constantFrom("1", "2", "3"),
			location_id: fc.constantFrom("online", "1"),
			quantity: fc.integer({ min: 1, max: 50 }),
		});
		fc.assert(
			fc.property(fc.array(some, { maxLength: 30 }), (wanted) => {
				const items = fill(
					...wanted.map(({ product, ...over }) => wish(product, { ...over, unit_price_cents: 7 })),
				);
				const shelves = items.map(({ product_id, location_id }) => `${product_id}/${location_id}`);
				expect(new Set(shelves).size).toBe(shelves.length);
				const units = (all: { quantity: number }[]) =>
					all.reduce((sum, { quantity }) => sum + quantity, 0);
				expect(units(items)).toBe(units(wanted));
			}),
		);
	});
});

describe("totals", () => {
	test("CRT-05 the demo's coffee maker is 159.99 with taxes", () => {
		expect(totalled(head, fill(wish("8")), today)).toMatchObject({
			subtotal_cents: 13_915,
			discount_cents: 0,
			gst_cents: 696,
			qst_cents: 1_388,
			total_cents: 15_999,
			currency: "CAD",
		});
	});

	test("CRT-05 taxes are of the cart, not of its lines: ten erasers bear them", () => {
		const erasers = Array.from({ length: 10 }, (_, at) => wish(`e${at}`, { unit_price_cents: 5 }));
		const cart = totalled(head, fill(...erasers), today);
		expect(cart).toMatchObject({ gst_cents: 3, qst_cents: 5, total_cents: 58 });
		expect(cart.items.map(({ qst_cents }) => qst_cents)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
	});

	test("CRT-03 an empty cart costs nothing", () => {
		const zero = { subtotal_cents: 0, discount_cents: 0, gst_cents: 0, qst_cents: 0 };
		expect(totalled(head, [], today)).toMatchObject({ ...zero, total_cents: 0, items: [] });
	});

	test("CRT-05 taxed by the day in Toronto while active, then by the day of its checkout", () => {
		const before = Date.parse("2026-07-15T03:59:00.000Z"); // 23:59 on the 14th
		const after = before + 120_000;
		const snack = fill(wish("30", { tax_class: "SNACK_QST_ZERO", unit_price_cents: 1_000 }));
		const at = (now: number) => ({ now, rates: TAX_RATES });
		expect(totalled(head, snack, at(before)).qst_cents).toBe(100);
		expect(totalled(head, snack, at(after)).qst_cents).toBe(0);
		const out = moved(head, "CHECKING_OUT", before);
		expect(totalled(out, snack, at(after)).qst_cents).toBe(100);
	});

	test("CRT-03 what the catalogue does not say stays as it was", () => {
		const items = fill(wish("8"), wish("9"));
		const price = { unit_price_cents: 1, name: "Neuf", tax_class: "STANDARD" as const };
		expect(repriced(items, new Map([["9", price]]))).toMatchObject([
			{ unit_price_cents: 13_915 },
			{ unit_price_cents: 1, name: "Neuf" },
		]);
	});
});

describe("what is told", () => {
	test("CRT-09 each item that came, changed or went is a fact of its own", () => {
		const before = fill(wish("8"), wish("9"));
		const after = added(
			resized(without(before, before[1]!.id), before[0]!.id, 2),
			wish("1"),
			head.id,
		);
		const facts = factsOf(totalled(head, after, today), before, after);
		expect(facts.map(({ event }) => event)).toEqual([
			"carts.item_removed",
			"carts.item_updated",
			"carts.item_added",
		]);
		expect(new Set(facts.map(({ key }) => key))).toEqual(new Set([`cart:${head.id}`]));
	});

	test("AUT-26 the session is told to nobody", () => {
		const items = fill(wish("8"));
		const cart = totalled(head, items, today);
		expect(JSON.stringify([storyOf(cart), factsOf(cart, [], items)])).not.toContain("secret");
		expect(JSON.stringify(orderOf(cart, {}, { actor: "a", role: "customer" }))).not.toContain(
			"secret",
		);
	});

	test("CRT-08 an order is of the cart's items, at the total shown, for who the cart is of", () => {
		const cart = totalled(head, fill(wish("8", { location_id: "1" })), today);
		const scope = { actor: "usr_1", role: "customer" as const, customer_id: "1" };
		const order = orderOf(cart, { payment_info: { card: "4242424242424242" } }, scope);
		expect(order).toEqual({
			cart_id: head.id,
			customer_id: "1",
			products: [{ product_id: "8", quantity: 1, location: "1" }],
			payment_info: { card: "4242424242424242", expected_total_cents: 15_999 },
		});
		const wanted = { payment_info: { expected_total_cents: 1 } };
		expect(orderOf(cart, wanted, scope).payment_info).toEqual({ expected_total_cents: 1 });
	});
});

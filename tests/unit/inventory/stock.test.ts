import { describe, expect, test } from "@jest/globals";
import { openings } from "../../../config/demo/inventory.ts";
import { explain } from "../../../lib/refusal.ts";
import { forbidden, type Scope } from "../../../lib/scope.ts";
import { entriesOf, expiryOf } from "../../../services/inventory/hold.ts";
import { type Level, outOfStock } from "../../../services/inventory/inventory.contract.ts";
import { refuseForeign, viewOf } from "../../../services/inventory/reach.ts";
import {
	adjustment,
	alertOf,
	byShelf,
	crossing,
	limitsOf,
	setting,
} from "../../../services/inventory/stock.ts";

const tea = (over: Partial<Level> = {}): Level => ({
	location_id: "1",
	product_id: "tea",
	on_hand: 20,
	reserved: 0,
	min_qty: 5,
	max_qty: 60,
	reorder_qty: 20,
	version: 1,
	...over,
});
const line = (product_id: string, quantity: number) => ({
	location_id: "1",
	product_id,
	quantity,
});

test("INV-22 the refusal is said with the available quantity", () => {
	const data = { available: 0 };
	expect(explain(outOfStock.entry, data, "fr")).toBe("Stock insuffisant (0 disponibles).");
	expect(explain(outOfStock.entry, data, "en")).toBe("Not enough stock (0 available).");
	expect(outOfStock.entry.title?.fr).toBe("Stock insuffisant");
});

test("U-01 equal lines are added up, and shelves are taken in one order", () => {
	expect(byShelf([line("tea", 1), line("cup", 2), line("tea", 3)])).toEqual([
		line("cup", 2),
		line("tea", 4),
	]);
});

describe("U-26 an alert", () => {
	test.each([
		[0, "out"],
		[1, "low"],
		[4, "low"],
		[5, undefined],
		[60, undefined],
		[61, "over"],
	])("of %i units is %p", (on_hand, kind) => {
		expect(alertOf(tea({ on_hand }))).toBe(kind);
	});
	test("is none without limits, as long as there is something", () => {
		const { max_qty: _, ...endless } = tea({ on_hand: 1_000_000, min_qty: 0 });
		expect(alertOf(endless)).toBeUndefined();
	});
	test.each([
		[20, 19, {}],
		[5, 4, { raised: "low" }],
		[4, 3, {}],
		[1, 0, { raised: "out", resolved: "low" }],
		[0, 2, { raised: "low", resolved: "out" }],
		[0, 5, { resolved: "out" }],
		[60, 61, { raised: "over" }],
		[90, 61, {}],
		[61, 60, { resolved: "over" }],
		[90, 0, { raised: "out", resolved: "over" }],
	])("INV-06 from %i to %i units makes %j", (from, to, alerts) => {
		const change = { before: tea({ on_hand: from }), after: tea({ on_hand: to }) };
		expect(crossing(change)).toEqual(alerts);
	});
});

describe("an adjustment", () => {
	const why = { reason: "broken", id: "adj_1" };
	test("enters the ledger with its reason", () => {
		expect(adjustment(tea(), -2, { ...why, type: "damage" })).toEqual({
			location_id: "1",
			product_id: "tea",
			on_hand_delta: -2,
			reserved_delta: 0,
			type: "damage",
			reason: "broken",
			ref_type: "adjustment",
			ref_id: "adj_1",
		});
	});
	test.each([
		["nothing", 0, undefined],
		["a receipt that takes away", -1, "receipt"],
		["damage that adds", 1, "damage"],
		["a loss that adds", 1, "loss"],
		["more than anyone counts", 1_000_000_000, undefined],
	] as const)("refuses %s", (_, delta, type) => {
		expect(() => adjustment(tea(), delta, { ...why, type })).toThrow("malformed");
	});
	test("to what the level is already is none", () => {
		expect(setting(tea(), 20, why)).toBeUndefined();
		expect(setting(tea(), 0, why)).toMatchObject({ on_hand_delta: -20 });
	});
});

test("INV-21 a maximum is not below its minimum", () => {
	expect(() => limitsOf({ min_qty: 5, max_qty: 4 })).toThrow("malformed");
	expect(limitsOf({ min_qty: 5, max_qty: 5 })).toEqual({ min_qty: 5, max_qty: 5, reorder_qty: 0 });
	expect(limitsOf({ min_qty: 5 })).toEqual({ min_qty: 5, reorder_qty: 0 });
});

describe("a hold", () => {
	test.each(["reserve", "release", "sale", "restore"] as const)("%s: units are kept", (type) => {
		const hold = { owner_type: "saga" as const, owner_id: "ord_1", lines: [line("tea", 2)] };
		const ways = { reserve: [-2, 2], release: [2, -2], sale: [0, -2], restore: [2, 0] };
		const [on_hand_delta, reserved_delta] = ways[type];
		expect(entriesOf(type, hold)).toMatchObject([{ on_hand_delta, reserved_delta, type }]);
	});
	test.each([
		["saga", false, undefined],
		["transfer", false, undefined],
		["sale", true, undefined],
		["sale", false, "1970-01-01T00:15:00.000Z"],
		["cart", false, "1970-01-01T00:15:00.000Z"],
	] as const)("of a %s (in a saga: %p) ends at %p", (owner_type, inSaga, at) => {
		expect(expiryOf(owner_type, { inSaga, now: 0 })).toBe(at);
	});
});

describe("AUT-20 a store", () => {
	const manager: Scope = { actor: "gerant_1", role: "store_manager", location_id: "1" };
	const missing = new Error("not found");
	test("sees itself and the logistics centre, and asks for one of them", () => {
		expect(viewOf(manager, {}).locations).toEqual(["1", "logistics"]);
		expect(viewOf(manager, { location_id: "1" }).locations).toEqual(["1"]);
	});
	test("changes only itself", () => {
		expect(() => refuseForeign(manager, "1", missing)).not.toThrow();
		expect(() => refuseForeign(manager, "2", missing)).toThrow(missing);
		const attempt = () => refuseForeign(manager, "logistics", missing);
		expect(attempt).toThrow(expect.objectContaining({ type: forbidden.code }));
	});
	test("a cashier without a location sees no store", () => {
		expect(viewOf({ actor: "x", role: "cashier" }, {}).locations).toEqual(["", "logistics"]);
	});
	test("a supplier sees its own products, wherever they are", () => {
		const supplier: Scope = { actor: "s", role: "supplier", supplier_id: "1" };
		expect(viewOf(supplier, {}, ["2"])).toEqual({ locations: undefined, products: ["2"] });
		expect(viewOf(supplier, { product: "2" }, ["2"]).products).toEqual(["2"]);
		expect(viewOf(supplier, { product: "9" }, ["2"]).products).toEqual([]);
	});
});

test("CAT-13 the demo fills the shelves as the domain says", () => {
	const at = (location: string, product: string) =>
		openings.find(
			({ location_id, product_id }) => location_id === location && product_id === product,
		);
	expect(openings).toHaveLength(64 * 7);
	expect(at("1", "2")).toMatchObject({ on_hand: 0, min_qty: 5, max_qty: 60, reorder_qty: 20 });
	expect(at("3", "33")?.on_hand).toBe(3);
	expect(at("5", "49")?.on_hand).toBe(90);
	expect(at("2", "7")?.on_hand).toBe(20 + ((7 * 7 + 3 * 2) % 30));
	expect(at("online", "8")).toMatchObject({ on_hand: 100, min_qty: 10, max_qty: 150 });
	expect(at("logistics", "product_123")).toMatchObject({ on_hand: 500, reorder_qty: 200 });
	expect(openings.some(({ product_id }) => product_id === "64")).toBe(false);
});

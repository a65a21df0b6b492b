import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { forbidden } from "../../lib/scope.ts";
import { versionConflict } from "../../lib/version.ts";
import { productNotFound } from "../../services/catalog/catalog.contract.ts";
import { inventory, outOfStock } from "../../services/inventory/inventory.contract.ts";
import { locationNotFound, unknownLocation } from "../../services/stores/stores.contract.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { warehouse } from "../support/inventory.ts";

const { shop, rows, stocked, level } = warehouse();
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const head = as("head_office");
const manager = as("store_manager", { location_id: "1" });
const cashier = as("cashier", { location_id: "1" });
const supplier = as("supplier", { supplier_id: "1" });
const reason = "counted";
const adjust = (params: object, options = head) =>
	inventory.adjust(shop, { location: "online", reason, ...params } as never, options);

describe("reading stock", () => {
	test("INV-02 INV-13 pages through levels, each shelf once", async () => {
		const seen: string[] = [];
		let cursor: string | undefined;
		do {
			const page = await inventory.list(shop, { limit: 150, ...(cursor && { cursor }) }, head);
			seen.push(...page.items.map(({ id }) => id));
			cursor = page.next_cursor;
		} while (cursor);
		const [count] = await rows<{ n: number }>("select count(*) as n from stock_level");
		expect(seen).toHaveLength(count!.n);
		expect(new Set(seen).size).toBe(count!.n);
	});

	test("INV-03 INV-15 one level per product and location: store, logistics centre, shop", async () => {
		const { levels, quantity } = await inventory.get(shop, { product_id: "1" }, head);
		expect(levels.map(({ id }) => id)).toEqual([
			...["1:1", "2:1", "3:1", "4:1", "5:1", "logistics:1", "online:1"],
		]);
		expect(levels.at(-1)).toEqual({
			...{ id: "online:1", location_id: "online", product_id: "1", quantity: 100, on_hand: 100 },
			...{ reserved: 0, min_qty: 10, max_qty: 150, reorder_qty: 50, version: 1 },
		});
		expect(quantity).toBe(levels.reduce((sum, { on_hand }) => sum + on_hand, 0));
	});

	test("INV-13 filters by location (id or alias), product, and what is below its minimum", async () => {
		const at = await inventory.list(shop, { location: "Magasin 1", product: "2" }, head);
		expect(at.items).toMatchObject([{ id: "1:2", quantity: 0 }]);
		const low = await inventory.list(shop, { location: "3", below_min: true }, head);
		expect(low.items.map(({ id }) => id)).toEqual(["3:33"]);
	});

	test("a product that was never stocked has none", async () => {
		expect(await inventory.get(shop, { product_id: "64" }, head)).toEqual({
			...{ product_id: "64", quantity: 0, reserved: 0, levels: [] },
		});
	});

	test("INV-07 INV-16 a store reads the logistics centre's level", async () => {
		const { items } = await inventory.listLogisticsCentre(shop, { product: "7" }, cashier);
		expect(items).toMatchObject([{ id: "logistics:7", quantity: 500 }]);
	});

	test("AUT-20 a store sees its own stock and the logistics centre's, nothing else", async () => {
		const { items } = await inventory.list(shop, { limit: 200 }, cashier);
		expect(new Set(items.map(({ location_id }) => location_id))).toEqual(
			new Set(["1", "logistics"]),
		);
		const { levels } = await inventory.get(shop, { product_id: "1" }, manager);
		expect(levels.map(({ id }) => id)).toEqual(["1:1", "logistics:1"]);
		for (const location of ["3", "online"]) {
			const err = await failure(inventory.list(shop, { location }, manager));
			expect(locationNotFound.is(err)).toBe(true);
		}
	});

	test("INV-17 a supplier sees its own products, and no other", async () => {
		const { items } = await inventory.list(shop, { limit: 200 }, supplier);
		expect(new Set(items.map(({ product_id }) => product_id))).toEqual(
			new Set([...["1", "2", "3", "4", "5", "6", "7", "8", "product_123"]]),
		);
		expect((await inventory.list(shop, { product: "9" }, supplier)).items).toEqual([]);
		for (const action of [inventory.get, inventory.movements]) {
			const err = await failure(action(shop, { product_id: "9" }, supplier));
			expect(productNotFound.is(err)).toBe(true);
		}
		const nobodys = as("supplier");
		expect((await inventory.list(shop, {}, nobodys)).items).toEqual([]);
	});

	test.each(["x", "bnVsbA", "W3siJGd0IjoxfV0", "W10", "WzEsMl0"])(
		"the cursor %p is none of ours",
		async (cursor) => {
			const { list, movements, alerts } = inventory;
			for (const call of [
				list(shop, { cursor }, head),
				movements(shop, { product_id: "1", cursor }, head),
				alerts(shop, { cursor }, head),
			])
				expect(await failure(call)).toMatchObject({ code: 422, data: [{ field: "cursor" }] });
		},
	);

	test.each(["guest", "customer", "auditor"] as const)("%s reads no stock", async (role) => {
		expect(forbidden.is(await failure(inventory.list(shop, {}, as(role))))).toBe(true);
	});
});

describe("changing stock", () => {
	test("INV-11 units are added with a reason, and the ledger says who did it", async () => {
		const product_id = await stocked(2);
		const added = await adjust({ product_id, delta: 5, type: "receipt" });
		expect(added).toMatchObject({ quantity: 7, on_hand: 7 });
		const { items } = await inventory.movements(shop, { product_id, limit: 1 }, head);
		expect(items).toMatchObject([
			{ type: "receipt", on_hand_delta: 5, reason, actor_id: "test_head_office", line: 1 },
		]);
	});

	test("INV-11 an adjustment that is sent again is made once, and its key serves one body", async () => {
		const product_id = await stocked(2);
		const send = (delta: number, idempotency_hash: string) =>
			adjust(
				{ product_id, delta },
				as("head_office", {}, { idempotency_key: `adjust ${product_id}`, idempotency_hash }),
			);
		const first = await send(5, "one");
		expect(await send(5, "one")).toEqual(first);
		expect(await failure(send(6, "other"))).toMatchObject({ code: 409 });
		expect(await level(product_id)).toMatchObject({ on_hand: 7 });
	});

	test("AUD-07 what changes stock says who did it, and in which call", async () => {
		const product_id = await stocked(2);
		const all = await rows<{ headers: string }>("select headers from outbox where key = $key", {
			key: `stock:online:${product_id}`,
		});
		expect(all.length).toBeGreaterThan(0);
		for (const { headers } of all)
			expect(JSON.parse(headers)).toMatchObject({
				...{ actor: "test_head_office", actor_role: "head_office" },
				correlation_id: expect.any(String),
			});
	});

	test("INV-11 a store's manager changes its own store, reads the centre, finds no other", async () => {
		const product_id = await stocked(2, "1");
		const at = (location: string) => adjust({ product_id, location, delta: 1 }, manager);
		expect(await at("Magasin 1")).toMatchObject({ quantity: 3 });
		expect(forbidden.is(await failure(at("logistics")))).toBe(true);
		expect(locationNotFound.is(await failure(at("3")))).toBe(true);
		expect(forbidden.is(await failure(adjust({ product_id, delta: 1 }, cashier)))).toBe(true);
	});

	test("INV-14 a level is set, and its ledger has the difference", async () => {
		const product_id = await stocked(9);
		const params = { product_id, location: "online", quantity: 4, reason };
		expect(await inventory.setLevel(shop, params, head)).toMatchObject({ quantity: 4, version: 3 });
		expect(await inventory.setLevel(shop, params, head)).toMatchObject({ quantity: 4, version: 3 });
		const { items } = await inventory.movements(shop, { product_id }, head);
		expect(items.map(({ on_hand_delta }) => on_hand_delta)).toEqual([-5, 9]);
	});

	test("INV-14 a level that was decided on an older version is not set", async () => {
		const product_id = await stocked(9);
		const params = { product_id, location: "online", quantity: 4, reason };
		const expecting = (version: number) => as("head_office", {}, { if_match: `"${version}"` });
		expect(versionConflict.is(await failure(inventory.setLevel(shop, params, expecting(7))))).toBe(
			true,
		);
		expect(await inventory.setLevel(shop, params, expecting(2))).toMatchObject({ quantity: 4 });
	});

	test("D12 what is not there is not taken away", async () => {
		const product_id = await stocked(2);
		const err = await failure(adjust({ product_id, delta: -3 }));
		expect(err).toMatchObject({ code: 409, data: { available: 2, wanted: 3 } });
		expect(outOfStock.is(err)).toBe(true);
		expect(await level(product_id)).toMatchObject({ on_hand: 2 });
	});

	test.each([
		["nothing", { delta: 0 }],
		["a fraction", { delta: 1.5 }],
		["a text", { delta: "1" }],
		["too many", { delta: 1e9 }],
		["a receipt that takes away", { delta: -1, type: "receipt" }],
		["a sale by hand", { delta: -1, type: "sale" }],
		["no reason", { delta: 1, reason: " " }],
		["a misspelt field", { delta: 1, resaon: "x" }],
		["a place that is none", { delta: 1, location: "Magasin 99" }],
		["a product that is none", { delta: 1, product_id: "99999" }],
	])("an adjustment by %s is refused with 422, and changes nothing", async (_, fault) => {
		const before = await rows("select count(*) as n from stock_movement");
		expect(await failure(adjust({ product_id: "1", ...fault }))).toMatchObject({ code: 422 });
		expect(await rows("select count(*) as n from stock_movement")).toEqual(before);
	});

	test.each([-1, 0.5, 1_000_000_001, "5"])("a level is not set to %p", async (quantity) => {
		const params = { product_id: "1", location: "online", quantity, reason } as never;
		expect(await failure(inventory.setLevel(shop, params, head))).toMatchObject({ code: 422 });
	});

	test("a level of an unknown product, or at an unknown place, is not set", async () => {
		const set = (over: object) =>
			inventory.setLevel(
				shop,
				{ product_id: "1", location: "online", quantity: 1, reason, ...over },
				head,
			);
		const unknown = await failure(set({ product_id: "99999" }));
		expect(productNotFound.is(unknown) && unknown.code).toBe(404);
		const nowhere = await failure(set({ location: "Magasin 99" }));
		expect(unknownLocation.is(nowhere) && nowhere.code).toBe(422);
	});
});

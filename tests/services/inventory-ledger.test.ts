import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isRefusal } from "../../lib/refusal.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { warehouse } from "../support/inventory.ts";

const { shop, db, rows, stocked, level, confirmed: confirm } = warehouse();
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const head = as("head_office");
const location_id = "online";
const reconcile = () => inventory.reconcile(shop, {}, as("admin"));
/** Around the code: what the database itself refuses. */
const script = (sql: string) => failure(db().write((tx) => tx.script(sql)));

describe("INV-04 the ledger is append-only: the database refuses", () => {
	test.each([
		["to change a movement", "update stock_movement set on_hand_delta = 9 where line = 1"],
		["to remove one", "delete from stock_movement where product_id = '1'"],
	])("%s", async (_, sql) => {
		const before = await rows("select * from stock_movement where product_id = '1'");
		expect((await script(sql)).message).toContain("append-only");
		expect(await rows("select * from stock_movement where product_id = '1'")).toEqual(before);
	});
});

describe("INV-21 D12 the database itself refuses", () => {
	const set = (what: string) =>
		`update stock_level set ${what} where location_id = 'online' and product_id = '1'`;
	const hold = (owner: string, quantity: number, more: string) =>
		`insert into reservation (id, owner_type, owner_id, location_id, product_id, quantity, status, expires_at)
		values ('res_${owner}${quantity}', ${more.split("|")[0]}, '${owner}', '1', '1', ${quantity}, ${more.split("|")[1]})`;
	const alert = (id: string, status: string) =>
		`insert into stock_alert values ('${id}', '1', '2', 'out', 0, 0, '${status}', '2025-01-01')`;
	test.each([
		["a level below zero", set("on_hand = -1")],
		["less than nothing held", set("reserved = -1")],
		["a minimum above the maximum", set("min_qty = 151")],
		["a minimum below zero", set("min_qty = -1")],
		["a hold of nothing", hold("a", 0, "'saga'|'HELD', null")],
		["a hold of a saga that expires", hold("b", 1, "'saga'|'HELD', '2025-01-01'")],
		["a hold of a transfer that expires", hold("c", 1, "'transfer'|'HELD', '2025-01-01'")],
		["a state that is none", hold("d", 1, "'cart'|'LOST', null")],
		["a second open alert", alert("alr_second", "OPEN")],
	])("%s", async (_, sql) => {
		expect(await script(sql)).toBeDefined();
	});
	test("and takes the same once it is right", async () => {
		expect(await script(hold("e", 1, "'cart'|'EXPIRED', '2025-01-01'"))).toBeUndefined();
		expect(await script(hold("e", 1, "'cart'|'EXPIRED', '2025-01-01'"))).toBeDefined(); // once
		expect(await script(alert("alr_old", "RESOLVED"))).toBeUndefined();
	});
});

describe("reconcile", () => {
	test("U-02 D10 finds no drift in what the code has written", async () => {
		expect(await reconcile()).toMatchObject({ drift: 0, differences: [], ownerless: [] });
		expect((await reconcile()).checked).toBeGreaterThanOrEqual(64 * 7);
	});

	test("U-02 finds a level that is not the sum of its movements, and a hold that nobody has", async () => {
		const product_id = await stocked(5);
		await script(
			`update stock_level set on_hand = 7, reserved = 1 where product_id = '${product_id}'`,
		);
		expect(await reconcile()).toMatchObject({
			drift: 1,
			differences: [{ location_id, product_id, on_hand: 2, reserved: 1, held: 1 }],
		});
		await script(
			`update stock_level set on_hand = 5, reserved = 0 where product_id = '${product_id}'`,
		);
		expect(await reconcile()).toMatchObject({ drift: 0 });
	});
});

test("D6 U-02 a hold whose saga has undone all is drift; one whose saga lives is not", async () => {
	const product_id = await stocked(9);
	const lines = [{ location_id, product_id, quantity: 1 }];
	for (const owner_id of ["undone_1", "living_1"])
		await inventory.reserve(shop, { owner_type: "saga", owner_id, lines });

	expect(await reconcile()).toMatchObject({ drift: 1, ownerless: ["undone_1"] });
	await inventory.release(shop, { owner_id: "undone_1" });
	expect(await reconcile()).toMatchObject({ drift: 0 });
});

test("GTW-03 anybody may know what shops could sell now, and nothing of the warehouse", async () => {
	const { available, locations } = await inventory.availability(shop, { product_id: "33" });
	const shops = locations.map(({ location_id: shop_id }) => shop_id);
	expect(shops).toEqual(["1", "2", "3", "4", "5", "online"]);
	expect(locations).toContainEqual({ location_id: "3", available: 3 });
	expect(available).toBe(locations.reduce((sum, one) => sum + one.available, 0));
});

describe("INV-20 whatever happens at once", () => {
	const products: string[] = [];
	const held: string[] = [];
	let owners = 0;
	beforeEach(async () => {
		products.length = held.length = 0;
		for (let one = 0; one < 3; one++) products.push(await stocked(20));
	});

	const reserve = (quantities: number[]) => {
		const owner_id = `mix_${++owners}`;
		held.push(owner_id);
		const lines = quantities.flatMap((quantity, at) =>
			quantity > 0 ? [{ location_id, product_id: products[at]!, quantity }] : [],
		);
		if (lines.length === 0) return Promise.resolve();
		const headers = { saga_id: owner_id, saga_step: "RESERVE_STOCK" };
		const order = owners % 2 ? lines : lines.toReversed();
		return inventory.reserve(shop, { owner_type: "saga", owner_id, lines: order }, { headers });
	};
	const act = {
		reserve: (quantities: number[]) => reserve(quantities),
		release: ([at = 0]: number[]) =>
			inventory.release(shop, { owner_id: held[at % (held.length || 1)] ?? "nobody" }),
		restore: ([at = 0]: number[]) =>
			inventory.restore(shop, { owner_id: held[at % (held.length || 1)] ?? "nobody" }),
		confirm: ([at = 0]: number[]) => confirm(held[at % (held.length || 1)] ?? "nobody"),
		adjust: ([at = 0, by = 0]: number[]) => {
			const product_id = products[at % 3]!;
			const params = { location: location_id, product_id, delta: by - 4, reason: "counted" };
			return inventory.adjust(shop, params, head);
		},
		set: ([at = 0, quantity = 0]: number[]) => {
			const product_id = products[at % 3]!;
			const params = { location: location_id, product_id, quantity, reason: "counted" };
			return inventory.setLevel(shop, params, head);
		},
	};

	test("INV-04 INV-20 U-02 the level is the sum of its movements, and holds what is held", async () => {
		const kinds = fc.constantFrom(...(Object.keys(act) as (keyof typeof act)[]));
		const moves = fc.array(fc.tuple(kinds, fc.array(fc.nat(9), { minLength: 3, maxLength: 3 })), {
			minLength: 5,
			maxLength: 40,
		});
		let refusals = 0;
		await fc.assert(
			fc.asyncProperty(moves, async (all) => {
				const outcomes = await Promise.allSettled(all.map(([kind, how]) => act[kind](how)));
				for (const outcome of outcomes)
					if (outcome.status === "rejected") {
						if (!isRefusal(outcome.reason)) throw outcome.reason;
						refusals++;
					}
				expect(await reconcile()).toMatchObject({ drift: 0, differences: [] });
				const below = await rows("select * from stock_level where on_hand < 0 or reserved < 0");
				expect(below).toEqual([]);
			}),
			{ numRuns: 30, seed: 20_250_101 },
		);
		expect(refusals).toBeGreaterThan(0); // or the shelves were never short
	}, 60_000);

	test("INV-04 received − sold = on hand + held, after 100 orders that end in every way", async () => {
		const ends = [confirm, release, restore, both, () => Promise.resolve()];
		const owner = () => held.at(-1)!;
		function release(owner_id: string) {
			return inventory.release(shop, { owner_id });
		}
		function restore(owner_id: string) {
			return inventory.restore(shop, { owner_id });
		}
		async function both(owner_id: string) {
			await confirm(owner_id);
			await restore(owner_id);
		}
		await Promise.all(
			Array.from({ length: 100 }, async (_, nth) => {
				const reserving = reserve([1, nth % 2, 1]);
				const mine = owner();
				if (!(await failure(reserving))) await ends[nth % ends.length]!(mine);
			}),
		);
		for (const product_id of products) {
			const shelf = await level(product_id);
			const [sold] = await rows<{ n: number }>(
				`select cast(coalesce(sum(case type when 'sale' then -reserved_delta else -on_hand_delta end), 0) as bigint) as n
				from stock_movement where product_id = $product_id and type in ('sale', 'restore')`,
				{ product_id },
			);
			expect(shelf!.on_hand + shelf!.reserved + sold!.n).toBe(20);
		}
		expect(await reconcile()).toMatchObject({ drift: 0 });
	});
});

test("INV-23 D10 a read after a write is never older than the write", async () => {
	const product_id = await stocked(50);
	const read = async () => {
		const [listed, got] = await Promise.all([
			inventory.list(shop, { product: product_id }, head),
			inventory.get(shop, { product_id }, head),
		]);
		return [listed.items[0]!.quantity, got.quantity];
	};
	expect(await read()).toEqual([50, 50]);
	expect(await read()).toEqual([50, 50]);
	for (let left = 49; left > 40; left--) {
		const line = { location_id, product_id, quantity: 1 };
		const headers = { saga_id: `read_${left}`, saga_step: "RESERVE_STOCK" };
		const hold = { owner_type: "saga" as const, owner_id: `read_${left}`, lines: [line] };
		await inventory.reserve(shop, hold, { headers });
		expect(await read()).toEqual([left, left]);
	}
});

test("CCH-03 what one may see is not served to another from the cache", async () => {
	const everything = await inventory.get(shop, { product_id: "3" }, head);
	const store = await inventory.get(shop, { product_id: "3" }, as("cashier", { location_id: "1" }));
	expect([everything.levels.length, store.levels.length]).toEqual([7, 2]);
});

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { holdUsed, inventory, outOfStock } from "../../services/inventory/inventory.contract.ts";
import { failure } from "../support/failure.ts";
import { warehouse } from "../support/inventory.ts";

const { shop, db, rows, stocked, level, facts, confirmed } = warehouse();
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const location_id = "online";
const line = (product_id: string, quantity: number) => ({ location_id, product_id, quantity });
let owners = 0;
const hold = (...lines: ReturnType<typeof line>[]) => ({
	owner_type: "saga" as const,
	owner_id: `ord_${++owners}`,
	lines,
});
const step = (saga_step: string, saga_id = crypto.randomUUID()) => ({
	headers: { saga_id, saga_step },
});
const reserve = (wanted: Parameters<typeof inventory.reserve>[1], options = step("RESERVE")) =>
	inventory.reserve(shop, wanted, options);
const movements = (product_id: string) =>
	rows<{ type: string; on_hand_delta: number; reserved_delta: number }>(
		"select type, on_hand_delta, reserved_delta from stock_movement where product_id = $product_id order by seq",
		{ product_id },
	);
describe("reserve", () => {
	test("INV-05 holds units until they are released, and says so", async () => {
		const product = await stocked(3);
		const wanted = hold(line(product, 2));
		await reserve(wanted);
		expect(await level(product)).toMatchObject({ on_hand: 1, reserved: 2 });

		await inventory.release(shop, { owner_id: wanted.owner_id });
		expect(await level(product)).toMatchObject({ on_hand: 3, reserved: 0 });
		expect(await facts(`hold:${wanted.owner_id}`)).toEqual([
			{ event: "inventory.reserved", ...wanted },
			{ event: "inventory.released", ...wanted },
		]);
		expect(await facts(`stock:online:${product}`)).toMatchObject([
			{ event: "inventory.increased", delta: 3 },
			{ event: "inventory.adjusted", quantity: 3, actor_id: "test_head_office" },
			{ event: "inventory.decreased", delta: -2, reserved_delta: 2, on_hand: 1, reserved: 2 },
			{ event: "inventory.increased", delta: 2, reserved_delta: -2, on_hand: 3, reserved: 0 },
		]);
	});

	test("INV-05 U-01 200 buyers of one unit: exactly one holds it", async () => {
		const product = await stocked(1);
		const buyers = Array.from({ length: 200 }, () => reserve(hold(line(product, 1))));
		const outcomes = await Promise.allSettled(buyers);

		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect(await level(product)).toMatchObject({ on_hand: 0, reserved: 1 });
		for (const outcome of outcomes)
			if (outcome.status === "rejected") expect(outOfStock.is(outcome.reason)).toBe(true);
	});

	test("U-01 equal lines are added up before they are compared with the shelf", async () => {
		const product = await stocked(3);
		const err = await failure(reserve(hold(line(product, 2), line(product, 2))));
		expect(err.data).toEqual({ available: 3, wanted: 4, product_id: product, location_id });

		await reserve(hold(line(product, 1), line(product, 2)));
		expect(await level(product)).toMatchObject({ on_hand: 0, reserved: 3 });
	});

	test("INV-05 holds every line or none", async () => {
		const product = await stocked(5);
		const before = await movements(product);
		const err = await failure(reserve(hold(line(product, 1), line("never_stocked", 1))));

		expect(outOfStock.is(err)).toBe(true);
		expect(err.data).toMatchObject({ available: 0, product_id: "never_stocked" });
		expect(await level(product)).toMatchObject({ on_hand: 5, reserved: 0 });
		expect(await movements(product)).toEqual(before);
	});

	test("INV-22 the refusal says how many there are", async () => {
		const err = await failure(reserve(hold({ location_id: "1", product_id: "2", quantity: 1 })));
		expect(err).toMatchObject({
			type: "OUT_OF_STOCK",
			code: 409,
			data: { available: 0, wanted: 1, product_id: "2", location_id: "1" },
		});
		const check = { lines: [{ location_id: "1", product_id: "2", quantity: 1 }] };
		expect(outOfStock.is(await failure(inventory.check(shop, check)))).toBe(true);
	});

	test("INV-05 check adds up too, and changes nothing", async () => {
		const product = await stocked(3);
		const before = await rows("select max(seq) as seq from stock_movement");
		await inventory.check(shop, { lines: [line(product, 3)] });
		const twice = inventory.check(shop, { lines: [line(product, 2), line(product, 2)] });
		expect(outOfStock.is(await failure(twice))).toBe(true);
		expect(await rows("select max(seq) as seq from stock_movement")).toEqual(before);
	});

	test("a step repeated holds once, and a refusal stays", async () => {
		const product = await stocked(5);
		const [wanted, options] = [hold(line(product, 2)), step("RESERVE")];
		await Promise.all([1, 2, 3].map(() => reserve(wanted, options)));
		expect(await level(product)).toMatchObject({ on_hand: 3, reserved: 2 });
	});

	test("outside a saga, what was given back before it was held stays given back", async () => {
		const product = await stocked(5);
		const wanted = { ...hold(line(product, 2)), owner_type: "transfer" as const };
		await inventory.release(shop, { owner_id: wanted.owner_id });
		expect(holdUsed.is(await failure(inventory.reserve(shop, wanted)))).toBe(true);
		expect(await level(product)).toMatchObject({ on_hand: 5, reserved: 0 });
	});

	test("a reserve of two lines costs three statements of stock", async () => {
		const [one, two] = [await stocked(5), await stocked(5)];
		const wanted = hold(line(one, 1), line(two, 1));
		const spent: string[] = [];
		const { hold: holdUnits } = await import("../../services/inventory/units.store.ts");
		await db().write((tx) => {
			const watched = new Proxy(tx, {
				get: (target, name) => {
					const method = target[name as keyof typeof target] as (...args: any[]) => unknown;
					return (...args: unknown[]) => {
						spent.push(String(name));
						return method(...args);
					};
				},
			});
			return holdUnits(
				{ tx: watched, actor: "test", isInSaga: true, announce: async () => {} },
				wanted,
			);
		});
		expect(spent).toEqual(["query", "insertAll", "insertAll"]);
	});
});

describe("the life of a hold", () => {
	test("INV-12 what is held is sold when its order is confirmed, once", async () => {
		const product = await stocked(5);
		const wanted = hold(line(product, 2));
		await reserve(wanted);
		await confirmed(wanted.owner_id);
		await confirmed(wanted.owner_id);

		expect(await level(product)).toMatchObject({ on_hand: 3, reserved: 0 });
		expect((await movements(product)).at(-1)).toEqual({
			type: "sale",
			on_hand_delta: 0,
			reserved_delta: -2,
		});
		expect((await facts(`hold:${wanted.owner_id}`)).map(({ event }) => event)).toEqual([
			"inventory.reserved",
			"inventory.committed",
		]);
	});

	test("INV-12 INV-19 a sale that is cancelled leaves the levels as they were, once", async () => {
		const product = await stocked(5);
		const before = await level(product);
		const wanted = hold(line(product, 2));
		await reserve(wanted);
		await confirmed(wanted.owner_id);
		const { owner_id } = wanted;
		await Promise.all([1, 2].map(() => inventory.restore(shop, { owner_id }, step("RESTORE"))));
		await inventory.restore(shop, { owner_id });

		const { version: _, ...same } = before!;
		expect(await level(product)).toMatchObject(same);
		expect((await movements(product)).map(({ type }) => type)).toEqual([
			"adjustment",
			"reserve",
			"sale",
			"restore",
		]);
	});

	test("INV-12 an order restored before its confirmation is heard is not sold again", async () => {
		const product = await stocked(5);
		const wanted = hold(line(product, 2));
		await reserve(wanted);
		await inventory.restore(shop, { owner_id: wanted.owner_id });
		await confirmed(wanted.owner_id);
		await inventory.restore(shop, { owner_id: wanted.owner_id });
		expect(await level(product)).toMatchObject({ on_hand: 5, reserved: 0 });
	});

	test("a sold hold is not released", async () => {
		const product = await stocked(5);
		const wanted = hold(line(product, 2));
		await reserve(wanted);
		await confirmed(wanted.owner_id);
		await inventory.release(shop, { owner_id: wanted.owner_id });
		expect(await level(product)).toMatchObject({ on_hand: 3, reserved: 0 });
	});

	test("what a saga or a transfer holds, the clock does not give back; a cart's it does", async () => {
		const product = await stocked(9);
		const [mine, transfer, sale, cart] = [1, 2, 3, 4].map(() => hold(line(product, 1)));
		await reserve(mine!);
		await inventory.reserve(shop, { ...transfer!, owner_type: "transfer" });
		await reserve({ ...sale!, owner_type: "sale" });
		await inventory.reserve(shop, { ...cart!, owner_type: "cart" });
		const sweptAfter = (minutes: number) =>
			inventory.expire(shop, { at: new Date(Date.now() + minutes * 60_000).toISOString() });

		expect(await sweptAfter(14)).toEqual({ expired: 0 });
		expect(await sweptAfter(16)).toEqual({ expired: 1 });
		expect(await sweptAfter(60 * 24 * 365)).toEqual({ expired: 0 });
		expect(await level(product)).toMatchObject({ on_hand: 6, reserved: 3 });
		expect((await facts(`hold:${cart!.owner_id}`)).map(({ event }) => event)).toEqual([
			"inventory.reserved",
			"inventory.expired",
		]);
	});
});

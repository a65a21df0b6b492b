import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import type { Provider } from "../../services/payments/provider.store.ts";
import { stores } from "../../services/stores/stores.contract.ts";
import { as } from "../support/broker.ts";
import { claimsDesk, headOffice, manager, ONLINE } from "../support/refunding.ts";
import { until } from "../support/until.ts";

const desk = claimsDesk();
const admin = as("admin");
let real: Provider;
beforeAll(async () => {
	await desk.start();
	real = { ...desk.house("payments").provider };
});
afterEach(async () => {
	Object.assign(desk.house("payments").provider, real);
	await payments.resetFailure(desk.shop, {}, admin);
});
afterAll(() => desk.stop());

const PAID = 11_498;
const THIRD = 3_333 + 166 + 332;
const reasonOf = async (claim_id: string) => (await desk.told("payments", claim_id)).at(-1)?.reason;
const refundsOf = (claim_id: string) =>
	desk.rows("payments", "select * from refund where ref_id = $claim_id", { claim_id });
const fails = (operation: "capture" | "refund" | "reversal") =>
	payments.configureFailure(desk.shop, { failure_rate: 100, operations: [operation] }, admin);

describe("a claim that is approved", () => {
	test("CLM-04 CLM-05 CLM-07 INV-24 gives its share back, then its units: restock", async () => {
		const bought = await desk.bought();
		const claim_id = await desk.approve(bought);
		await desk.ends(claim_id, "inventory.adjusted");

		const { payment_id: id, product_id } = bought;
		const taxes = { gst_cents: 166, qst_cents: 332 };
		const lines = [{ location_id: ONLINE, product_id, quantity: 1 }];
		const about = { id, ref_type: "claim", ref_id: claim_id, claim_id, order_id: "ord_1" };
		const said = { ...about, refund_cents: THIRD, ...taxes, lines, disposition: "restock" };
		expect(await desk.told("payments", claim_id)).toEqual([
			{ event: "payments.refund_requested", refund_id: expect.any(String), ...said },
			{ event: "payments.refunded", refund_id: expect.any(String), ...said },
		]);
		expect(await desk.told("inventory", claim_id)).toMatchObject([
			{ event: "inventory.adjusted", ...{ ...lines[0], claim_id, disposition: "restock" } },
		]);
		const key = `claim:${claim_id}`;
		expect(await refundsOf(claim_id)).toMatchObject([{ key, effect: key, ...taxes }]);
		expect(await desk.onHand(bought)).toBe(1);
		expect(await desk.movements(bought)).toEqual([
			{ type: "claim_refund", on_hand_delta: 1, ref_type: "claim", ref_id: claim_id },
		]);
		expect(await desk.nets(bought)).toEqual(Array(3).fill(PAID - THIRD));
	});
	test("CLM-05 INV-24 damaged goods enter the ledger, are not for sale, and move no alert", async () => {
		const bought = await desk.bought();
		const claim_id = await desk.approve(bought, { quantity: 2, disposition: "damaged" });
		await desk.ends(claim_id, "inventory.adjusted");
		expect(await desk.onHand(bought)).toBe(0);
		expect(await desk.movements(bought)).toMatchObject([
			{ type: "claim_refund", on_hand_delta: 2 },
			{ type: "damage", on_hand_delta: -2 },
		]);
		const alerts = "select type from outbox where type like 'inventory.alert%' and key like $key";
		const key = `%${bought.product_id}`;
		expect(await desk.rows("inventory", alerts, { key })).toEqual([]);
		expect(await desk.drift()).toBe(0);
	});
	test("CLM-05 INV-24 what does not come back is recorded, and moves nothing", async () => {
		const bought = await desk.bought({ shelved: false });
		const claim_id = await desk.approve(bought, { disposition: "none", times: 2 });
		await desk.ends(claim_id, "inventory.adjusted");
		await desk.quiet();
		expect(await desk.movements(bought)).toEqual([]);
		expect(await desk.told("inventory", claim_id)).toMatchObject([
			{ quantity: 0, disposition: "none" },
		]);
	});
	test("CLM-04 U-13 unit by unit gives back the line to the cent, and nothing more", async () => {
		const bought = await desk.bought();
		const claimed = [];
		for (const claimed_before of [0, 1, 2])
			claimed.push(await desk.approve({ ...bought, claimed_before }));
		for (const claim_id of claimed) await desk.ends(claim_id, "inventory.adjusted");
		expect(await desk.nets(bought)).toEqual([0, 0, 0]);
		expect(await desk.onHand(bought)).toBe(3);
		const payment = await payments.get(desk.shop, { id: bought.payment_id }, manager);
		expect(payment.status).toBe("REFUNDED");

		const again = await desk.approve({ ...bought, claimed_before: 2 });
		await desk.ends(again, "payments.refund_refused");
		expect(await reasonOf(again)).toBe("REFUND_EXCEEDS_CAPTURED");
		expect(await desk.nets(bought)).toEqual([0, 0, 0]);
	});
	test("CLM-04 with an amount gives back no more than that, taxes in proportion", async () => {
		const bought = await desk.bought();
		const claim_id = await desk.approve(bought, { amount_cents: 1_000 });
		await desk.ends(claim_id, "payments.refunded");
		expect(await refundsOf(claim_id)).toMatchObject([
			{ amount_cents: 1_000, gst_cents: 43, qst_cents: 87 },
		]);
	});
	test("CLM-04 U-13 that is announced twice is refunded and put back once", async () => {
		const bought = await desk.bought();
		const claim_id = await desk.approve(bought, { times: 3 });
		await desk.ends(claim_id, "inventory.adjusted");
		await desk.quiet();
		const once = ["payments.refund_requested", "payments.refunded", "inventory.adjusted"];
		expect(await desk.events(claim_id)).toEqual(once);
		expect(await desk.onHand(bought)).toBe(1);
		expect(await desk.nets(bought)).toEqual(Array(3).fill(PAID - THIRD));
	});
	test("CLM-17 is counted where it happens", async () => {
		const seen = async (name: string, labels: object) => {
			const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
			const same = values.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels));
			return same?.value ?? 0;
		};
		const all = async () => [
			await seen("refunds_total", { ref_type: "claim" }),
			await seen("refund_amount_cents_total", { ref_type: "claim" }),
			await seen("stock_adjustments_total", { type: "claim_refund" }),
			await seen("payments_total", { outcome: "captured" }),
		];
		const before = await all();
		await desk.ends(await desk.approve(await desk.bought()), "inventory.adjusted");
		const after = await all();
		expect(after.map((count, at) => count - before[at]!)).toEqual([1, THIRD, 1, 1]);
	});
});

describe("a refund that is impossible", () => {
	test.each([
		["PAYMENT_NOT_FOUND", {}, { payment_id: "pay_unknown" }],
		["PAYMENT_OF_ANOTHER_ORDER", {}, { order_id: "ord_other" }],
		["PAID_IN_CASH", { payment_method: "cash" as const }, {}],
		["CLAIM_EXCEEDS_PURCHASE", {}, { claimed_before: 3 }],
		["REFUND_EXCEEDS_CAPTURED", {}, { net_cents: 40_000 }],
		["NOTHING_TO_REFUND", {}, { net_cents: 0, gst_cents: 0, qst_cents: 0 }],
	])("CLM-04 is refused: %s", async (reason, paid, claimed) => {
		const bought = await desk.bought(paid);
		const claim_id = await desk.approve({ ...bought, ...claimed }, { times: 2 });
		await desk.ends(claim_id, "payments.refund_refused");
		await desk.quiet();
		expect(await reasonOf(claim_id)).toBe(reason);
		expect(await desk.events(claim_id)).toEqual(["payments.refund_refused"]);
		expect(await desk.nets(bought)).toEqual(Array(3).fill(PAID));
		expect(await desk.onHand(bought)).toBe(0);
	});
	test("CLM-09 is refused by the provider too: nothing has gone, all can still be refunded", async () => {
		const bought = await desk.bought();
		await fails("refund");
		const claim_id = await desk.approve(bought);
		await desk.ends(claim_id, "payments.refund_refused");
		expect(await reasonOf(claim_id)).toBe("REFUND_DECLINED");
		expect(await refundsOf(claim_id)).toMatchObject([{ status: "FAILED" }]);
		expect(await desk.nets(bought)).toEqual(Array(3).fill(PAID));
		await desk.bought(); // captures are not concerned

		await payments.resetFailure(desk.shop, {}, admin);
		const whole = await desk.approve(bought, { quantity: 3 });
		await desk.ends(whole, "inventory.adjusted");
		expect(await desk.nets(bought)).toEqual([0, 0, 0]);
	});
});

describe("a provider that does not answer", () => {
	test("CLM-15 is asked again soon, until it does; other claims do not wait", async () => {
		const [slow, quick] = [await desk.bought(), await desk.bought()];
		let asked = 0;
		desk.house("payments").provider.refund = (key, charge_key, amount_cents) => {
			const isSlow = key.includes("clm_slow");
			if (isSlow && ++asked < 4) return Promise.reject(new Error("nobody there"));
			return real.refund(key, charge_key, amount_cents);
		};
		await desk.approve(slow, { claim_id: "clm_slow" });
		await until(() => asked > 0);
		const other = await desk.approve(quick);
		await desk.ends(other, "payments.refunded");
		expect(asked).toBeLessThan(4);
		await desk.ends("clm_slow", "inventory.adjusted");
		expect(asked).toBe(4);
		expect(await desk.nets(slow)).toEqual(Array(3).fill(PAID - THIRD));
	});
});

describe("goods that cannot come back", () => {
	test.each(["restock", "damaged"] as const)(
		"CLM-09 CLM-13 to a shelf that nobody knows (%s): the refund is reversed, once",
		async (disposition) => {
			const bought = await desk.bought({ shelved: false });
			const claim_id = await desk.approve(bought, { disposition, times: 2 });
			await desk.ends(claim_id, "payments.refund_reversed");
			await desk.quiet();
			const story = ["refund_requested", "refunded", "refund_reversed"].map((w) => `payments.${w}`);
			expect(await desk.events(claim_id)).toEqual([...story, "inventory.return_refused"]);
			expect(await reasonOf(claim_id)).toBe("UNKNOWN_SHELF");
			expect(await refundsOf(claim_id)).toMatchObject([{ status: "REVERSED" }]);
			expect(await desk.nets(bought)).toEqual(Array(3).fill(PAID));
			const payment = await payments.get(desk.shop, { id: bought.payment_id }, manager);
			expect(payment.status).toBe("CAPTURED");
			expect(await desk.movements(bought)).toEqual([]);
		},
	);
	test("CLM-09 to an archived location: the refund is reversed; reopened, it takes them", async () => {
		const place = { code: "SHUT", name_fr: "Fermé" };
		const { id: location_id } = await stores.create(desk.shop, place, headOffice);
		const bought = await desk.bought({ location_id });
		await stores.archive(desk.shop, { id: location_id }, headOffice);
		const archived = "select * from archived_location where location_id = $location_id";
		const isArchived = async () =>
			(await desk.rows("inventory", archived, { location_id })).length > 0;
		await until(isArchived);
		const claim_id = await desk.approve(bought);
		await desk.ends(claim_id, "payments.refund_reversed");
		expect(await reasonOf(claim_id)).toBe("LOCATION_ARCHIVED");

		await stores.update(desk.shop, { id: location_id, name_fr: "Encore fermé" }, headOffice);
		await stores.update(desk.shop, { id: location_id, status: "active" }, headOffice);
		await until(async () => !(await isArchived()));
		await desk.ends(await desk.approve(bought), "inventory.adjusted");
		expect(await desk.onHand(bought)).toBe(1);
	});
	test("CLM-09 and a provider that cannot reverse: the refund stands, and says why", async () => {
		const bought = await desk.bought({ shelved: false });
		await fails("reversal");
		const claim_id = await desk.approve(bought, { times: 2 });
		await desk.ends(claim_id, "payments.refund_stands");
		await desk.quiet();
		expect((await desk.events(claim_id)).filter((one) => one.includes("stands"))).toHaveLength(1);
		expect(await reasonOf(claim_id)).toBe("REVERSAL_DECLINED");
		expect(await refundsOf(claim_id)).toMatchObject([
			{ status: "SUCCEEDED", reason: "UNKNOWN_SHELF" },
		]);
		expect(await desk.nets(bought)).toEqual(Array(3).fill(PAID - THIRD));
		await payments.resetFailure(desk.shop, {}, admin); // what stood once stands for good
		expect(await real.reverse(`claim:${claim_id}`)).toBe(false);
	});
});

test("CLM-05 a refund that is no claim's moves no stock", async () => {
	const bought = await desk.bought();
	const refund = { id: bought.payment_id, amount_cents: 100 };
	await payments.refundPayment(desk.shop, refund, manager);
	await desk.quiet();
	expect(await desk.movements(bought)).toEqual([]);
	expect(await desk.nets(bought)).toEqual(Array(3).fill(PAID - 100));
});
test("U-13 after all of this every level is the sum of its movements", async () => {
	expect(await desk.drift()).toBe(0);
});

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import { audit } from "../../services/audit/audit.contract.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import { reporting } from "../../services/reporting/reporting.contract.ts";
import { stores } from "../../services/stores/stores.contract.ts";
import { BUSES } from "../support/buses.ts";
import { admin, settled } from "../support/chain.ts";
import { auditor, office, wholeHouse } from "../support/house.ts";
import { until } from "../support/until.ts";

jest.setTimeout(90_000); // every context starts, several times

const BACKPACK = { product_id: "5" }; // 100.00 $: 114.98 $ with taxes
const NET = 10_000;
const PAID = 11_498;
const CUTS = [2, 4, 6, 8];
/** Whom each hears of what a claim comes to. */
const HEARS = {
	payments: ["claims", "inventory", "orders"],
	inventory: ["payments", "orders"],
	claims: ["payments", "inventory"],
	notifications: ["claims", "orders", "saga", "inventory"],
	saga: ["claims", "payments", "inventory", "orders"],
	audit: ["claims", "payments", "inventory", "orders", "saga", "notifications"],
};
const counted = async (name: string, context: string, producer: string) => {
	const { values = [] } = (await registry.getSingleMetric(name)?.get()) ?? {};
	const isIt = ({ labels }: Labelled) => labels.context === context && labels.producer === producer;
	return values.find(isIt)?.value;
};
const duplicates = async ([reader = "", producer = ""]: string[]) =>
	(await counted("inbox_duplicates_total", reader, producer)) ?? 0;
interface Labelled {
	labels: Partial<Record<string, string | number>>;
}

describe.each(BUSES)("$name", (bus) => {
	const house = wholeHouse(bus);
	beforeAll(house.start);
	afterAll(house.stop);
	afterEach(() => payments.resetFailure(house.town, {}, admin));
	const fails = (operation: "refund" | "reversal") =>
		payments.configureFailure(house.town, { failure_rate: 100, operations: [operation] }, admin);

	test.each(["orchestrated", "choreographed"] as const)(
		"CLM-01 CLM-04 CLM-05 CLM-07 CLM-13 REP-13 what was sold %s is claimed, refunded, put back, closed, kept and counted",
		async (saga) => {
			const order = await house.buys([{ ...BACKPACK, quantity: 1 }], saga);
			const shelf = await settled(house.town, "5");
			await house.quiet();
			const before = await house.report();
			const id = await house.approved(order, BACKPACK);
			const claim = await house.ends(id, "CLOSED");
			expect(claim).toMatchObject({ amount_cents: PAID, disposition: "restock" });

			const refund = "select amount_cents, status from refund where ref_id = $id";
			expect(await house.rows("payments", refund, { id })).toEqual([
				{ amount_cents: PAID, status: "SUCCEEDED" },
			]);
			const moved = "select type, on_hand_delta from stock_movement where ref_id = $id";
			expect(await house.rows("inventory", moved, { id })).toEqual([
				{ type: "claim_refund", on_hand_delta: 1 },
			]);
			expect(await settled(house.town, "5")).toBe(Number(shelf) + 1);

			await house.quiet();
			const after = await house.report();
			expect(after.totals).toMatchObject({
				orders: before.totals.orders,
				returned: before.totals.returned + 1,
				refund_cents: before.totals.refund_cents + NET,
				net_cents: before.totals.net_cents - NET,
			});
			expect(after.claims.find(({ claim_id }) => claim_id === id)).toMatchObject({
				status: "CLOSED",
				amount_cents: PAID,
			});
		},
	);

	test("CLM-07 CLM-13 NOT-01 NOT-03 its story is the same to the claim, its watcher, its customer and the event store", async () => {
		const order = await house.buys([{ ...BACKPACK, quantity: 1 }]);
		const id = await house.approved(order, BACKPACK);
		await house.ends(id, "CLOSED");
		const steps = [
			...["submitted", "review_started", "approved", "refund_pending", "refund_made"],
			...["stock_adjusted", "closed"],
		];
		const { items: history } = await claims.history(house.town, { id }, office);
		expect(history.map(({ type }) => type)).toEqual(steps);

		const saga = await house.timeline(id);
		expect(saga).toMatchObject({ name: "claim-refund", status: "COMPLETED", claim_id: id });
		expect(saga.history.map(({ event }) => event)).toEqual([
			...["claims.submitted", "claims.review_started", "claims.approved"],
			...["payments.refund_requested", "payments.refunded", "inventory.adjusted", "claims.closed"],
		]);

		await until(
			() => house.told(id),
			(told) => told.length >= steps.length,
		);
		expect(await house.told(id)).toEqual(steps.map((step) => `claim_${step}`));

		await house.quiet();
		const about = { type: "claim", id, limit: 200 };
		const { items: stored } = await audit.aggregate(house.town, about, auditor);
		expect(stored.map(({ type }) => type)).toEqual(steps.map((step) => `claims.${step}`));
	});

	test("CLM-06 AUD-01 NOT-01 both worlds are on one bus: what every context has committed is in the event store, once", async () => {
		await house.quiet();
		const [committed, kept] = await Promise.all([house.committed(), house.kept()]);
		expect(kept.toSorted()).toEqual(committed.toSorted());
		expect(new Set(kept).size).toBe(kept.length);
		const ended = { type: "saga.completed", limit: 200 };
		const { items } = await audit.events(house.town, ended, auditor);
		const worlds = new Set(items.map(({ data }) => data.name));
		expect([...worlds].sort()).toEqual(["claim-refund", "order-choreographed", "order-processing"]);
		expect(await house.verify()).toMatchObject({ valid: true, checked: kept.length });
	});

	test("CLM-09 A a refund that the provider refuses leaves all as it was, to a person", async () => {
		const order = await house.buys([{ ...BACKPACK, quantity: 1 }]);
		const shelf = await settled(house.town, "5");
		await fails("refund");
		const id = await house.approved(order, BACKPACK);
		expect(await house.ends(id, "MANUAL_REVIEW")).toMatchObject({ reason: "REFUND_DECLINED" });
		expect(await settled(house.town, "5")).toBe(shelf);
		expect(await house.timeline(id)).toMatchObject({ status: "COMPENSATED" });
		await until(
			() => house.told(id),
			(told) => told.at(-1) === "claim_review_needed",
		);
	});

	test.each([
		["COMPENSATED", "the refund is reversed", false, "claim_compensated"],
		["MANUAL_REVIEW", "the refund stands where that is too late", true, "claim_review_needed"],
	] as const)("CLM-09 B goods that cannot come back: %s, %s", async (end, _, isLate, word) => {
		const code = isLate ? "SHUT2" : "SHUT1";
		const place = await stores.create(house.town, { code, name_fr: "Fermé" }, office);
		const shelf = { ...BACKPACK, location: place.id };
		await inventory.setLevel(house.town, { ...shelf, quantity: 2, reason: "test" }, admin);
		const order = await house.buys([{ ...shelf, quantity: 1 }]);
		await settled(house.town, "5", place.id);
		await stores.archive(house.town, { id: place.id }, office);
		const archived = "select 1 from archived_location where location_id = $id";
		await until(async () => (await house.rows("inventory", archived, { id: place.id })).length > 0);
		if (isLate) await fails("reversal");
		const id = await house.approved(order, BACKPACK);
		await house.ends(id, end);
		const [refund] = await house.rows("payments", "select status from refund where ref_id = $id", {
			id,
		});
		expect(refund).toEqual({ status: isLate ? "SUCCEEDED" : "REVERSED" });
		const story = [
			"inventory.return_refused",
			...(isLate
				? ["payments.refund_stands", "claims.review_needed"]
				: ["payments.refund_reversed", "claims.compensated"]),
		];
		const { status, blocked } = await until(
			() => house.timeline(id),
			({ history }) =>
				history
					.map(({ event }) => event)
					.join()
					.endsWith(story.join()),
		);
		expect([status, blocked]).toEqual(isLate ? ["FAILED", true] : ["COMPENSATED", false]);
		await until(
			() => house.told(id),
			(told) => told.at(-1) === word,
		);
	});

	test("CLM-15 stopped between any two steps, and started on the same files, every claim ends, once", async () => {
		const order = await house.buys([{ ...BACKPACK, quantity: CUTS.length }]);
		const shelf = await settled(house.town, "5");
		const facts = async (id: string) => {
			const about = { about: `%${id}%` };
			const sql = "select count(*) as n from outbox where body like $about";
			const all = ["claims", "payments", "inventory"].map((name) => house.rows(name, sql, about));
			return (await Promise.all(all)).reduce((sum, [row]) => sum + Number(row?.n), 0);
		};
		const ids: string[] = [];
		for (const cut of CUTS) {
			const id = await house.approved(order, BACKPACK);
			await until(
				() => facts(id),
				(count) => count >= cut,
			);
			await house.restart();
			ids.push(id);
		}
		for (const id of ids) {
			await house.ends(id, "CLOSED");
			const about = { event: "claims.closed", id: `%${id}%` };
			const sql = "select 1 from outbox where type = $event and body like $id";
			expect(await house.rows("claims", sql, about)).toHaveLength(1);
		}
		expect(await settled(house.town, "5")).toBe(Number(shelf) + CUTS.length);
	});

	test("CLM-14 NOT-03 AUD-03 all facts heard twice change nothing, and a replay gives the same reports", async () => {
		await house.quiet();
		const before = await house.effects();
		const pairs = Object.entries(HEARS).flatMap(([reader, all]) => all.map((one) => [reader, one]));
		const had = await Promise.all(pairs.map(duplicates));
		for (const [reader, producers] of Object.entries(HEARS))
			await house.hearsAgain(reader, producers);
		for (const [at, [reader = "", producer = ""]] of pairs.entries()) {
			const seen = () => duplicates([reader, producer]);
			await until(seen, (now) => now > Number(had[at]));
			const lag = () => counted("consumer_lag", reader, producer);
			await until(lag, (behind) => behind === 0);
		}
		await house.quiet();
		expect(await house.effects()).toEqual(before);

		for (const target of ["claims", "sales"]) {
			const { id } = await audit.replay(house.town, { target }, admin);
			await until(
				() => audit.replayStatus(house.town, { job: id }, admin),
				({ status }) => status === "DONE",
			);
		}
		await until(
			async () => (await reporting.projections(house.town, {}, office)).items,
			(all) => all.every(({ state }) => state === "LIVE"),
		);
		expect(await house.report()).toEqual(before.report);
	});
});

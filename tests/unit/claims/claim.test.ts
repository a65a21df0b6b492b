import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isRefusal } from "../../../lib/refusal.ts";
import {
	applied,
	type ClaimEvent,
	fold,
	type Happening,
	next,
	stateAfter,
	usage,
} from "../../../services/claims/claim.ts";
import type { Claim, Purchase } from "../../../services/claims/claims.contract.ts";
import * as rules from "../../../services/claims/decide.ts";
import { type Step, settle, transitions } from "../../../services/claims/refund.ts";

const purchase = (over: Partial<Purchase> = {}): Purchase => ({
	order_id: "457",
	line: 1,
	location_id: "online",
	product_id: "product_123",
	payment_id: "790",
	payment_method: "credit_card",
	quantity: 3,
	net_cents: 10_000,
	gst_cents: 500,
	qst_cents: 998,
	claimed_before: 0,
	...over,
});
const filing = (quantity = 3) => ({
	claim_id: "clm_01J00000000000000000000001",
	customer_id: "customer_001",
	product_id: "product_123",
	quantity,
	claim_type: "damaged" as const,
	description: "Produit endommagé",
});
const nothing = { claimed: 0, granted: 0, granted_cents: 0 };

/** A history that grows by what happens, as the store keeps it. */
function life(happened: readonly Happening[]) {
	const events: ClaimEvent[] = [];
	let claim: Claim | undefined;
	const happen = (more: readonly Happening[]) => {
		for (const one of more) {
			const version = events.length + 1;
			const event = { ...one, version, at: `2026-03-01T14:05:${version}.000Z`, actor: "test" };
			events.push(event);
			claim = applied(claim, event);
		}
		return claim!;
	};
	happen(happened);
	return { events, happen, now: () => claim! };
}
const reviewed = (quantity = 3, bought = purchase()) => {
	const one = life(rules.submit(filing(quantity), bought));
	one.happen([rules.review(one.now(), "gerant_1")]);
	return one;
};
const terms = { disposition: "damaged" as const, decided_by: "gerant_1" };
const approved = (quantity = 3) => {
	const one = reviewed(quantity);
	one.happen([rules.approve(one.now(), terms, nothing)]);
	return one;
};

describe("AUD-05 CLM-01 a claim is the fold of its events", () => {
	const said = { refund_id: "rfd_1", refund_cents: 11_498, reason: "why" };
	const steps = Object.keys(transitions) as Step[];
	const acts: Record<string, (claim: Claim, nth: number) => Happening[]> = {
		review: (claim) => [rules.review(claim, "gerant_1")],
		approve: (claim, nth) => [
			rules.approve(claim, { ...terms, quantity: 1 + (nth % 3) }, usage(undefined)),
		],
		rule: (claim, nth) => rules.approveByRule(claim, nth * 2_000, nothing),
		reject: (claim) => [rules.reject(claim, { reason: "no", decided_by: "gerant_1" })],
		close: (claim) => [rules.close(claim, "settled")],
		...Object.fromEntries(
			steps.map((step) => [
				step,
				(claim: Claim) => settle(claim, [{ step, said, actor: "x" }]).happened,
			]),
		),
	};

	test("whatever is done to it, in any order that is allowed", () => {
		const ends = new Set<string>();
		const doing = fc.array(fc.tuple(fc.constantFrom(...Object.keys(acts)), fc.nat(9)), {
			minLength: 10,
			maxLength: 60,
			size: "max",
		});
		const method = fc.constantFrom("credit_card" as const, "credit_card" as const, "cash" as const);
		fc.assert(
			fc.property(doing, method, (all, payment_method) => {
				const one = life(rules.submit(filing(), purchase({ payment_method })));
				for (const [act, nth] of all) {
					const before = one.now();
					try {
						one.happen(acts[act]!(before, nth));
					} catch (err) {
						if (!isRefusal(err)) throw err;
						expect(one.now()).toBe(before);
					}
				}
				const kept: ClaimEvent[] = JSON.parse(JSON.stringify(one.events));
				expect(fold(kept)).toEqual(one.now());
				expect(one.now().version).toBe(kept.length);
				kept.slice(1).forEach((event, index) => {
					expect(next[stateAfter[kept[index]!.type]]).toContain(stateAfter[event.type]);
				});
				const { claimed, granted } = usage(one.now());
				expect(granted).toBeLessThanOrEqual(claimed);
				ends.add(one.now().status);
			}),
			{ numRuns: 2_000, seed: 20_260_301 },
		);
		expect([...ends].sort()).toEqual(
			Object.keys(next)
				.filter((state) => state !== "STOCK_ADJUSTED") // it is left in the unit that enters it
				.sort(),
		);
	});

	test("a history with a hole, a repeat, or an event out of turn is broken", () => {
		const { events } = approved();
		expect(() => fold([])).toThrow("none");
		expect(() => fold(events.slice(1))).toThrow("cannot follow");
		expect(() => fold([events[0]!, events[2]!])).toThrow("cannot follow");
		expect(() => fold([...events, events[2]!])).toThrow("cannot follow");
		expect(() => fold([...events, { ...events[1]!, version: 4 }])).toThrow("cannot follow");
	});
});

describe("CLM-07 CLM-13 facts of two producers, in any order", () => {
	const stories: [ends: string, facts: Step[], line: object][] = [
		["CLOSED", ["refund_requested", "refunded", "stock_adjusted"], { claimed: 3, granted: 3 }],
		["MANUAL_REVIEW", ["refund_requested", "refund_refused"], { claimed: 3, granted: 3 }],
		["COMPENSATED", ["refund_requested", "refunded", "return_refused", "refund_reversed"], nothing],
		[
			"MANUAL_REVIEW",
			["refund_requested", "refunded", "return_refused", "refund_stands"],
			{ claimed: 3 },
		],
	];
	const orders = <T>(all: readonly T[]): T[][] =>
		all.length === 0
			? [[]]
			: all.flatMap((one) =>
					orders(all.filter((other) => other !== one)).map((rest) => [one, ...rest]),
				);

	test.each(stories)("end %s, the same in each of them: %j", (ends, facts, line) => {
		const outcomes = orders(facts).map((order) => {
			const one = approved();
			let waiting: Parameters<typeof settle>[1] = [];
			for (const step of order) {
				const said = { refund_id: "rfd_1", refund_cents: 11_400, reason: "why" };
				const before = one.now();
				const settled = settle(before, [...waiting, { step, said, actor: "x" }]);
				waiting = settled.waiting;
				one.happen(settled.happened);
			}
			const { version: _, updated_at: __, ...claim } = one.now();
			return claim;
		});
		for (const claim of outcomes) expect(claim).toEqual(outcomes[0]);
		expect(outcomes[0]).toMatchObject({ status: ends, refund_id: "rfd_1", amount_cents: 11_400 });
		expect(usage(outcomes[0] as Claim)).toMatchObject(line);
	});
});

describe("granting", () => {
	const amountOf = (happened: Happening) =>
		applied(reviewed().now(), {
			...happened,
			version: 3,
			at: "",
			actor: "",
		}).amount_cents;

	test("CLM-04 the shares of a line's units sum to the line: 3831 + 3833 + 3834", () => {
		const shares = [0, 1, 2].map((granted) =>
			amountOf(rules.approve(reviewed().now(), { ...terms, quantity: 1 }, { ...nothing, granted })),
		);
		expect(shares).toEqual([3_333 + 166 + 332, 3_333 + 167 + 333, 3_334 + 167 + 333]);
		expect(shares.reduce((sum, one) => sum! + one!, 0)).toBe(11_498);
	});

	test("CLM-02 not more units than are claimed, nor more cents than were paid for them", () => {
		const grant =
			(over: object, used = nothing) =>
			() =>
				rules.approve(reviewed(2).now(), { ...terms, ...over }, used);
		const exceeds = (available: number) =>
			expect.objectContaining({ type: "CLAIM_EXCEEDS_PURCHASE", data: { available } });
		expect(grant({ quantity: 3 })).toThrow(exceeds(2));
		expect(grant({ quantity: 1, amount_cents: 3_832 })).toThrow(exceeds(3_831));
		expect(grant({ amount_cents: 1 }, { claimed: 3, granted: 1, granted_cents: 11_498 })).toThrow(
			exceeds(0),
		);
		expect(grant({ quantity: 1, amount_cents: 3_831 })()).toMatchObject({
			data: { quantity: 1, purchase: { claimed_before: 0 } },
		});
		expect(grant({ quantity: 1, amount_cents: 1 })()).toMatchObject({ data: { amount_cents: 1 } });
	});

	test("CLM-04 shares that overlap after an undone claim never exceed the line", () => {
		const used = { claimed: 3, granted: 2, granted_cents: 7_668 };
		const last = rules.approve(reviewed(1).now(), terms, used);
		expect(last.data).toMatchObject({ amount_cents: 11_498 - 7_668 });
	});

	test("CLM-01 the rule grants up to its limit, and by what came back", () => {
		const of = (claim_type: Claim["claim_type"]) => {
			const one = life(rules.submit({ ...filing(), claim_type }, purchase()));
			return (limit: number) => rules.approveByRule(one.now(), limit, nothing);
		};
		expect(of("damaged")(0)).toEqual([]);
		expect(of("damaged")(11_497)).toEqual([]);
		const dispositions = (
			["product_defect", "damaged", "wrong_item", "missing", "late", "other"] as const
		).map((type) => of(type)(11_498)[0]?.data);
		expect(dispositions).toMatchObject(
			["damaged", "damaged", "restock", "none", "none", "none"].map((disposition) => ({
				disposition,
				decided_by: "rule",
			})),
		);
		const free = life(
			rules.submit(filing(), purchase({ net_cents: 0, gst_cents: 0, qst_cents: 0 })),
		);
		expect(rules.approveByRule(free.now(), 5_000, nothing)).toEqual([]);
	});
});

describe("CLM-01 what cannot happen is refused, and names the state", () => {
	test.each([
		["review", (claim: Claim) => rules.review(claim, "x"), "SUBMITTED"],
		["approve", (claim: Claim) => rules.approve(claim, terms, nothing), "UNDER_REVIEW"],
		[
			"reject",
			(claim: Claim) => rules.reject(claim, { reason: "", decided_by: "" }),
			"UNDER_REVIEW",
		],
		["close", (claim: Claim) => rules.close(claim, "x"), "MANUAL_REVIEW"],
	])("%s", (_, act, from) => {
		const base = reviewed().now();
		for (const status of Object.keys(next) as Claim["status"][]) {
			const attempt = () => act({ ...base, status });
			if (status === from) expect(attempt).not.toThrow();
			else
				expect(attempt).toThrow(
					expect.objectContaining({ type: "WRONG_STATE", data: { state: status, needed: from } }),
				);
		}
	});
});

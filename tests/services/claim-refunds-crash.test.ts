import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { Provider } from "../../services/payments/provider.store.ts";
import { claimsDesk } from "../support/refunding.ts";
import { until } from "../support/until.ts";

jest.setTimeout(30_000); // everything stops and starts, several times
const desk = claimsDesk();
beforeAll(() => desk.start());
afterAll(() => desk.stop());

const PAID = 11_498;
const REFUNDED = Array(3).fill(PAID - 3_831);
const UNTOUCHED = Array(3).fill(PAID);

/** Of one kind of question, none is answered any more; the provider hears it, or does not. */
const cut = (question: "refund" | "reverse", where: "before" | "after") => {
	const { provider } = desk.house("payments");
	const ask = provider[question] as (...args: unknown[]) => Promise<boolean>;
	let asked = 0;
	const dead = async (...args: unknown[]) => {
		asked++;
		if (where === "after") await ask(...args);
		throw new Error("cut");
	};
	Object.assign(provider, { [question]: dead } as Partial<Provider>);
	return () => until(() => asked > 0);
};

test.each(["before", "after"] as const)(
	"CLM-15 a crash %s the provider has refunded is finished after the restart, once",
	async (where) => {
		const bought = await desk.bought();
		const isCut = cut("refund", where);
		const claim_id = await desk.approve(bought);
		await isCut();
		await desk.restart();
		await desk.ends(claim_id, "inventory.adjusted");
		await desk.quiet();
		const once = ["payments.refund_requested", "payments.refunded", "inventory.adjusted"];
		expect(await desk.events(claim_id)).toEqual(once);
		expect(await desk.nets(bought)).toEqual(REFUNDED);
		expect(await desk.onHand(bought)).toBe(1);
	},
);

test.each(["before", "after"] as const)(
	"CLM-15 CLM-09 a crash %s the provider has reversed is finished after the restart, once",
	async (where) => {
		const bought = await desk.bought({ shelved: false });
		const isCut = cut("reverse", where);
		const claim_id = await desk.approve(bought);
		await isCut();
		await desk.restart();
		await desk.ends(claim_id, "payments.refund_reversed");
		await desk.quiet();
		const reversed = (await desk.events(claim_id)).filter((one) => one.includes("reversed"));
		expect(reversed).toHaveLength(1);
		expect(await desk.nets(bought)).toEqual(UNTOUCHED);
	},
);

test("CLM-15 CLM-07 whoever is not there hears of the claim when it comes back", async () => {
	await desk.restart(desk.without("inventory"));
	const bought = await desk.bought({ shelved: false });
	const claim_id = await desk.approve(bought, { disposition: "none" });
	await desk.ends(claim_id, "payments.refunded");
	await desk.restart();
	await desk.ends(claim_id, "inventory.adjusted");
	expect(await desk.nets(bought)).toEqual(REFUNDED);

	const missed = await desk.bought();
	const { restart, without, approve } = desk;
	await restart(without("payments"));
	const late = await approve(missed, { times: 2 });
	await restart();
	await desk.ends(late, "inventory.adjusted");
	await desk.quiet();
	expect(await desk.nets(missed)).toEqual(REFUNDED);
	expect(await desk.onHand(missed)).toBe(1);
});

test("CLM-15 after any order of claims, cuts and restarts money and stock are conserved", async () => {
	const bought = await desk.bought();
	const claimed: string[] = [];
	for (const [claimed_before, question] of [
		[0, undefined],
		[1, "after"],
		[2, "before"],
	] as const) {
		const isCut = question && cut("refund", question);
		claimed.push(await desk.approve({ ...bought, claimed_before }, { times: 2 }));
		await isCut?.();
		await desk.restart();
	}
	for (const claim_id of claimed) await desk.ends(claim_id, "inventory.adjusted");
	await desk.quiet();
	expect(await desk.nets(bought)).toEqual([0, 0, 0]);
	expect(await desk.onHand(bought)).toBe(3);
	expect(await desk.drift()).toBe(0);
});

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import { type Claim, claims } from "../../services/claims/claims.contract.ts";
import { counter, headOffice, manager } from "../support/claiming.ts";
import { failure } from "../support/failure.ts";

const { shop, rows, db, buys, file, facts, others, customer } = counter();
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const approve = async (order = buys(), over: object = {}) => {
	const { id } = await file(order, { quantity: order.quantity });
	await claims.review(shop, { id }, headOffice);
	return claims.approve(shop, { id, disposition: "damaged", ...over }, headOffice);
};
const now = ({ id }: Claim) => claims.get(shop, { id }, headOffice);
const told = async (claim: Claim) => (await facts(claim)).map(({ event }) => event.split(".")[1]);
const lineOf = async ({ order_id }: Claim) => {
	const sql = "select claimed, granted, granted_cents from claimed_line where order_id = $order_id";
	return (await rows(sql, { order_id }))[0];
};
const free = { claimed: 0, granted: 0, granted_cents: 0 };

describe("deciding", () => {
	test("CLM-04 an approval says all that payments needs to compute the refund", async () => {
		const order = buys({ quantity: 3 });
		const claim = await approve(order, { quantity: 2, reason: "fissures" });
		expect(claim).toMatchObject({
			status: "APPROVED",
			quantity: 3,
			granted: 2,
			reason: "fissures",
		});
		const { customer_id, ...purchase } = order;
		expect((await facts(claim)).at(-1)).toEqual({
			event: "claims.approved",
			claim_id: claim.id,
			customer_id,
			product_id: "5",
			quantity: 2,
			purchase: { ...purchase, claimed_before: 0 },
			disposition: "damaged",
			decided_by: "test_head_office",
			reason: "fissures",
		});
		const second = await approve({ ...order, quantity: 1 }, { amount_cents: 1_000 });
		expect((await facts(second)).at(-1)).toMatchObject({
			quantity: 1,
			amount_cents: 1_000,
			purchase: { claimed_before: 2 },
		});
		expect(await lineOf(claim)).toEqual({ claimed: 3, granted: 3, granted_cents: 23_996 });
	});

	test("CLM-02 more than was paid is refused, and nothing happens", async () => {
		const { id } = await file(buys());
		await claims.review(shop, { id }, headOffice);
		const attempt = { id, disposition: "none" as const };
		for (const over of [{ quantity: 2 }, { amount_cents: 11_499 }])
			expect(
				await failure(claims.approve(shop, { ...attempt, ...over }, headOffice)),
			).toMatchObject({ type: "CLAIM_EXCEEDS_PURCHASE", code: 409 });
		expect(
			await failure(claims.approve(shop, { ...attempt, amount_cents: 0 }, headOffice)),
		).toMatchObject({ type: "VALIDATION_ERROR" });
		expect((await claims.get(shop, { id }, customer())).status).toBe("UNDER_REVIEW");
	});

	test("CLM-01 approving twice, at once or later, has one effect", async () => {
		const { id } = await file(buys());
		await claims.review(shop, { id }, headOffice);
		const attempt = () => claims.approve(shop, { id, disposition: "none" }, headOffice);
		const outcomes = await Promise.allSettled([attempt(), attempt()]);
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		const claim = await claims.get(shop, { id }, headOffice);
		expect(await failure(attempt())).toMatchObject({
			type: "WRONG_STATE",
			data: { state: "APPROVED", needed: "UNDER_REVIEW" },
		});
		expect(await told(claim)).toEqual(["submitted", "review_started", "approved"]);
	});

	test("CLM-01 a manager decides on the store's own claims; another's is not found", async () => {
		const elsewhere = await file(buys({ location_id: "2" }));
		const here = await file(buys({ location_id: "1" }));
		const reason = "hors garantie";
		for (const act of ["review", "reject"] as const) {
			const foreign = claims[act](shop, { id: elsewhere.id, reason } as never, manager);
			expect(await failure(foreign)).toMatchObject({ type: expect.any(String) });
		}
		expect(await failure(claims.review(shop, { id: elsewhere.id }, manager))).toMatchObject({
			type: "CLAIM_NOT_FOUND",
			code: 404,
		});
		expect(await failure(claims.review(shop, { id: here.id }, customer()))).toMatchObject({
			type: "FORBIDDEN",
		});
		await claims.review(shop, { id: here.id }, manager);
		const rejected = await claims.reject(shop, { id: here.id, reason }, manager);
		expect(rejected).toMatchObject({
			status: "REJECTED",
			reason,
			decided_by: "test_store_manager",
		});
	});

	test("CLM-02 what is rejected, or not granted, may be claimed again", async () => {
		const order = buys({ quantity: 2 });
		const claim = await approve(order, { quantity: 1 });
		const { id } = await file(order);
		expect(await failure(file(order))).toMatchObject({ type: "ALREADY_CLAIMED" });
		await claims.review(shop, { id }, headOffice);
		await claims.reject(shop, { id, reason: "non" }, headOffice);
		expect(await lineOf(claim)).toEqual({ claimed: 1, granted: 1, granted_cents: 11_498 });
		expect(await file(order)).toMatchObject({ status: "SUBMITTED" });
	});
});

describe("the refund, followed", () => {
	type Said = keyof ReturnType<typeof others>;
	const done = ["submitted", "review_started", "approved", "refund_pending", "refund_made"];

	test("CLM-05 CLM-13 CLM-07 each fact moves the claim one state on, to CLOSED", async () => {
		const claim = await approve();
		const { requested, refunded, adjusted } = others(claim);
		await requested();
		expect(await now(claim)).toMatchObject({ status: "REFUND_PENDING", amount_cents: 11_498 });
		await refunded();
		expect((await now(claim)).status).toBe("REFUNDED");
		await adjusted();
		expect(await now(claim)).toMatchObject({ status: "CLOSED", amount_cents: 11_498, version: 7 });
		expect(await told(claim)).toEqual([...done, "stock_adjusted", "closed"]);
		const { items } = await claims.history(shop, { id: claim.id }, customer());
		expect(items.map(({ actor }) => actor).slice(3)).toEqual([
			"payments",
			"payments",
			"inventory",
			"inventory",
		]);
	});

	/** Each way to merge what the two say: the order of each holds, and no other. */
	const merged = (a: Said[], b: Said[]): Said[][] =>
		a.length === 0 || b.length === 0
			? [[...a, ...b]]
			: [
					...merged(a.slice(1), b).map((rest) => [a[0]!, ...rest]),
					...merged(a, b.slice(1)).map((rest) => [b[0]!, ...rest]),
				];
	const stories: [end: string, said: Said[], by: Said[], told: string[]][] = [
		["CLOSED", ["requested", "refunded"], ["adjusted"], [...done, "stock_adjusted", "closed"]],
		[
			"COMPENSATED",
			["requested", "refunded", "reversed"],
			["returnRefused"],
			[...done, "compensating", "compensated"],
		],
		[
			"MANUAL_REVIEW",
			["requested", "refunded", "stands"],
			["returnRefused"],
			[...done, "compensating", "review_needed"],
		],
		[
			"MANUAL_REVIEW",
			["requested", "refused"],
			[],
			[...done.slice(0, 4), "compensating", "review_needed"],
		],
	];
	const orders = stories.flatMap(([end, said, by, history]) =>
		merged(said, by).map((order) => [order.join(" "), end, order, history] as const),
	);

	test.each(orders)("CLM-07 CLM-09 CLM-13 %s: ends %s, once", async (_, end, order, history) => {
		const claim = await approve();
		const says = others(claim);
		for (const one of order) await says[one]();
		expect(await now(claim)).toMatchObject({ status: end, refund_id: expect.any(String) });
		expect(await told(claim)).toEqual(history);
		for (const one of order) await says[one](); // each again, as another message
		expect(await now(claim)).toMatchObject({ status: end });
		expect(await told(claim)).toEqual(history);
		const used = { claimed: 1, granted: 1, granted_cents: 11_498 };
		expect(await lineOf(claim)).toEqual(end === "COMPENSATED" ? free : used);
	});

	test("CLM-09 what is compensated may be claimed again; what was refused a person closes", async () => {
		const order = buys();
		const claim = await approve(order);
		const { requested, refunded, returnRefused, reversed } = others(claim);
		for (const say of [requested, refunded, returnRefused]) await say();
		expect(await now(claim)).toMatchObject({ status: "COMPENSATING", reason: "archived" });
		expect(await failure(file(order))).toMatchObject({ type: "ALREADY_CLAIMED" });
		await reversed();
		const again = await approve(order);
		await others(again).requested();
		await others(again).refused();
		expect(await now(again)).toMatchObject({ status: "MANUAL_REVIEW", reason: "provider" });
		const closing = { id: again.id, reason: "chèque 42" };
		expect(await claims.close(shop, closing, headOffice)).toMatchObject({ status: "CLOSED" });
		expect(
			await rows("select * from claim_waiting where claim_id = $id", { id: again.id }),
		).toEqual([]);
	});
});

describe("the database itself", () => {
	const script = (sql: string) => failure(db().write((tx) => tx.script(sql)));
	test.each([
		["change", "update claim_event set actor = 'nobody'"],
		["go", "delete from claim_event"],
	])("AUD-05 lets no event %s", async (_, sql) => {
		await approve();
		const before = await rows("select * from claim_event order by claim_id, version");
		expect((await script(sql)).message).toContain("append-only");
		expect(await rows("select * from claim_event order by claim_id, version")).toEqual(before);
	});
	test.each([
		["a second event of a version", "insert into claim_event select * from claim_event limit 1"],
		["more claimed than was bought", "update claimed_line set claimed = quantity + 1"],
		["more granted than was claimed", "update claimed_line set granted = claimed + 1"],
		["more given back than was paid", "update claimed_line set granted_cents = paid_cents + 1"],
		["less than nothing", "update claimed_line set claimed = -1, granted = -1"],
		["a state that is none", "update claim set status = 'LOST'"],
		["more granted than asked", "update claim set granted = quantity + 1"],
	])("AUD-05 CLM-02 refuses %s", async (_, sql) => {
		await approve();
		expect(await script(sql)).toBeDefined();
	});
});

test("AUD-05 CLM-01 every row is the fold of its events, and every line what claims make of it", async () => {
	const { items } = await claims.list(shop, { limit: 200 }, headOffice);
	expect(items.length).toBeGreaterThan(20);
	const used = new Map<string, typeof free>();
	for (const row of items) {
		expect(await now(row)).toEqual(row);
		const { order_id = "", status, granted = 0, quantity, amount_cents = 0 } = row;
		const so_far = used.get(order_id) ?? free;
		const isFree = ["REJECTED", "COMPENSATED"].includes(status);
		used.set(order_id, {
			claimed: so_far.claimed + (isFree ? 0 : granted || quantity),
			granted: so_far.granted + (isFree ? 0 : granted),
			granted_cents: so_far.granted_cents + (isFree || !granted ? 0 : amount_cents),
		});
		expect(await lineOf(row)).toBeDefined();
	}
	const waiting = await rows<{ id: string }>("select claim_id as id from claim_waiting");
	for (const { id } of waiting)
		expect(items.find((one) => one.id === id)?.status).toBe("MANUAL_REVIEW");
	for (const [order_id, line] of used) expect(await lineOf({ order_id } as Claim)).toEqual(line);
});

test("CLM-17 claims are counted by the states that they come to", async () => {
	const page = await registry.metrics();
	expect(page).toMatch(/^claims_total\{status="CLOSED"\} \d+$/m);
	expect(page).toMatch(/^claims_total\{status="COMPENSATED"\} \d+$/m);
});

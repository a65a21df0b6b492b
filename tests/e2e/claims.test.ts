import { expect, test } from "@jest/globals";
import { settled } from "../support/buying.ts";
import { bought, file, granted, passed, settledClaim } from "../support/claimed.ts";
import { until } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { open } from "../support/open.ts";
import { sumIn } from "../support/page.ts";

patience(60_000);

const here = open("buyer", "admin", "office", "manager", "till", "auditor");
const GRANTED = ["SUBMITTED", "UNDER_REVIEW", "APPROVED"];
const PAID = ["REFUND_PENDING", "REFUNDED", "STOCK_ADJUSTED", "CLOSED"];

const get = async (path: string, token = here.admin) =>
	(await here.shop.get(path, { token })).body as any;
const said = ({ status, body }: { status: number; body: any }) => [status, body.code];
const simulator = (body?: object) =>
	here.shop.post(`/api/v1/payments/admin/${body ? "configure-failure" : "reset-failure-config"}`, {
		token: here.admin,
		...(body && { body }),
	});
/** Its story, as whoever only watches tells it. */
const storyOf = async (claim_id: string) => {
	const { body } = await until(
		() => here.shop.get(`/api/v1/sagas?claim_id=${claim_id}`, { token: here.admin }),
		({ body: { items } }) => ["COMPLETED", "COMPENSATED", "FAILED"].includes(items[0]?.status),
	);
	return get(`/api/v1/sagas/${body.items[0].saga_id}`);
};

test("CLM-02 CLM-03 the demo's customer claims the demo's product by POST /claims: approved by the rule, closed by nobody", async () => {
	const { shop, till, admin } = here;
	const demo = { customer_id: "customer_001", product_id: "product_123" };
	const { status, headers, body } = await file(shop, till, demo);
	expect([status, headers.get("location")]).toEqual([201, `/api/v1/claims/${body.id}`]);
	expect(body).toMatchObject({
		...demo,
		...{ status: "APPROVED", decided_by: "rule", description: "Produit endommagé" },
		...{ amount_cents: 4_599, order_id: "457" },
	});
	const closed = await settledClaim(shop, admin, body.id);
	expect(closed).toMatchObject({ status: "CLOSED", refund_id: expect.stringMatching(/^rfd_/) });
	expect(await passed(shop, admin, body.id)).toEqual(["SUBMITTED", "APPROVED", ...PAID]);
	expect(await get("/api/v1/payments/790")).toMatchObject({ refunded_cents: 4_599 });

	const again = await file(shop, till, { ...demo, description: "Produit défectueux" });
	expect(said(again)).toEqual([409, "ALREADY_CLAIMED"]);
});

test("CLM-04 CLM-05 CLM-07 INV-24 MON-29 D5 a person grants: money, then goods, then the end, each by its owner; metrics and health say so", async () => {
	const { shop, buyer, office, product } = here;
	const before = await settled(shop, here.admin, 5);
	const { order_id, payment_id } = await bought(shop, buyer, { product_id: 5, quantity: 2 });
	const wrong = { product_id: 5, claim_type: "wrong_item", order_id };
	const filed = await file(shop, buyer, wrong);
	const { id } = filed.body;
	expect(filed.body).toMatchObject({ status: "SUBMITTED", quantity: 1 });
	expect((await granted(shop, office, id, { disposition: "restock" })).status).toBe(200);
	const closed = await settledClaim(shop, buyer, id);
	expect(closed).toMatchObject({ status: "CLOSED", amount_cents: 11_497, granted: 1 });
	expect(await passed(shop, buyer, id)).toEqual([...GRANTED, ...PAID]);
	expect(await get(`/api/v1/payments/${payment_id}`)).toMatchObject({ refunded_cents: 11_497 });
	expect(await settled(shop, here.admin, 5)).toBe(before - 1);

	const story = await storyOf(id);
	expect(story).toMatchObject({ kind: "choreographed", status: "COMPLETED", claim_id: id });
	expect(story.steps.map(({ step, status }: any) => [step, status])).toEqual(
		["APPROVE_CLAIM", "REFUND", "RETURN_STOCK", "CLOSE_CLAIM"].map((step) => [step, "SUCCESS"]),
	);
	const mine = await get(`/api/v1/sagas?claim_id=${id}`, buyer);
	expect(mine.items).toHaveLength(1);

	const page = await product.counts();
	expect(sumIn(page, "refunds_total", 'ref_type="claim"')).toBe(2);
	expect(sumIn(page, "refund_amount_cents_total", 'ref_type="claim"')).toBe(16_096);
	expect(sumIn(page, "stock_adjustments_total")).toBeGreaterThan(0);
	for (const context of ["claims", "payments", "inventory", "notifications", "audit", "reporting"])
		expect(await get(`/health/${context}`)).toEqual({ context, status: "up" });
});

test("AUD-07 D5 what a request to claim has led to is one question: who asked, what was decided, the money, the movements", async () => {
	const { shop, buyer, auditor } = here;
	const { order_id } = await bought(shop, buyer, { product_id: 1 });
	const headers = { "X-Request-ID": "claim-request-0001" };
	const { body } = await file(shop, buyer, { order_id }, { headers });
	await settledClaim(shop, buyer, body.id);
	const path = "/api/v1/audit/logs?limit=100&correlation_id=claim-request-0001";
	const { items } = await until(
		() => get(path, auditor),
		({ items }) => items.some(({ action }: any) => action === "claims.closed"),
	);
	const of = (action: string) => items.filter((one: any) => one.action === action);
	expect(of("claims.submitted")).toMatchObject([{ entity_id: body.id, role: "customer" }]);
	expect(of("payments.refunded")).toMatchObject([{ after: { refund_cents: 2_874 } }]);
	const movements = items.filter(({ entity }: any) => entity === "stock");
	expect(movements.map(({ after }: any) => after.type ?? after.reason).sort()).toEqual([
		...["claim", "claim_refund", "damage"],
	]);
});

test("CLM-09 CLM-13 goods that cannot come back give the money back: the store is archived, the refund is reversed, the claim undone", async () => {
	const { shop, buyer, office, admin } = here;
	const line = { product_id: 8, location: "4" };
	const { order_id, payment_id } = await bought(shop, buyer, line);
	const { body } = await file(shop, buyer, { ...line, location: undefined, order_id });
	expect((await shop.del("/api/v1/locations/4", { token: office })).status).toBe(200);
	if (body.status === "SUBMITTED") await granted(shop, office, body.id, { disposition: "restock" });
	const ended = await settledClaim(shop, buyer, body.id);
	expect(ended).toMatchObject({ status: "COMPENSATED", order_id });
	expect(await passed(shop, buyer, body.id)).toEqual([
		...GRANTED,
		...["REFUND_PENDING", "REFUNDED", "COMPENSATING", "COMPENSATED"],
	]);
	expect(await get(`/api/v1/payments/${payment_id}`)).toMatchObject({ refunded_cents: 0 });
	const story = await storyOf(body.id);
	expect(story).toMatchObject({ status: "COMPENSATED", message: expect.any(String) });
	const [, refund, stock] = story.steps;
	expect(refund).toMatchObject({ step: "REFUND", compensation: { status: "SUCCESS" } });
	expect(stock).toMatchObject({ step: "RETURN_STOCK", status: "FAILED" });
	expect(await get(`/health/claims`, admin)).toMatchObject({ status: "up" });
	const opened = await shop.patch("/api/v1/locations/4", {
		token: office,
		body: { status: "active" },
	});
	expect(opened.status).toBe(200);
});

test("CLM-09 D16 a refund that cannot be reversed stands: a person is asked, sees it blocked, and closes the claim", async () => {
	const { shop, buyer, office } = here;
	const line = { product_id: 8, location: "5" };
	const { order_id, payment_id } = await bought(shop, buyer, line);
	const { body } = await file(shop, buyer, { product_id: 8, order_id });
	await shop.del("/api/v1/locations/5", { token: office });
	await simulator({ failure_rate: 100, operations: ["reversal"] });
	await granted(shop, office, body.id, { disposition: "restock" });
	const ended = await settledClaim(shop, buyer, body.id);
	await simulator();
	await shop.patch("/api/v1/locations/5", { token: office, body: { status: "active" } });
	expect(ended).toMatchObject({ status: "MANUAL_REVIEW", reason: expect.any(String) });
	const { refunded_cents } = await get(`/api/v1/payments/${payment_id}`);
	expect(refunded_cents).toBe(ended.amount_cents);
	expect(await storyOf(body.id)).toMatchObject({ status: "FAILED", blocked: true });
	const close = await shop.post(`/claims/${body.id}/close`, {
		token: office,
		body: { reason: "Réglé au comptoir" },
	});
	expect([close.status, close.body.status]).toEqual([200, "CLOSED"]);
	await until(
		() => storyOf(body.id),
		({ blocked }) => !blocked,
	);
});

test("CLM-09 a refund that the provider refuses moves neither money nor goods", async () => {
	const { shop, buyer, office, admin } = here;
	const { order_id, payment_id } = await bought(shop, buyer, { product_id: 8 });
	const { body } = await file(shop, buyer, { product_id: 8, order_id });
	const before = await settled(shop, admin, 8);
	await simulator({ failure_rate: 100, operations: ["refund"] });
	await granted(shop, office, body.id, { disposition: "restock" });
	const ended = await settledClaim(shop, buyer, body.id);
	await simulator();
	expect(ended).toMatchObject({ status: "MANUAL_REVIEW" });
	expect(await get(`/api/v1/payments/${payment_id}`)).toMatchObject({ refunded_cents: 0 });
	expect(await settled(shop, admin, 8)).toBe(before);
});

test("CLM-02 what was paid in cash is for a person; a claim that is rejected may be filed again", async () => {
	const { shop, buyer, office } = here;
	const { order_id } = await bought(shop, buyer, { product_id: 9 }, "cash");
	const filed = await file(shop, buyer, { product_id: 9, order_id });
	expect([filed.status, filed.body.status]).toEqual([201, "MANUAL_REVIEW"]);

	const { order_id: next } = await bought(shop, buyer, { product_id: 9 });
	const one = await file(shop, buyer, { product_id: 9, order_id: next, claim_type: "late" });
	await shop.post(`/claims/${one.body.id}/review`, { token: office });
	const answer = await shop.post(`/claims/${one.body.id}/reject`, {
		token: office,
		body: { reason: "Livré à temps" },
	});
	expect(answer.body).toMatchObject({ status: "REJECTED", reason: "Livré à temps" });
	expect((await file(shop, buyer, { product_id: 9, order_id: next })).status).toBe(201);
});

test("CLM-02 CLM-07 what cannot be claimed is refused with a code, in both languages, and leaves no claim", async () => {
	const { shop, buyer, manager, till, office, admin } = here;
	const { order_id } = await bought(shop, buyer, { product_id: 9 });
	const count = async () => (await get("/claims?limit=200")).items.length;
	const before = await count();
	const line = { product_id: 9, order_id };
	const refused: [what: string, asked: ReturnType<typeof file>, answer: [number, string]][] = [
		["never bought", file(shop, buyer, { product_id: 63 }), [422, "NOT_PURCHASED"]],
		["not in that order", file(shop, buyer, { product_id: 63, order_id }), [422, "NOT_PURCHASED"]],
		[
			"another's order",
			file(shop, buyer, { product_id: 9, order_id: "457" }),
			[422, "NOT_PURCHASED"],
		],
		["too many", file(shop, buyer, { ...line, quantity: 2 }), [409, "CLAIM_EXCEEDS_PURCHASE"]],
		["none", file(shop, buyer, { ...line, quantity: 0 }), [422, "INVALID"]],
		["unknown product", file(shop, buyer, { product_id: "nothing" }), [422, "PRODUCT_NOT_FOUND"]],
		["for another", file(shop, buyer, { ...line, customer_id: "2" }), [404, "CUSTOMER_NOT_FOUND"]],
		[
			"for nobody",
			file(shop, till, { ...line, customer_id: "99999" }),
			[422, "CUSTOMER_NOT_FOUND"],
		],
		["unknown type", file(shop, buyer, { ...line, claim_type: "ugly" }), [422, "INVALID"]],
		["no words", file(shop, buyer, { ...line, description: " " }), [422, "INVALID"]],
		["unknown field", file(shop, buyer, { ...line, amount_cents: 1 }), [422, "INVALID"]],
		["by head office", file(shop, office, line), [403, "FORBIDDEN"]],
	];
	for (const [what, asked, answer] of refused)
		expect([what, said(await asked)]).toEqual([what, answer]);
	expect(await count()).toBe(before);

	const { body } = await file(shop, buyer, line);
	expect(said(await file(shop, buyer, line))).toEqual([409, "ALREADY_CLAIMED"]);
	const steps: [who: string, step: string, body: object, answer: [number, string]][] = [
		[office, "approve", { disposition: "restock" }, [409, "WRONG_STATE"]],
		[office, "close", { reason: "x" }, [409, "WRONG_STATE"]],
		[office, "reject", {}, [422, "INVALID"]],
		[manager, "review", {}, [404, "CLAIM_NOT_FOUND"]],
		[buyer, "review", {}, [403, "FORBIDDEN"]],
		[admin, "approve", { disposition: "restock" }, [403, "FORBIDDEN"]],
	];
	for (const [token, step, terms, answer] of steps) {
		const asked = await shop.post(`/claims/${body.id}/${step}`, { token, body: terms });
		expect([step, said(asked)]).toEqual([step, answer]);
	}
	const over = { disposition: "restock", amount_cents: body.purchase.net_cents * 2 };
	const more = await granted(shop, office, body.id, over);
	expect(said(more)).toEqual([409, "CLAIM_EXCEEDS_PURCHASE"]);

	const asked = (locale: string) =>
		file(shop, buyer, { product_id: 63 }, { headers: { "Accept-Language": locale } });
	expect((await asked("fr")).body.message).toMatch(/^Aucun achat payé du produit 63/);
	expect((await asked("en")).body.message).toMatch(/^No paid purchase of product 63/);
});

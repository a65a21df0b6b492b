import { expect, test } from "@jest/globals";
import { buy, endOf } from "../support/buying.ts";
import { bought, file, settledClaim } from "../support/claimed.ts";
import { until } from "../support/client.ts";
import { filesOf } from "../support/kept.ts";
import { rows } from "../support/ledgers.ts";
import { patience } from "../support/modes.ts";
import { open } from "../support/open.ts";

patience(60_000);

const here = open("buyer", "admin", "office", "manager", "logistics", "supplier", "auditor");

const ask = (token: string, query = "", locale = "fr") =>
	here.shop.get(`/api/v1/notifications?limit=200${query}`, {
		token,
		headers: { "Accept-Language": locale },
	});
const listOf = async (token: string, query = "", locale = "fr"): Promise<any[]> =>
	(await ask(token, query, locale)).body.items;
const told = (token: string, isAll: (items: any[]) => boolean) =>
	until(() => listOf(token, "&channel=in_app"), isAll);
const tell = (body: object, token = here.office, path = "/api/notifications/") =>
	here.shop.post(path, { token, body });
const said = ({ status, body }: { status: number; body: any }) => [status, body.code];

test("NOT-03 NOT-01 each step of a claim and of its refund is told to the customer, once, in the language of the reader", async () => {
	const { shop, buyer } = here;
	const { order_id } = await bought(shop, buyer, { product_id: 1 });
	const { body } = await file(shop, buyer, { order_id });
	expect((await settledClaim(shop, buyer, body.id)).status).toBe("CLOSED");
	const isOfClaim = ({ title }: any) => title.includes(body.claim_no);
	const items = await told(buyer, (all) => all.filter(isOfClaim).length >= 6);
	expect(items.filter(isOfClaim).map(({ template }) => template)).toEqual([
		"claim_closed",
		"claim_stock_adjusted",
		"claim_refund_made",
		"claim_refund_pending",
		"claim_approved",
		"claim_submitted",
	]);
	const refund = ({ template }: any) => template === "claim_refund_made";
	expect(items.find(refund)).toMatchObject({
		title: `Réclamation ${body.claim_no} : remboursement fait`,
		text: expect.stringMatching(/^28,74\s\$ vous reviennent\.$/),
	});
	const english = await listOf(buyer, "&channel=in_app", "en");
	expect(english.find(refund)).toMatchObject({
		title: `Claim ${body.claim_no}: refund made`,
		text: "$28.74 come back to you.",
	});
	const causes = rows(
		await filesOf(here.product),
		"notifications",
		"select dedupe_key from notification",
	);
	expect(new Set(causes.map(({ dedupe_key }) => dedupe_key)).size).toBe(causes.length);
});

test("NOT-01 both worlds are heard: an order that is led, one that nobody leads, and one that fails", async () => {
	const { shop, buyer } = here;
	const before = (await listOf(buyer, "&channel=in_app")).length;
	expect((await buy(shop, buyer)).status).toBe(201);
	const free = await shop.post("/api/v1/orders?saga=choreographed&wait=true", {
		token: buyer,
		headers: { "Idempotency-Key": crypto.randomUUID() },
		body: {
			products: [{ product_id: 1, quantity: 1 }],
			payment_method: "credit_card",
			shipping_address: "1",
		},
	});
	expect(free.status).toBe(201);
	const line = { product_id: 2, quantity: 1, location: "1" };
	const failed = await buy(shop, buyer, { body: { products: [line] } });
	expect(failed.status).toBe(409);
	await endOf(shop, buyer, failed.body.saga_id);
	const items = await told(buyer, (all) => all.length >= before + 3);
	expect(
		items
			.slice(0, items.length - before)
			.map(({ template }) => template)
			.sort(),
	).toEqual(["order_confirmed", "order_confirmed", "order_failed"]);
});

test("NOT-02 GET and POST /api/notifications/: head office tells a customer, who reads it; nobody else sees it", async () => {
	const { shop, buyer, manager, admin } = here;
	const news = { recipient_type: "customer", recipient_id: 1, title: "Rappel", text: "=SUM(A1)" };
	const { status, body } = await tell(news);
	expect([status, body]).toMatchObject([
		201,
		{ title: "Rappel", text: "=SUM(A1)", status: "SENT" },
	]);
	const alias = await shop.get("/api/notifications/", { token: buyer });
	expect(alias.body.items[0]).toEqual(body);
	expect((await listOf(manager)).map(({ id }) => id)).not.toContain(body.id);
	const path = `/api/v1/notifications/${body.id}/read`;
	expect(said(await shop.post(path, { token: manager }))).toEqual([404, "NOTIFICATION_NOT_FOUND"]);
	const read = await shop.post(path, { token: buyer });
	expect([read.status, read.body]).toMatchObject([200, { status: "READ" }]);
	expect(typeof read.body.read_at).toBe("string");
	const named = "&recipient_type=customer&recipient_id=1";
	expect((await listOf(admin, named)).map(({ id }) => id)).toContain(body.id);
});

test("NOT-02 each reads the own: the store its alerts, logistics all, a supplier none; another's name is no way in", async () => {
	const { manager, logistics, supplier, auditor } = here;
	const alerts = await told(manager, (all) =>
		all.some(({ template }) => template === "stock_alert"),
	);
	expect(alerts).toMatchObject([{ title: "Stock : rupture", recipient_id: "store_manager-1" }]);
	expect((await told(logistics, (all) => all.length >= 3)).length).toBeGreaterThanOrEqual(3);
	expect(await listOf(supplier)).toEqual([]);
	expect(await listOf(auditor, "&recipient_type=customer&recipient_id=1")).toEqual([]);
	expect(await listOf(here.buyer, "&recipient_type=customer&recipient_id=2")).toEqual([]);
});

test("NOT-02 NOT-04 what cannot be told or sent is refused with a code", async () => {
	const { shop, admin, buyer } = here;
	const note = { recipient_type: "customer", recipient_id: "1", title: "T", text: "X" };
	const hook = (url: string, events = ["claims.closed"], token = admin) =>
		shop.post("/api/v1/webhook-subscriptions", { token, body: { url, event_types: events } });
	const good = "https://example.com/hook";
	const refused: [what: string, asked: Promise<any>, answer: [number, string]][] = [
		["a customer tells", tell(note, buyer), [403, "FORBIDDEN"]],
		["an unknown customer", tell({ ...note, recipient_id: "99999" }), [422, "CUSTOMER_NOT_FOUND"]],
		[
			"a role that is none",
			tell({ ...note, recipient_type: "role", recipient_id: "king" }),
			[422, "INVALID"],
		],
		["no words", tell({ ...note, text: "" }), [422, "INVALID"]],
		["by pigeon", tell({ ...note, channel: "pigeon" }), [422, "INVALID"]],
		["half a name", ask(admin, "&recipient_id=1"), [422, "INVALID"]],
		["a private address", hook("http://169.254.169.254/"), [422, "WEBHOOK_URL_REFUSED"]],
		["another port", hook("https://example.com:8443/"), [422, "WEBHOOK_URL_REFUSED"]],
		["no address", hook("nope"), [422, "WEBHOOK_URL_REFUSED"]],
		["an unknown fact", hook(good, ["claims.nope"]), [422, "UNKNOWN_EVENT"]],
		["no fact", hook(good, []), [422, "INVALID"]],
		["by a customer", hook(good, ["claims.closed"], buyer), [403, "FORBIDDEN"]],
	];
	for (const [what, asked, answer] of refused)
		expect([what, said(await asked)]).toEqual([what, answer]);

	const made = await hook(good);
	expect([made.status, made.body.secret]).toEqual([201, expect.stringMatching(/^whsec_/)]);
	const listed = await shop.get("/api/v1/webhook-subscriptions", { token: admin });
	expect(JSON.stringify(listed.body)).not.toContain("whsec_");
	const path = `/api/v1/webhook-subscriptions/${made.body.id}`;
	expect((await shop.del(path, { token: admin })).body.status).toBe("ENDED");
});

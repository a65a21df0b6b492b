import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Service } from "moleculer";
import { env } from "../../config/env.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import { customers } from "../../services/customers/customers.contract.ts";
import { identity } from "../../services/identity/identity.contract.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { notifications } from "../../services/notifications/notifications.contract.ts";
import notificationsService from "../../services/notifications/notifications.service.ts";
import { addNotices } from "../../services/notifications/notifications.store.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { stub } from "../support/stub.ts";
import { teller, tells } from "../support/teller.ts";
import { until } from "../support/until.ts";

const AT = "2026-03-01T12:00:00.000Z";
const ada = {
	id: "1",
	first_name: "Ada",
	last_name: "L",
	email: "ada@example.com",
	locale: "en" as const,
};
const profile = { ...ada, status: "active" as const, version: 1, created_at: AT, updated_at: AT };
let isAway = false;
const people = stub(customers, {
	async get({ params: { id } }) {
		if (isAway) throw new Error("customers is away");
		const { email: _, ...silent } = profile;
		return id === "1" ? profile : { ...silent, id };
	},
});
const users = stub(identity, {});
const tellers = ["claims", "inventory", "orders", "saga"].map(teller);
const town = broker([people, users, ...tellers, notificationsService]);
beforeAll(() => town.start());
afterAll(() => town.stop());

interface Host extends Omit<Service, "schema"> {
	db: Database;
	schema: { hears: Record<string, (this: unknown, tx: Tx, fact: object) => Promise<void>> };
}
const customer = (customer_id: string) => as("customer", { customer_id });
const listOf = async (who: ReturnType<typeof as>, asked: object = {}) =>
	(await notifications.list(town, { limit: 200, ...asked }, who)).items;
const mails = () => {
	const folder = join(env.data_dir, "mail");
	return existsSync(folder)
		? readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"))
		: [];
};
const claim = (claim_id: string, customer_id: string) => ({
	claim_id,
	customer_id,
	product_id: "7",
	quantity: 1,
});

test("NOT-01 NOT-03 each step of a claim tells the customer once, however often it is heard", async () => {
	const base = claim("clm_000000001", "5");
	const purchase = {
		...{ order_id: "457", line: 1, location_id: "online", product_id: "7", payment_id: "790" },
		...{ payment_method: "credit_card" as const, quantity: 1, net_cents: 100 },
		...{ gst_cents: 5, qst_cents: 10, claimed_before: 0 },
	};
	const facts = [
		claims.submitted({ ...base, claim_type: "damaged", description: "Cassé" }),
		claims.review_started({ ...base, decided_by: "u" }),
		claims.approved({ ...base, purchase, disposition: "damaged", decided_by: "u" }),
		claims.refund_pending({ ...base, refund_id: "rfd_1" }),
		claims.refund_made({ ...base, refund_id: "rfd_1", amount_cents: 115 }),
		claims.stock_adjusted(base),
		claims.closed(base),
	];
	await tells(town, ...facts);
	const told = await until(
		() => listOf(customer("5"), { channel: "in_app" }),
		(all) => all.length === 7,
	);
	expect(told.map(({ template }) => template).reverse()).toEqual([
		"claim_submitted",
		"claim_review_started",
		"claim_approved",
		"claim_refund_pending",
		"claim_refund_made",
		"claim_stock_adjusted",
		"claim_closed",
	]);

	const host = town.getLocalService("notifications") as unknown as Host;
	const again = {
		...facts[0],
		message_id: "msg_again",
		producer: "claims",
		key_seq: 1,
		occurred_at: 0,
		headers: {},
	};
	for (const _ of [1, 2])
		await host.db.write(async (tx) => {
			await host.schema.hears[claims.submitted.event]?.call(host, tx, again);
		});
	expect(await listOf(customer("5"), { channel: "in_app" })).toHaveLength(8);
});

test("NOT-04 what matters goes by e-mail, in the customer's language, and a mail program can open it", async () => {
	await tells(town, claims.closed(claim("clm_ZZZZZZZZ", "1")));
	const [mail] = await until(
		() => listOf(customer("1"), { channel: "email" }),
		(all) => all[0]?.status === "SENT",
	);
	expect(mail).toMatchObject({ template: "claim_closed", locale: "en" });
	const [text] = mails().filter((one) => one.includes(`<${mail?.id}@comptoir>`));
	expect(text).toMatch(/^To: ada@example\.com/m);
	expect(text).toMatch(/^Subject: Claim ZZZZZZZZ closed/m);
});

test("NOT-04 mail waits while nobody can say where it goes, and is given up for who has no address", async () => {
	isAway = true;
	await tells(town, claims.rejected({ ...claim("clm_A", "1"), decided_by: "u", reason: "non" }));
	const waiting = await until(
		() => listOf(customer("1"), { channel: "email", status: "FAILED" }),
		(all) => all.length === 1,
	);
	expect(waiting[0]).toMatchObject({ attempts: 1, error: expect.stringContaining("away") });
	isAway = false;
	await until(
		() => listOf(customer("1"), { channel: "email", status: "FAILED" }),
		(all) => all.length === 0,
	);

	await tells(town, claims.closed(claim("clm_B", "9")));
	const [dead] = await until(
		() => listOf(customer("9"), { channel: "email", status: "DEAD" }),
		(all) => all.length === 1,
	);
	expect(dead).toMatchObject({ attempts: 1, error: "no e-mail address" });
});

test("NOT-01 INV-06 a stock alert reaches the store's manager and the logistics centre, and nobody else", async () => {
	const alert = {
		location_id: "3",
		product_id: "33",
		kind: "low" as const,
		level: 3,
		threshold: 5,
	};
	await tells(town, inventory.alert_raised(alert));
	const manager = as("store_manager", { location_id: "3" });
	const seen = await until(
		() => listOf(manager),
		(all) => all.length === 1,
	);
	expect(seen[0]).toMatchObject({ title: "Stock : bas", status: "SENT" });
	expect(await listOf(as("logistics"))).toHaveLength(1);
	expect(await listOf(as("store_manager", { location_id: "4" }))).toEqual([]);
	expect(await listOf(customer("3"))).toEqual([]);
});

test("NOT-02 head office tells somebody something, once for one key; the reader marks it as read", async () => {
	const asked = {
		recipient_type: "customer" as const,
		recipient_id: "20",
		title: "Solde",
		text: "Demain",
	};
	const { headers } = as("head_office", {}, { idempotency_key: "solde" });
	const [one, two] = [
		await notifications.create(town, asked, { headers }),
		await notifications.create(town, asked, { headers }),
	];
	expect(two.id).toBe(one.id);
	const [seen] = await listOf(customer("20"));
	expect(seen).toMatchObject({ id: one.id, title: "Solde", text: "Demain", status: "SENT" });

	const foreign = await failure(notifications.markRead(town, { id: one.id }, customer("21")));
	expect(foreign).toMatchObject({ type: "NOTIFICATION_NOT_FOUND", code: 404 });
	const read = await notifications.markRead(town, { id: one.id }, customer("20"));
	expect(read).toMatchObject({ status: "READ" });
	expect(await notifications.markRead(town, { id: one.id }, customer("20"))).toEqual(read);
	expect(await failure(notifications.create(town, asked, customer("20")))).toMatchObject({
		code: 403,
	});
});

test("NOT-02 a list is read page by page, and another's only by head office and admin", async () => {
	for (let n = 0; n < 5; n++) await tells(town, claims.closed(claim(`clm_P${n}`, "30")));
	await until(
		() => listOf(customer("30"), { channel: "in_app" }),
		(all) => all.length === 5,
	);
	const asked = { limit: 2, channel: "in_app" as const };
	const ids: string[] = [];
	for (let cursor: string | undefined; ; ) {
		const found = await notifications.list(
			town,
			{ ...asked, ...(cursor && { cursor }) },
			customer("30"),
		);
		ids.push(...found.items.map(({ id }) => id));
		cursor = found.next_cursor;
		if (!cursor) break;
	}
	expect(ids).toHaveLength(5);
	expect(ids).toEqual([...ids].sort().reverse());
	const named = { recipient_type: "customer", recipient_id: "30" };
	expect(await listOf(as("admin"), named)).not.toEqual([]);
	expect(await listOf(customer("31"), named)).toEqual([]);
});

test("NOT-02 a later look does not put off what is to be carried now", async () => {
	const host = town.getLocalService("notifications") as unknown as Host & {
		wake(ms: number): void;
	};
	const notice = { recipient_type: "customer", recipient_id: "1", channel: "email" } as const;
	const words = { template: "message", payload: { title: "Bonjour", text: "Voilà" } };
	await host.db.write((tx) => addNotices(tx, [{ ...notice, ...words, cause: "req_later" }]));
	host.wake(0);
	host.wake(30_000);
	const isSent = async () => (await listOf(customer("1"), { channel: "email" }))[0]?.status;
	await until(isSent, (status) => status === "SENT");
});

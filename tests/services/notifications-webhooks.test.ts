import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { env } from "../../config/env.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import { customers } from "../../services/customers/customers.contract.ts";
import { identity } from "../../services/identity/identity.contract.ts";
import { notifications } from "../../services/notifications/notifications.contract.ts";
import notificationsService from "../../services/notifications/notifications.service.ts";
import { as, broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { stub } from "../support/stub.ts";
import { teller, tells } from "../support/teller.ts";
import { until } from "../support/until.ts";

interface Got {
	path: string;
	headers: IncomingHttpHeaders;
	body: string;
}
const got: Got[] = [];
let refusals = 0;
const hook = createServer((request, answer) => {
	let body = "";
	request.on("data", (part) => {
		body += part;
	});
	request.on("end", () => {
		got.push({ path: request.url ?? "", headers: request.headers, body });
		if (request.url === "/elsewhere") return answer.writeHead(302, { location: "/moved" }).end();
		answer.writeHead(refusals-- > 0 ? 500 : 204).end();
	});
});
const neighbours = [stub(customers, {}), stub(identity, {}), teller("claims"), teller("orders")];
const town = broker([...neighbours, notificationsService]);
let base = "";
beforeAll(async () => {
	await new Promise<void>((ready) => hook.listen(0, "127.0.0.1", () => ready()));
	const { port } = hook.address() as AddressInfo;
	base = `http://127.0.0.1:${port}`;
	env.webhook_hosts.push(`127.0.0.1:${port}`);
	await town.start();
});
afterAll(async () => {
	await town.stop();
	hook.close();
});

const admin = as("admin");
const subscribe = (path: string, event: string) =>
	notifications.subscribe(town, { url: `${base}${path}`, event_types: [event] }, admin);
const messagesAt = (path: string, count: number) =>
	until(
		() => got.filter((one) => one.path === path),
		(seen) => seen.length === count,
	);
const closed = (claim_id: string) =>
	claims.closed({ claim_id, customer_id: "walk_in", product_id: "7", quantity: 1 });
const statusOf = async (recipient_id: string) =>
	(await notifications.list(town, { recipient_type: "webhook", recipient_id }, admin)).items;

test("NOT-04 a fact reaches who subscribed to it, signed, once, and nobody else", async () => {
	const { secret, id } = await subscribe("/signed", claims.closed.event);
	await subscribe("/other", claims.rejected.event);
	await tells(town, closed("clm_1"));
	const [message] = await messagesAt("/signed", 1);
	const {
		"webhook-id": name,
		"webhook-timestamp": at,
		"webhook-signature": seal,
	} = message?.headers ?? {};
	const key = Buffer.from(secret.replace("whsec_", ""), "base64");
	const expected = createHmac("sha256", key)
		.update(`${name}.${at}.${message?.body}`)
		.digest("base64");
	expect(seal).toBe(`v1,${expected}`);
	expect(JSON.parse(message?.body ?? "")).toMatchObject({
		event: "claims.closed",
		version: 1,
		key: "claim:clm_1",
		payload: { claim_id: "clm_1" },
	});
	await until(
		() => statusOf(id),
		([one]) => one?.status === "SENT",
	);
	expect(got.filter(({ path }) => path === "/other")).toEqual([]);
	await notifications.unsubscribe(town, { id }, admin);
});

test("NOT-04 a message that is not taken is sent again under the same id", async () => {
	const { id } = await subscribe("/shaky", claims.compensated.event);
	refusals = 1;
	await tells(town, claims.compensated({ ...closed("clm_2").payload }));
	const [first, second] = await messagesAt("/shaky", 2);
	expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
	await until(
		() => statusOf(id),
		([one]) => one?.status === "SENT" && one.attempts === 2,
	);
});

test("NOT-04 a redirect is not followed", async () => {
	const { id } = await subscribe("/elsewhere", claims.review_needed.event);
	await tells(town, claims.review_needed({ ...closed("clm_3").payload }));
	const [failed] = await until(
		() => statusOf(id),
		([one]) => one?.status === "FAILED",
	);
	expect(failed?.error).toBe("answered 302");
	expect(got.some(({ path }) => path === "/moved")).toBe(false);
	await notifications.unsubscribe(town, { id }, admin);
});

test("NOT-04 what was unsubscribed gets nothing more, and its secret is never shown again", async () => {
	const { id } = await subscribe("/ended", claims.submitted.event);
	const ended = await notifications.unsubscribe(town, { id }, admin);
	expect(ended).toMatchObject({ status: "ENDED" });
	const { items } = await notifications.subscriptions(town, {}, admin);
	expect(JSON.stringify(items)).not.toContain("whsec_");
	await tells(
		town,
		claims.submitted({ ...closed("clm_4").payload, claim_type: "late", description: "…" }),
	);
	await tells(town, closed("clm_5"));
	await until(
		() => notifications.deliver(town, {}),
		({ sent }) => sent === 0,
	);
	expect(got.filter(({ path }) => path === "/ended")).toEqual([]);
});

test.each([
	[{ url: "http://10.0.0.1/", event_types: ["claims.closed"] }, "WEBHOOK_URL_REFUSED", 422],
	[{ url: "https://example.com/", event_types: ["claims.made_up"] }, "UNKNOWN_EVENT", 422],
	[{ url: "https://example.com/", event_types: [] }, "VALIDATION_ERROR", 422],
])("NOT-04 %j is refused", async (asked, type, code) => {
	expect(await failure(notifications.subscribe(town, asked, admin))).toMatchObject({ type, code });
});

test("NOT-04 AUT-20 only head office and admin subscribe, and an unknown subscription is not found", async () => {
	const asked = { url: "https://example.com/", event_types: ["claims.closed"] };
	expect(await failure(notifications.subscribe(town, asked, as("cashier")))).toMatchObject({
		code: 403,
	});
	const err = await failure(notifications.unsubscribe(town, { id: "whk_none" }, admin));
	expect(err).toMatchObject({ type: "SUBSCRIPTION_NOT_FOUND", code: 404 });
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Service } from "moleculer";
import { registry } from "../../config/metrics.ts";
import type { Fact } from "../../lib/fact.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import type { Engine } from "../../services/saga/engine.ts";
import type { Head } from "../../services/saga/journal.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import sagaService from "../../services/saga/saga.service.ts";
import type { State } from "../../services/saga/state.ts";
import { as, broker } from "../support/broker.ts";
import { player } from "../support/stage.ts";
import { claimTale, orderTale } from "../support/tale.ts";
import { until } from "../support/until.ts";

const town = broker([...["claims", "payments", "inventory", "orders"].map(player), sagaService]);
beforeAll(() => town.start());
afterAll(() => town.stop());

type Tx = Parameters<Parameters<Database["write"]>[0]>[0];
interface Host extends Service {
	db: Database;
	engine: Engine;
	openObserved(tx: Tx, head: Head, input: State["input"], at?: number): Promise<boolean>;
	refuseObserved(tx: Tx, saga_id: string, step: string, error: object): Promise<boolean>;
	listen(now?: number): Promise<number>;
	watch(now?: number): Promise<{ overdue: number; blocked: number }>;
}
const host = () => town.getLocalService("saga") as Host;
const admin = as("admin");
const reason = "because";
const YEAR_MS = 365 * 86_400_000;

async function say(...facts: Fact[]) {
	for (const fact of facts) await town.call(`${fact.event.split(".")[0]}.say`, { facts: [fact] });
}
const find = async (claim_id: string) => (await sagas.list(town, { claim_id }, admin)).items[0];
const shows = (claim_id: string, status: string) =>
	until(
		() => find(claim_id),
		(found) => found?.status === status,
	);
const announced = (key: string) =>
	host().db.read((db) =>
		db.query<{ type: string }>("select type from outbox where key = $key order by key_seq", {
			key,
		}),
	);
const metric = async (name: string, labels = "") => {
	const page = await registry.getSingleMetricAsString(name);
	const line = page.split("\n").find((one) => one.startsWith(name) && one.includes(labels));
	return Number(line?.split(" ").at(-1) ?? 0);
};
const head = (saga_id: string, key: string, more: Partial<Head> = {}): Head => ({
	saga_id,
	name: "order-choreographed",
	version: 1,
	hash: "h",
	business_key: key,
	order_id: key,
	customer_id: "1",
	correlation_id: "req_1",
	actor: "customer_1",
	...more,
});

test("CLM-06 CLM-07 SAG-27 a claim is watched from its approval to its end, found, announced and counted", async () => {
	const labels = 'saga="claim-refund",status="completed"';
	const before = await metric("saga_definition_ended_total", labels);
	const claim = claimTale("clm_whole");
	await say(claim.submitted, claim.review, claim.approved, claim.requested, claim.refunded);
	await say(claim.adjusted, claim.closed);
	const found = await shows("clm_whole", "COMPLETED");
	expect(found).toMatchObject({ name: "claim-refund", kind: "choreographed", order_id: "ord_1" });
	const { saga_id } = found as { saga_id: string };
	const whole = await sagas.get(town, { saga_id }, admin);
	expect(whole.history.map(({ event }) => event)).toEqual([
		...["claims.submitted", "claims.review_started", "claims.approved"],
		...["payments.refund_requested", "payments.refunded", "inventory.adjusted", "claims.closed"],
	]);
	expect((await announced(`saga:${saga_id}`)).map(({ type }) => type)).toEqual([
		"saga.started",
		"saga.completed",
	]);
	expect(await metric("saga_definition_ended_total", labels)).toBe(before + 1);
	const theirs = await sagas.list(
		town,
		{ order_id: "ord_1" },
		as("customer", { customer_id: "2" }),
	);
	expect(theirs.items).toEqual([]);
	expect((await sagas.list(town, { business_key: "clm_whole" }, admin)).items).toHaveLength(1);
	await expect(
		sagas.get(town, { saga_id }, as("customer", { customer_id: "2" })),
	).rejects.toMatchObject({ type: "SAGA_NOT_FOUND" });
});

test("CLM-07 no operator commands what nobody drives", async () => {
	const claim = claimTale("clm_free");
	await say(claim.approved);
	const { saga_id } = (await shows("clm_free", "PENDING")) as { saga_id: string };
	const word = { saga_id, reason };
	const step = { ...word, step: "REFUND" };
	const commands = [
		sagas.retry(town, word, admin),
		sagas.retryStep(town, step, admin),
		sagas.skip(town, { ...step, outcome: "done", evidence: "seen" }, admin),
		sagas.cancel(town, word, admin),
		sagas.compensate(town, word, admin),
		sagas.pause(town, word, admin),
		sagas.resume(town, word, admin),
	];
	for (const refused of await Promise.allSettled(commands))
		expect(refused).toMatchObject({ reason: { type: "SAGA_OBSERVED", code: 409 } });
	expect((await sagas.live(town, { saga_ids: [saga_id] }, admin)).saga_ids).toEqual([saga_id]);
	await say(claim.requested, claim.refunded, claim.adjusted, claim.closed);
	await shows("clm_free", "COMPLETED");
});

test("CLM-15 a fact that is late is shown as blocked and announced once; when it comes, all goes on", async () => {
	const claim = claimTale("clm_late");
	await say(claim.approved, claim.requested);
	const { saga_id } = (await shows("clm_late", "PENDING")) as { saga_id: string };
	expect(await host().listen(Date.now() + 60_000)).toBe(0); // still patient
	const later = Date.now() + 11 * 60_000;
	expect(await host().listen(later)).toBe(1);
	expect(await host().listen(later + 5_000)).toBe(1);
	expect(await find("clm_late")).toMatchObject({ blocked: true, status: "PENDING" });
	expect(await metric("claims_stalled")).toBe(1);
	expect((await announced(`saga:${saga_id}`)).map(({ type }) => type)).toEqual([
		"saga.started",
		"saga.blocked",
	]);
	expect(await host().watch(later + YEAR_MS)).toEqual({ overdue: 0, blocked: 0 });

	await say(claim.refunded);
	await until(
		() => find("clm_late"),
		(found) => found?.blocked === false,
	);
	await say(claim.adjusted, claim.closed);
	await shows("clm_late", "COMPLETED");
	expect(await host().listen()).toBe(0);
	expect(await metric("claims_stalled")).toBe(0);
});

test("CLM-15 the choreography goes on without its watcher; when that is back, the timeline completes itself", async () => {
	const claim = claimTale("clm_alone");
	await say(claim.submitted, claim.approved);
	await shows("clm_alone", "PENDING");
	await town.destroyService(host());
	await say(claim.requested, claim.refunded, claim.adjusted, claim.closed);
	town.createService(sagaService);
	await town.waitForServices("saga");
	const { saga_id } = (await shows("clm_alone", "COMPLETED")) as { saga_id: string };
	const { history, steps } = await sagas.get(town, { saga_id }, admin);
	expect(history).toHaveLength(6);
	expect(steps.every(({ status }) => status === "SUCCESS")).toBe(true);
});

test("CLM-08 a choreographed order has its row before its first fact, and who waits is answered", async () => {
	const order = orderTale("ord_open", "saga_open");
	await say(order.reserved); // heard before anybody knows whose it is
	const input = { order_id: "ord_open", lines: [] };
	const open = (one: Head) => host().db.write((tx) => host().openObserved(tx, one, input));
	const waiting = host().engine.wait("saga_open", 10_000);
	expect(await open(head("saga_open", "ord_open", { request_key: "r1" }))).toBe(true);
	expect(await open(head("saga_open", "ord_open", { request_key: "r1" }))).toBe(true);
	expect(await open(head("saga_other", "ord_open"))).toBe(false);
	expect(await sagas.get(town, { saga_id: "saga_open" }, admin)).toMatchObject({
		status: "PENDING",
		order_id: "ord_open",
	});
	await say(order.created, order.captured, order.confirmed);
	expect(await waiting).toMatchObject({
		status: "COMPLETED",
		message: "Commande confirmée",
		input: { order_id: "ord_open" },
		steps: [
			{ step: "CREATE_ORDER", do: { reply: { id: "ord_open", total_cents: 31_998 } } },
			{ step: "RESERVE_STOCK" },
			{ step: "PROCESS_PAYMENT", do: { reply: { id: "pay_1" } } },
			{ step: "CONFIRM_ORDER" },
		],
	});
	expect((await sagas.ended(town, { order_ids: ["ord_open"] })).items).toEqual([
		{ order_id: "ord_open", status: "COMPLETED" },
	]);
});

test("CLM-08 one cart is sold once, whichever way; an order that is refused at once is COMPENSATED", async () => {
	const open = (one: Head, order_id: string) =>
		host().db.write((tx) => host().openObserved(tx, one, { order_id }));
	expect(await open(head("saga_a", "cart:1"), "ord_a")).toBe(true);
	expect(await open(head("saga_b", "cart:1"), "ord_b")).toBe(false);
	const no = { type: "CUSTOMER_NOT_FOUND", code: 422, message: "Customer 99999 not found" };
	const ended = host().engine.wait("saga_a", 10_000);
	await host().db.write((tx) =>
		host().refuseObserved(tx, "saga_a", "CREATE_ORDER", { ...no, data: { id: "99999" } }),
	);
	expect(await ended).toMatchObject({ status: "COMPENSATED", error: no });
	expect(await sagas.get(town, { saga_id: "saga_a" }, admin)).toMatchObject({
		status: "COMPENSATED",
		message: "Client 99999 introuvable",
		steps: [{ step: "CREATE_ORDER", status: "FAILED" }],
	});
	expect(await open(head("saga_c", "cart:1"), "ord_c")).toBe(true);
});

test("SAG-31 definitions show who hears what, beside what is orchestrated", async () => {
	const { items } = await sagas.definitions(town, {}, admin);
	const claim = items.find(({ name }) => name === "claim-refund");
	expect(claim).toMatchObject({ kind: "choreographed", version: 1, live: 0 });
	expect(claim?.diagram).toContain("payments: REFUND");
	expect(items.filter(({ kind }) => kind === "choreographed")).toHaveLength(2);
});

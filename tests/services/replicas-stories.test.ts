import { expect, test } from "@jest/globals";
import type { Tx } from "../../mixins/database.mixin.ts";
import { advance, beginNext, Superseded } from "../../mixins/projections/cursors.ts";
import type { Projector } from "../../mixins/projector.mixin.ts";
import { orderChoreographed } from "../../sagas/order-choreographed.choreography.ts";
import { reporting } from "../../services/reporting/reporting.contract.ts";
import reportingService, { projections } from "../../services/reporting/reporting.service.ts";
import { digestOf } from "../../services/saga/definitions.ts";
import type { Head } from "../../services/saga/journal.ts";
import sagaService from "../../services/saga/saga.service.ts";
import { as } from "../support/broker.ts";
import { eventStore } from "../support/feed.ts";
import { history } from "../support/retail-facts.ts";
import { shared, twins } from "../support/twins.ts";
import { until } from "../support/until.ts";

const HOUR_MS = 3_600_000;
const admin = as("admin");

shared("two replicas of the orchestrator", () => {
	const { host, both, rows } = twins(() => [sagaService]);
	type Watcher = {
		openObserved(tx: Tx, head: Head, input: object): Promise<boolean>;
		listen(now: number): Promise<number>;
	};
	const { name, version } = orderChoreographed;

	test("SAG-24 CLM-06 a story without a coordinator that falls silent is late once, though both listen", async () => {
		const ids = Array.from({ length: 20 }, (_, n) => `saga_silent_${n}`);
		const { db, openObserved } = host<Watcher>("saga", 0);
		for (const saga_id of ids) {
			const about = { business_key: saga_id, order_id: saga_id, correlation_id: "c", actor: "a" };
			const head = { saga_id, name, version, hash: digestOf(orderChoreographed), ...about };
			await db.write((tx) => openObserved(tx, head, { order_id: saga_id }));
		}
		const late = await both((_, at) => host<Watcher>("saga", at).listen(Date.now() + HOUR_MS));
		expect(late).toEqual([ids.length, ids.length]);
		const silent = "select saga_id from saga_history where type = 'SILENT' order by saga_id";
		expect((await rows("saga", silent)).map(({ saga_id }) => saga_id)).toEqual(ids.toSorted());
		const blocked = "select 1 from outbox where type = 'saga.blocked'";
		expect(await rows("saga", blocked)).toHaveLength(ids.length);
	}, 30_000);
});

shared("two replicas of reporting", () => {
	const FACTS = 2_600;
	const feed = eventStore();
	for (const [fact, at] of history(FACTS)) feed.append(fact, at);
	const { town, host, both, rows } = twins(() => [feed.store, reportingService]);
	const states = async (at: number) => (await reporting.projections(town(at), {}, admin)).items;
	const caughtUp = () =>
		until(
			async () => (await Promise.all([states(0), states(1)])).flat(),
			(all) =>
				all.every(({ position, state }) => position === feed.items.length && state === "LIVE"),
			30_000,
		);
	const dump = async () => {
		const tables = await rows(
			"reporting",
			"select tablename as name from pg_tables where schemaname = current_schema() order by 1",
		);
		const models = tables.filter(({ name }) => name.startsWith("rm_"));
		const texts = models.map(async ({ name }) => [
			name,
			(await rows("reporting", `select cast(t as text) as line from ${name} t order by 1`))
				.map(({ line }) => line)
				.join("\n"),
		]);
		return Object.fromEntries(await Promise.all(texts));
	};
	const rebuilt = async () =>
		(await rows("reporting", "select 1 from outbox where type = 'reporting.rebuilt'")).length;

	test("G16 REP-13 both project each event once, and tables made again, asked for at either, are the same", async () => {
		await caughtUp();
		const live = await dump();
		expect(Object.values(live).every((text) => text !== "")).toBe(true);
		for (const [at, { name }] of projections.entries())
			await reporting.rebuild(town(at), { projection: name }, admin);
		for (const [fact, at] of history(300, 7)) feed.append(fact, at); // what is live goes on
		await caughtUp();
		const after = await dump();
		expect(await rebuilt()).toBe(projections.length);
		for (const { name } of projections)
			await both((one) => reporting.rebuild(one, { projection: name }, admin));
		await caughtUp();
		expect(await dump()).toEqual(after);
	}, 120_000);

	test("REP-13 DEP-02 a replica of another version moves nothing of tables that it would fold in its own way", async () => {
		await caughtUp();
		const { db } = host<Projector>("reporting", 0);
		const [first] = projections;
		const other = { ...(first as (typeof projections)[number]), version: 9_999 };
		const from = feed.items.length;
		const next = { position: from + 1, recorded_at: Date.now() };
		const moves = db.write((tx) => advance(tx, other, "live", from, next));
		await expect(moves).rejects.toThrow(Superseded);
		await expect(db.write((tx) => beginNext(tx, other))).rejects.toThrow(Superseded);
	});
});

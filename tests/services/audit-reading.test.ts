import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { audit } from "../../services/audit/audit.contract.ts";
import { append } from "../../services/audit/event.store.ts";
import { type Asked, plan } from "../../services/audit/search.store.ts";
import { auditor, office } from "../support/audit.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { onSqlite } from "../support/on-sqlite.ts";

const { here, host, head, verify } = office();
const T0 = Date.parse("2026-03-01T12:00:00.000Z");
const at = (n: number) => new Date(T0 + n * 1_000).toISOString();
let told = 0;

/** A fact as it would come, by what matters of it. */
const fact = (over: Partial<Parameters<typeof append>[1][number]> = {}) => {
	told++;
	const base = { event: "inventory.decreased", version: 1, key: "stock:1:7", key_seq: told };
	const headers = { correlation_id: "req_1", actor: "saga", actor_role: "service" };
	const made = { ...base, message_id: `msg_${told}`, producer: "inventory", headers };
	return { ...made, payload: { on_hand: 100 - told }, occurred_at: T0 + told * 1_000, ...over };
};
const person = (actor: string, actor_role: string, correlation_id: string) => ({
	headers: { actor, actor_role, actor_location_id: "2", correlation_id, causation_id: "req" },
});
const keep = (...facts: ReturnType<typeof fact>[]) => host().db.write((tx) => append(tx, facts));
const logs = (asked = {}) => audit.logs(here, asked, auditor);
const ids = ({ items }: { items: { position: number }[] }) => items.map(({ position }) => position);

beforeAll(async () => {
	await here.start();
	await keep(
		fact({ event: "saga.started", producer: "saga", key: "saga:saga_1", key_seq: 1 }),
		fact({
			event: "orders.created",
			producer: "orders",
			key: "order:ord_1",
			key_seq: 1,
			payload: { status: "PENDING", total_cents: 5, lines: [1] },
		}),
		fact({ payload: { on_hand: 8, type: "reserve", ref_id: "ord_1" } }),
		fact({
			event: "orders.confirmed",
			producer: "orders",
			key: "order:ord_1",
			key_seq: 2,
			payload: { status: "CONFIRMED", payment_id: "pay_1" },
		}),
		fact({ event: "payments.captured", producer: "payments", key: "payment:pay_1", key_seq: 1 }),
		fact({
			event: "inventory.limits_changed",
			...person("user_9", "store_manager", "req_2"),
			payload: { min_qty: 3 },
		}),
		fact({
			event: "inventory.limits_changed",
			...person("user_4", "head_office", "req_3"),
			payload: { min_qty: 5 },
		}),
		fact({
			event: "orders.cancelled",
			producer: "orders",
			key: "order:ord_1",
			key_seq: 3,
			...person("user_9", "store_manager", "req_4"),
			payload: { status: "CANCELLED" },
		}),
	);
});
afterAll(() => here.stop());

describe("AUD-02 the log says who did what", () => {
	test("to what, when, where and in which request, the latest first, and of people only", async () => {
		const { items } = await logs();
		expect(items.map(({ position }) => position)).toEqual([8, 7, 6]);
		expect(items[2]).toEqual({
			id: "msg_6",
			position: 6,
			at: at(6),
			recorded_at: expect.any(String),
			actor: "user_9",
			role: "store_manager",
			location_id: "2",
			action: "inventory.limits_changed",
			entity: "stock",
			entity_id: "1:7",
			after: { min_qty: 3 },
			correlation_id: "req_2",
		});
	});
	test("and what was last said of the same thing before, when that is asked", async () => {
		const { items } = await logs({ diff: true });
		expect(items.map(({ before }) => before)).toEqual([
			{ status: "CONFIRMED", payment_id: "pay_1" },
			{ min_qty: 3 },
			{ on_hand: 8, type: "reserve", ref_id: "ord_1" },
		]);
	});
	test.each([
		["an actor", { actor: "user_9" }, [8, 6]],
		["a role", { role: "head_office" }, [7]],
		["an action", { action: "orders.cancelled" }, [8]],
		["a type, which is the same", { type: "orders.cancelled" }, [8]],
		["a kind of thing", { entity: "stock" }, [7, 6]],
		["one thing", { entity: "stock", entity_id: "1:7" }, [7, 6]],
		["one thing, whoever did it", { entity: "stock", entity_id: "1:7", who: "all" }, [7, 6, 3]],
		["a time", { from: at(7), to: at(8) }, [7]],
		["a time before all", { to: at(0) }, []],
		["a time after all", { from: at(1_000) }, []],
		["several together", { actor: "user_9", entity: "stock", from: at(1) }, [6]],
		["what never was", { actor: "user_1", role: "admin" }, []],
	])("by %s", async (_, asked, found) => {
		expect(ids(await logs(asked))).toEqual(found);
	});
	test("page by page, none twice", async () => {
		const first = await logs({ who: "all", limit: 5 });
		const second = await logs({ who: "all", limit: 5, cursor: first.next_cursor });
		expect([ids(first), ids(second), second.next_cursor]).toEqual([
			[8, 7, 6, 5, 4],
			[3, 2, 1],
			undefined,
		]);
	});
	test("to auditors and administrators, and to nobody else", async () => {
		for (const role of ["head_office", "store_manager", "customer", "supplier"] as const)
			expect(await failure(audit.logs(here, {}, as(role)))).toMatchObject({ type: "FORBIDDEN" });
		expect(ids(await audit.logs(here, {}, as("admin")))).toEqual([8, 7, 6]);
	});
	test.each([
		["a cursor of another list", { cursor: "eyJub3QiOiJvdXJzIn0" }],
		["an id of no kind of thing", { entity_id: "7" }],
		["a time that is none", { from: "2016-12-31T23:59:60Z" }],
		["a limit beyond all", { limit: 201 }],
	])("refuses %s", async (_, asked) => {
		expect(await failure(logs(asked))).toMatchObject({ type: "VALIDATION_ERROR" });
	});
});

test("AUD-07 D5 one question by correlation id gives the order, the payment and each movement of one request, with who caused it", async () => {
	const { items } = await logs({ correlation_id: "req_1" });
	expect(items.map(({ action, entity }) => [action, entity])).toEqual([
		["payments.captured", "payment"],
		["orders.confirmed", "order"],
		["inventory.decreased", "stock"],
		["orders.created", "order"],
		["saga.started", "saga"],
	]);
	const [movement] = items.filter(({ entity }) => entity === "stock");
	expect(movement?.after).toMatchObject({ type: "reserve", ref_id: "ord_1" });
});

describe("events", () => {
	const events = (asked = {}) => audit.events(here, asked, auditor).then(ids);
	test.each([
		["a type", { type: "inventory.limits_changed" }, [6, 7]],
		["a thing", { aggregate: "order:ord_1" }, [2, 4, 8]],
		["a kind of thing", { aggregate: "stock" }, [3, 6, 7]],
		["a producer", { producer: "payments" }, [5]],
		["a request", { correlation_id: "req_4" }, [8]],
		["a place on", { from_seq: 7 }, [7, 8]],
		["a time", { from: at(2), to: at(4) }, [2, 3]],
		[
			"all of them",
			{
				type: "orders.cancelled",
				aggregate: "order",
				producer: "orders",
				from_seq: 3,
				from: at(0),
			},
			[8],
		],
	])("AUD-01 are found by %s, in the order of recording", async (_, asked, found) => {
		expect(await events(asked)).toEqual(found);
	});
	test("AUD-05 the history of a thing is all that was ever said of it, in order", async () => {
		const { items } = await audit.aggregate(here, { type: "order", id: "ord_1" }, auditor);
		expect(items.map(({ type, key_seq }) => [type, key_seq])).toEqual([
			["orders.created", 1],
			["orders.confirmed", 2],
			["orders.cancelled", 3],
		]);
		const nothing = failure(audit.aggregate(here, { type: "order", id: "ord_9" }, auditor));
		expect(await nothing).toMatchObject({ type: "AGGREGATE_NOT_FOUND", code: 404 });
	});
	test("AUD-05 the state of a thing at a time is what was said of it by then, merged in order", async () => {
		const state = (moment?: string) =>
			audit.state(here, { type: "order", id: "ord_1", ...(moment && { at: moment }) }, auditor);
		expect(await state(at(4))).toEqual({
			key: "order:ord_1",
			at: at(4),
			version: 2,
			last_event: "orders.confirmed",
			last_position: 4,
			state: { status: "CONFIRMED", total_cents: 5, lines: [1], payment_id: "pay_1" },
		});
		expect((await state()).state).toMatchObject({ status: "CANCELLED", total_cents: 5 });
		expect(await failure(state(at(1)))).toMatchObject({ type: "AGGREGATE_NOT_FOUND" });
	});
	test("AUD-05 so is that of a thing with a long history", async () => {
		const facts = Array.from({ length: 450 }, (_, n) =>
			fact({ key: "stock:3:3", key_seq: n + 1, payload: { [`field_${n % 10}`]: n } }),
		);
		await keep(...facts);
		const { version, state } = await audit.state(here, { type: "stock", id: "3:3" }, auditor);
		expect([version, state.field_9, Object.keys(state).length]).toEqual([450, 449, 10]);
	});
	test("AUD-02 what was recorded late is found by the time at which it occurred", async () => {
		const position = (await head()) + 1;
		await keep(fact({ key: "stock:4:4", key_seq: 1, occurred_at: T0 - 60_000 }));
		expect(ids(await logs({ who: "all", from: at(-61), to: at(-59) }))).toEqual([position]);
		expect(await verify()).toMatchObject({ valid: true });
	});
});

onSqlite(
	"AUD-01 100 000 events: each filter is answered from an index, none by reading all",
	async () => {
		const [{ n } = { n: 0 }] = await host().db.read((db) =>
			db.query<{ n: number }>("select count(*) as n from event"),
		);
		await host().db.write((tx) => tx.script(BULK(n)), 60_000);
		const one: Partial<Asked>[] = [
			{},
			{ isPerson: true },
			{ correlation_id: "req_3" },
			{ key: "order:ord_1" },
			{ actor: "user_9" },
			{ type: "orders.created" },
			{ entity: "order" },
			{ producer: "orders" },
			{ actor_role: "head_office" },
			{ from: at(1), to: at(9) },
			{ from_seq: 90_000 },
		];
		for (const asked of one.flatMap((first) => one.map((second) => ({ ...first, ...second }))))
			for (const order of ["asc", "desc"] as const) {
				const { sql, bind } = await host().db.read((db) =>
					plan(db, { ...asked, order, withBefore: true }),
				);
				const steps = await host().db.read((db) =>
					db.query<{ detail: string }>(`explain query plan ${sql}`, bind),
				);
				const bad = steps.filter(({ detail }) => /TEMP B-TREE|^SCAN event$/.test(detail));
				expect([asked, bad]).toEqual([asked, []]);
			}
		const started = performance.now();
		expect((await logs({ actor: "user_77", from: at(0) })).items).toHaveLength(50);
		expect(performance.now() - started).toBeLessThan(500);
	},
	60_000,
);

const BULK = (n: number) => `
	with recursive n(i) as (select ${n} + 1 union all select i + 1 from n where i < 100000)
	insert into event select i, 'bulk_' || i, 'bulk.type_' || (i % 20), 1, 'bulk', 'bulk:' || (i % 5000), i, 'bulk',
		'{}', '{}', 'user_' || (i % 100), case when i % 3 = 0 then 'service' else 'cashier' end, null, 'bulk_' || (i / 5),
		${T0} + i * 1000, ${T0} + i * 1000, '${"0".repeat(64)}', '${"0".repeat(64)}' from n`;

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Database, open } from "../../../mixins/database/open.ts";
import { decide } from "../../../services/saga/decide.ts";
import { hashOf } from "../../../services/saga/definitions.ts";
import type { SagaEvent } from "../../../services/saga/event.ts";
import type { Head, Run, Write } from "../../../services/saga/journal.ts";
import { type Held, takeAll } from "../../../services/saga/lease.store.ts";
import { pinDefinitions } from "../../../services/saga/saga.store.ts";
import type { Decision, State } from "../../../services/saga/state.ts";
import { journal } from "../../../services/saga/write.ts";
import { shopping } from "../../support/shop.saga.ts";

const db = open("saga");
let held: Held;
const said: string[] = [];
const rows = journal(
	db,
	() => held,
	async (_, { head, decision }) => {
		if (head.saga_id === "saga_bad") throw new Error("a fact that cannot be written");
		said.push(...decision.says.map((word) => `${head.saga_id} ${word}`));
	},
);

beforeAll(() => db.migrate());
afterAll(() => db.close());
beforeEach(async () => {
	await db.write((tx) => tx.script("delete from saga; delete from saga_history"));
	held = await db.write((tx) => takeAll(tx, "me"));
	said.length = 0;
});

const nobody = async () => {};

/** Answers so many statements that read, then no more. */
function failingAfter(works: number): Database {
	const read: Database["read"] = (work) =>
		db.read((reader) => {
			const cut =
				<A extends unknown[], R>(ask: (...args: A) => Promise<R>) =>
				(...args: A) =>
					works-- > 0 ? ask(...args) : Promise.reject(new Error("the database is away"));
			return work({ ...reader, query: cut(reader.query) as never, get: cut(reader.get) as never });
		});
	return { ...db, isShared: false, read };
}

const headOf = (saga_id: string, over: Partial<Head> = {}): Head => ({
	saga_id,
	name: shopping.name,
	version: 1,
	hash: hashOf(shopping),
	business_key: saga_id,
	correlation_id: "req_1",
	actor: "john",
	...over,
});
const now = { at: 1_000, random: 0.5 };
const decided = (state: State | null, event: SagaEvent) =>
	decide(shopping, state, event) as Decision;

function starting(saga_id: string, over: Partial<Head> = {}): Write {
	const event = { type: "STARTED", saga_id, input: { id: "x" }, admit: true, ...now } as const;
	return { head: headOf(saga_id, over), rev: 0, event, decision: decided(null, event) };
}
/** The next transition of a saga that began as `starting` says. */
function moving(saga_id: string, rev = 1): Write {
	const event = { type: "RESUMED", ...now } as const;
	const { state } = starting(saga_id).decision;
	return { head: headOf(saga_id), rev, event, decision: decided(state, event) };
}
const history = (saga_id: string) =>
	db.read((read) =>
		read.query<{ seq: number; type: string; epoch: number }>(
			"select seq, type, epoch from saga_history where saga_id = $saga_id order by seq",
			{ saga_id },
		),
	);

describe("SAG-25 the rows of a saga", () => {
	test("come back as they were written, with the facts of the same transaction", async () => {
		const write = starting("saga_1", { request_key: "r", customer_id: "c" });
		expect([...(await rows.commit([write]))]).toEqual(["saga_1"]);
		expect(await rows.load("saga_1")).toEqual({
			head: { ...write.head, kind: "orchestrated" },
			rev: 1,
			state: JSON.parse(JSON.stringify(write.decision.state)),
		});
		expect(said).toEqual(["saga_1 started"]);
	});
	test("I7 a stale version is not taken, leaves no history, and does not fail the others", async () => {
		await rows.commit([starting("saga_1"), starting("saga_2")]);
		await rows.commit([moving("saga_1")]);
		const taken = await rows.commit([moving("saga_1"), moving("saga_2"), starting("saga_3")]);
		expect([...taken].sort()).toEqual(["saga_2", "saga_3"]);
		expect((await rows.load("saga_1"))?.rev).toBe(2);
		expect((await history("saga_1")).map(({ seq }) => seq)).toEqual([1, 2]);
	});
	test("G11 history is gapless, and says who wrote", async () => {
		await rows.commit([starting("saga_1")]);
		for (let rev = 1; rev < 4; rev++) await rows.commit([moving("saga_1", rev)]);
		const seqs = await history("saga_1");
		expect(seqs.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
		expect(new Set(seqs.map((row) => row.epoch))).toEqual(new Set([held.epoch]));
	});
	test("I6 an earlier owner is refused, and changes nothing", async () => {
		await rows.commit([starting("saga_1")]);
		await db.write((tx) => takeAll(tx, "another"));
		await expect(rows.commit([moving("saga_1"), starting("saga_2")])).rejects.toThrow(
			"SAGA_FENCED",
		);
		expect((await rows.load("saga_1"))?.rev).toBe(1);
		expect(await rows.load("saga_2")).toBeUndefined();
	});
	test("a batch is all or nothing", async () => {
		await expect(rows.commit([starting("saga_1"), starting("saga_bad")])).rejects.toThrow("a fact");
		expect(await rows.load("saga_1")).toBeUndefined();
		expect(await history("saga_1")).toEqual([]);
	});
	test("a live saga always has an alarm, an ended one never, whoever writes", async () => {
		await rows.commit([starting("saga_1")]);
		for (const sql of ["update saga set wake_at = null", "update saga set finished_at = 1"])
			await expect(db.write((tx) => tx.script(sql))).rejects.toThrow(/check/i);
	});
});

describe("G1 one saga", () => {
	const key = { business_key: "k" };
	test("at most is live or completed for a business key", async () => {
		const taken = await rows.commit([starting("saga_1", key), starting("saga_2", key)]);
		expect(taken.size).toBe(1);
		const [first] = [...taken];
		expect((await rows.holder(headOf("saga_3", key)))?.head.saga_id).toBe(first);
		expect((await rows.commit([starting("saga_3", key)])).size).toBe(0);
		const sql = "update saga set status = 'COMPENSATED', wake_at = null, finished_at = 1";
		await db.write((tx) => tx.script(sql));
		expect((await rows.commit([starting("saga_3", key)])).size).toBe(1);
	});
	test("at most belongs to a request, for ever", async () => {
		await rows.commit([starting("saga_1", { request_key: "r" })]);
		const sql = "update saga set status = 'COMPENSATED', wake_at = null, finished_at = 1";
		await db.write((tx) => tx.script(sql));
		expect((await rows.commit([starting("saga_2", { request_key: "r" })])).size).toBe(0);
		expect((await rows.asked("r"))?.head.saga_id).toBe("saga_1");
	});
});

describe("what is due", () => {
	test("comes the longest overdue first, and only if it lives", async () => {
		await rows.commit(["saga_1", "saga_2", "saga_3", "saga_4"].map((id) => starting(id)));
		await db.write((tx) =>
			tx.script(
				`update saga set wake_at = 30 where saga_id = 'saga_1';
				update saga set wake_at = 10 where saga_id = 'saga_2';
				update saga set wake_at = null, finished_at = 1 where saga_id = 'saga_3'`,
			),
		);
		const ids = (await rows.due(50, 10)).map(({ head }) => head.saga_id);
		expect(ids).toEqual(["saga_2", "saga_1"]);
	});
	test("SAG-25 G12 is what this process leads: what another leads is left to it, blocked or not", async () => {
		await rows.commit([starting("saga_1"), starting("saga_2")]);
		await db.write((tx) => tx.script("update saga set blocked = 1"));
		await db.write((tx) => tx.script("update saga set shard = 1 where saga_id = 'saga_2'"));
		const ids = async (runs: Promise<Run[]>) => (await runs).map(({ head }) => head.saga_id);
		expect(await ids(rows.due(Number.MAX_SAFE_INTEGER, 10))).toEqual(["saga_1"]);
		expect(await ids(rows.blocked())).toEqual(["saga_1"]);
	});

	test("comes without the row that cannot be understood, which is blocked alone", async () => {
		await rows.commit([starting("saga_1"), starting("saga_2")]);
		await db.write((tx) => tx.script("update saga set doc = '{' where saga_id = 'saga_1'"));
		const ids = (await rows.due(Number.MAX_SAFE_INTEGER, 10)).map(({ head }) => head.saga_id);
		expect(ids).toEqual(["saga_2"]);
		const shown = await db.read((read) => read.query("select saga_id from saga where blocked = 1"));
		expect(shown).toEqual([{ saga_id: "saga_1" }]);
		expect(await rows.blocked()).toEqual([]);
	});

	test("G9 a database that fails in between is not taken for rows that cannot be understood", async () => {
		await rows.commit([starting("saga_1"), starting("saga_2")]);
		const blocked = () => db.read((read) => read.query("select 1 from saga where blocked = 1"));
		for (const works of [0, 1]) {
			const cut = journal(failingAfter(works), () => held, nobody);
			await cut.due(Number.MAX_SAFE_INTEGER, 10).catch(() => {});
			expect(await blocked()).toEqual([]);
		}
		const away = journal(failingAfter(0), () => held, nobody);
		await expect(away.due(Number.MAX_SAFE_INTEGER, 10)).rejects.toThrow("away");
	});
	test("G9 a saga that has ended is not blocked any more", async () => {
		await rows.commit([starting("saga_1")]);
		const ended = "update saga set blocked = 1, wake_at = null, finished_at = 1, doc = '{'";
		await db.write((tx) => tx.script(ended));
		expect(await rows.blocked()).toEqual([]);
	});
});

describe("G13 a definition", () => {
	const changed = { ...shopping, deadline_ms: 1 };
	test("that changes under the same version is refused while sagas of it live", async () => {
		await db.write((tx) => tx.script("delete from saga_definition"));
		await db.write((tx) => pinDefinitions(tx, [shopping]));
		await rows.commit([starting("saga_1")]);
		await db.write((tx) => pinDefinitions(tx, [shopping]));
		const changing = db.write((tx) => pinDefinitions(tx, [changed]));
		await expect(changing).rejects.toThrow("saga_1");
	});
	test("that changes is taken when none of it lives", async () => {
		await db.write((tx) => pinDefinitions(tx, [shopping]));
		await db.write((tx) => pinDefinitions(tx, [changed]));
		await rows.commit([starting("saga_1")]);
		const back = db.write((tx) => pinDefinitions(tx, [shopping]));
		await expect(back).rejects.toThrow("has changed");
	});
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { audit } from "../../services/audit/audit.contract.ts";
import { hashOf } from "../../services/audit/chain.ts";
import { office } from "../support/audit.ts";
import { as } from "../support/broker.ts";
import { isPostgres } from "../support/dialect.ts";
import { failure } from "../support/failure.ts";
import { until } from "../support/until.ts";

const { here, host, rows, note, head, verify } = office();
beforeAll(() => here.start());
afterAll(() => here.stop());

test("AUD-01 AUD-04 what others tell is kept once, in one order without gaps, each sealed with the one before", async () => {
	await note("blue", ["one", "two", "three"], as("store_manager", { location_id: "2" }));
	await note("red", ["un"]);
	const kept = await rows();
	expect(
		kept.map(({ position, producer, key, key_seq }) => [position, producer, key, key_seq]),
	).toEqual([
		[1, "desk", "room:blue", 1],
		[2, "desk", "room:blue", 2],
		[3, "desk", "room:blue", 3],
		[4, "desk", "room:red", 1],
	]);
	expect(kept[0]).toMatchObject({
		type: "desk.noted",
		version: 1,
		entity: "room",
		data: '{"room":"blue","text":"one"}',
		actor: "test_store_manager",
		actor_role: "store_manager",
		location_id: "2",
		correlation_id: expect.any(String),
		prev_hash: "0".repeat(64),
	});
	for (const [at, row] of kept.entries()) {
		expect(row.hash).toBe(hashOf(row));
		expect(row.prev_hash).toBe(kept[at - 1]?.hash ?? "0".repeat(64));
	}
	expect(await verify()).toMatchObject({ valid: true, checked: 4, position: 4, head: 4 });
});

test("AUD-04 U-24 the store is append-only: around the code, the database itself refuses", async () => {
	const script = (sql: string) => failure(host().db.write((tx) => tx.script(sql)));
	for (const sql of [
		"update event set data = '{}' where position = 2",
		"delete from event where position = 2",
		"delete from head",
		"update head set position = 1",
		`${isPostgres ? "insert" : "insert or replace"} into event select * from event where position = 1`,
	])
		expect([sql, (await script(sql))?.message]).toEqual([
			sql,
			expect.stringMatching(/append-only|unique/i),
		]);
	expect(await verify()).toMatchObject({ valid: true, checked: 4 });
});

test("AUD-01 its own facts are kept like those of others", async () => {
	const before = await head();
	const drill = audit.integrity_violated({ kind: "edited", position: 1, detail: "a drill" });
	await host().db.write((tx) => host().announce(tx, drill));
	await until(head, (now) => now === before + 1);
	expect((await rows()).at(-1)).toMatchObject({
		producer: "audit",
		type: "audit.integrity_violated",
	});
});

test("CLM-12 the feed gives whole facts in order, a page at a time, and tells its followers that there are more", async () => {
	const hinted: number[] = [];
	here.createService({
		name: "follower",
		events: { "audit.appended": (ctx: any) => void hinted.push(ctx.params.position) },
	});
	await note(
		"green",
		Array.from({ length: 30 }, (_, n) => `${n}`),
	);
	const { items, head: last } = await audit.feed(here, { after: 2, limit: 2 });
	expect(items.map(({ position }) => position)).toEqual([3, 4]);
	expect(items[0]).toEqual({
		position: 3,
		message_id: expect.stringMatching(/^msg_/),
		event: "desk.noted",
		version: 1,
		producer: "desk",
		key: "room:blue",
		key_seq: 3,
		payload: { room: "blue", text: "three" },
		headers: expect.objectContaining({ actor: "test_store_manager" }),
		occurred_at: expect.any(Number),
		recorded_at: expect.any(Number),
	});
	expect(last).toBe(await head());
	await until(
		() => hinted,
		(seen) => seen.includes(last),
	);
	expect((await audit.feed(here, { after: last })).items).toEqual([]);
});

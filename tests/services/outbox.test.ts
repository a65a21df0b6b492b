import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import type { Database } from "../../mixins/database.mixin.ts";
import { late } from "../../mixins/delivery/sweep.ts";
import { as, broker } from "../support/broker.ts";
import { kiosk, press, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

type Host = { db: Database; sweep(): Promise<void> };
const host = (of: ServiceBroker, name: string) => of.getLocalService(name) as unknown as Host;
const town = broker([pressService]);
beforeAll(() => town.start());
afterAll(() => town.stop());

let topics = 0;
const aTopic = () => `topic_${topics++}`;
const print = (topic: string, ...texts: string[]) => press.print(town, { topic, texts });
const recorded = (topic: string) =>
	host(town, "press").db.read((db) =>
		db.query<{ key_seq: number; body: string; headers: string; feed_seq: number | null }>(
			"select * from outbox where key = $key order by key_seq",
			{ key: `topic:${topic}` },
		),
	);

test("CLM-10 D14 a fact is in the outbox if, and only if, the unit that announced it committed", async () => {
	const topic = aTopic();
	await print(topic, "one", "two");
	await expect(print(topic, "three", "tear")).rejects.toThrow("torn");
	await print(topic, "four");
	const facts = await recorded(topic);
	expect(facts.map(({ key_seq, body }) => [key_seq, JSON.parse(body).text])).toEqual([
		[1, "one"],
		[2, "two"],
		[3, "four"],
	]);
});

test("CLM-10 however many facts a unit announces, they cost it two statements", async () => {
	const { db } = host(town, "press");
	const cost = async (count: number) => {
		const texts = Array.from({ length: count }, (_, index) => `${index}`);
		await until(
			() => db.read((read) => read.query("select 1 from outbox where feed_seq is null")),
			(rows) => rows.length === 0,
		);
		let spent = 0;
		await db.write(async (tx) => {
			for (const text of texts)
				await (host(town, "press") as unknown as Announcer).announce(
					tx,
					press.printed({ topic: `${text} of ${count}`, text }),
				);
			const before = db.statements;
			tx.beforeCommit(async () => {
				spent = db.statements - before;
			}, undefined);
		});
		return spent;
	};
	// On PostgreSQL the relay may have looked meanwhile: the least of a few is the unit's own.
	const least = async (count: number) =>
		Math.min(await cost(count), await cost(count), await cost(count));
	expect([await least(1), await least(50)]).toEqual([2, 2]);
});
interface Announcer {
	announce(tx: unknown, fact: unknown): Promise<void>;
}

test("CLM-10 facts of one key are numbered without gaps when many units announce at once", async () => {
	const topic = aTopic();
	const units = Array.from({ length: 60 }, (_, n) =>
		print(topic, `${n}`, n % 7 === 3 ? "tear" : "+"),
	);
	const made = (await Promise.allSettled(units)).filter(({ status }) => status === "fulfilled");
	const numbers = (await recorded(topic)).map(({ key_seq }) => key_seq);
	expect(numbers).toEqual(Array.from({ length: made.length * 2 }, (_, index) => index + 1));
});

test("CLM-10 a fact says who and what it comes from", async () => {
	const topic = aTopic();
	const someone = as("store_manager", { actor: "user_7", location_id: "3" });
	await press.print(town, { topic, texts: ["one"] }, { ...someone, requestID: "request_1" });
	const [fact] = await recorded(topic);
	expect(JSON.parse(fact!.headers)).toMatchObject({
		correlation_id: "request_1",
		actor: "user_7",
		actor_role: "store_manager",
		actor_location_id: "3",
	});
});

test("CLM-12 facts that nobody hears are numbered and kept, and go to whoever subscribes later", async () => {
	const topic = aTopic();
	await print(topic, "one", "two");
	await until(
		() => recorded(topic),
		(facts) => facts.every(({ feed_seq }) => feed_seq !== null),
	);
	await host(town, "press").sweep();
	expect(await recorded(topic)).toHaveLength(2);

	const late = town.createService(kiosk("late"));
	await town.waitForServices("late");
	const read = () => town.call<{ topic: string; texts: string[] }[]>("late.read");
	const copies = await until(read, (all) => all.some((copy) => copy.topic === topic));
	expect(copies.find((copy) => copy.topic === topic)?.texts).toEqual(["one", "two"]);
	await town.destroyService(late);
});

test("CLM-11 what is old is forgotten once all who hear it have it, and numbers go on from there", async () => {
	const { db, sweep } = host(town, "press");
	const reader = town.createService(kiosk("reader"));
	await town.waitForServices("reader");
	const topic = aTopic();
	await print(topic, "old");
	const cursor = () =>
		db.read((read) =>
			read.query<{ feed_seq: number }>("select min(feed_seq) as feed_seq from outbox_cursor"),
		);
	const [fact] = await until(
		() => recorded(topic),
		([one]) => one?.feed_seq != null,
	);
	// `late` has left for good; while its cursor is there, nothing that it has not had is pruned.
	await sweep();
	expect(await recorded(topic)).toHaveLength(1);
	await db.write((tx) => tx.script("delete from outbox_cursor where sink = 'late'"));
	await until(cursor, ([row]) => row!.feed_seq >= fact!.feed_seq!);
	await sweep();
	expect(await recorded(topic)).toHaveLength(1); // not old yet
	await db.write((tx) => tx.script("update outbox set created_at = 1"));
	await sweep();
	expect(await recorded(topic)).toHaveLength(0);
	await print(topic, "new");
	const [next] = await until(
		() => recorded(topic),
		([one]) => one?.feed_seq != null,
	);
	expect(next).toMatchObject({ key_seq: 2, feed_seq: fact!.feed_seq! + 1 });
	await town.destroyService(reader);
});

test("CLM-11 the sweeper reports the facts that stay, for whom, and since when", async () => {
	const { db, sweep } = host(town, "press");
	const fails = () => {
		throw new Error("no");
	};
	const failing = town.createService(kiosk("failing", { before: fails, retries_ms: [60_000] }));
	await town.waitForServices("failing");
	await print(aTopic(), "one", "two");
	const cursor = "select 1 from outbox_cursor where sink = 'failing'";
	await until(
		() => db.read((read) => read.query(cursor)),
		(rows) => rows.length === 1,
	);
	expect((await late(db)).filter(({ sink }) => sink === "failing")).toEqual([]);
	await db.write((tx) => tx.script("update outbox set created_at = created_at - 61000"));
	expect((await late(db)).filter(({ sink }) => sink === "failing")).toEqual([
		{ sink: "failing", facts: expect.any(Number), since: expect.any(Number) },
	]);
	await sweep();
	await town.destroyService(failing);
});

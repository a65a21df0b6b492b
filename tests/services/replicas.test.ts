import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { audit } from "../../services/audit/audit.contract.ts";
import auditService from "../../services/audit/audit.service.ts";
import { as } from "../support/broker.ts";
import { numbers, stage } from "../support/jetstream-stage.ts";
import { kiosk, press, pressService } from "../support/press.ts";
import { replica, shared } from "../support/twins.ts";
import { until } from "../support/until.ts";

const TOPICS = numbers(12);
const ROUNDS = 15;

shared("two replicas of every context, on one database and one JetStream", () => {
	let towns: ServiceBroker[];
	const { dbOf, shows, safe } = stage(() => towns[0]!);
	beforeAll(async () => {
		towns = [1, 2].map((n) => replica([pressService, kiosk("twin"), auditService], n));
		await Promise.all(towns.map((town) => town.start()));
	}, 60_000);
	afterAll(async () => {
		for (const town of towns) await town.stop();
	});

	test("CLM-11 CLM-14 G14 both print, both relay, both hear: each fact once, in order, none lost", async () => {
		const printing = towns.flatMap((town, at) =>
			TOPICS.map(async (topic) => {
				for (let n = 0; n < ROUNDS; n++)
					await press.print(town, { topic: `${at}:${topic}`, texts: [`${2 * n}`, `${2 * n + 1}`] });
			}),
		);
		await Promise.all(printing);
		for (const at of [0, 1])
			for (const topic of TOPICS)
				await shows("twin", `${at}:${topic}`, numbers(2 * ROUNDS), 60_000);
		await safe();
		const rows = await dbOf("press").read((db) =>
			db.query<{ feed_seq: number }>("select feed_seq from outbox order by feed_seq"),
		);
		const total = 2 * TOPICS.length * 2 * ROUNDS;
		expect(rows.map(({ feed_seq }) => feed_seq)).toEqual(
			Array.from({ length: total }, (_, n) => n + 1),
		);
	}, 120_000);

	test("CLM-11 one relay of a context numbers at a time", async () => {
		const count = async (sql: string) =>
			(await dbOf("press").read((db) => db.query<{ n: number }>(sql)))[0]?.n;
		const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const busy = dbOf("press").write(async (tx) => {
			await tx.hold("relay"); // as a replica does that is at it
			begun.resolve();
			await over.promise;
		});
		await begun.promise;
		await press.print(towns[1]!, { topic: "waits", texts: ["0"] });
		await until(
			() => count(WAITERS),
			(n) => n === 1,
		);
		expect(await count(UNNUMBERED)).toBe(1);
		over.resolve();
		await busy;
		await safe();
	}, 30_000);

	test("AUD-01 AUD-04 two that append to the event store leave no gap, and one chain", async () => {
		// What is printed, and what the kiosk says of each.
		const total = 2 * 2 * TOPICS.length * 2 * ROUNDS + 2;
		const head = async () => (await audit.feed(towns[0]!, { after: 0, limit: 1 })).head;
		await until(head, (now) => now >= total, 60_000);
		const verdict = await audit.verify(towns[1]!, {}, as("auditor"));
		expect(verdict).toMatchObject({ valid: true, checked: total, head: total });
	}, 90_000);
});

const WAITERS = `select least(count(*), 1) as n from pg_locks
	where locktype = 'advisory' and not granted`;
const UNNUMBERED = "select count(*) as n from outbox where feed_seq is null";

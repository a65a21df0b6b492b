import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Service, ServiceBroker } from "moleculer";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event, type Heard, knows } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { type Database, database, type Tx } from "../../mixins/database.mixin.ts";
import type { DeadLetter } from "../../mixins/delivery/tables.ts";
import { inboxWith } from "../../mixins/inbox.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { BUSES } from "../support/buses.ts";
import { kiosk, press, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

interface Host extends Service {
	db: Database;
	deadLetters(): Promise<DeadLetter[]>;
	redrive(producer: string, key: string): Promise<number>;
}

let gate: Promise<void> | undefined;

describe.each(BUSES)("$name", (bus) => {
	let town: ServiceBroker;
	beforeAll(async () => {
		town = bus.broker([
			pressService,
			kiosk("quick"),
			kiosk("slow", { before: () => gate, retries_ms: [10, 10] }),
		]);
		await town.start();
	});
	afterAll(() => town.stop());
	const host = (name: string) => town.getLocalService(name) as Host;
	const print = (topic: string, ...texts: string[]) => press.print(town, { topic, texts });
	const heardBy = async (name: string) =>
		(await town.call<{ texts: string[] }[]>(`${name}.read`)).flatMap(({ texts }) => texts).length;

	test("CLM-14 a slow reader holds back nobody: the others hear all, it hears all in its own time", async () => {
		const { promise, resolve } = Promise.withResolvers<void>();
		gate = promise;
		const texts = Array.from({ length: 100 }, (_, n) => `${n}`);
		for (let topic = 0; topic < 10; topic++) await print(`topic ${topic}`, ...texts);
		await until(
			() => heardBy("quick"),
			(heard) => heard === 1_000,
		);
		expect(await heardBy("slow")).toBe(0);
		gate = undefined;
		resolve();
		await until(
			() => heardBy("slow"),
			(heard) => heard === 1_000,
		);
	});

	test("CLM-14 a fact that came before its turn waits for the one before it", async () => {
		await print("gap", "one", "two", "three");
		await until(
			() => heardBy("quick"),
			(heard) => heard === 1_003,
		);
		// Its inbox is restored from an older copy, and so is the cursor, but not for all that long.
		await host("quick").db.write((tx) =>
			tx.script("update inbox set last_seq = 1 where key = 'topic:gap'"),
		);
		await host("quick").db.write((tx) =>
			tx.script("delete from copy where topic = 'gap' and key_seq > 1"),
		);
		await print("gap", "four");
		await print("beside", "flows");
		await until(
			() => heardBy("quick"),
			(heard) => heard === 1_002,
		);
		await town.destroyService(host("quick"));
		await bus.again(town, "press", "quick");
		town.createService(kiosk("quick"));
		await town.waitForServices("quick");
		await until(
			() => heardBy("quick"),
			(heard) => heard === 1_005,
		);
		const rows = await host("quick").db.read((db) =>
			db.query<{ text: string }>("select text from copy where topic = 'gap' order by n"),
		);
		expect(rows.map(({ text }) => text)).toEqual(["one", "two", "three", "four"]);
	});

	test("CLM-14 D7 a version that its reader does not know is parked, and redriven once it does", async () => {
		const entries = (version: number) => ({
			issue: action({ params: { year: Type.Integer() } }),
			issued: event({ year: Type.Integer() }, { about: "almanac:{year}", version }),
		});
		const newer = contract("almanac", entries(2));
		const older = contract("almanac", entries(1)); // built last: what this process knows
		const heard: number[] = [];
		const office = bus.broker([
			service(newer, {
				mixins: [database, outbox],
				actions: {
					async issue(ctx) {
						await this.db.write((tx) => this.announce(tx, newer.issued({ year: ctx.params.year })));
					},
				},
			}),
			service(contract("library", {}), {
				mixins: [database, inboxWith({ retries_ms: [10] })],
				actions: {},
				events: {
					async [older.issued.event](_: Tx, fact: Heard<typeof older.issued>) {
						heard.push(fact.payload.year);
					},
				},
			}),
		]);
		await office.start();
		const library = office.getLocalService("library") as Host;
		await newer.issue(office, { year: 2027 });
		const [letter] = await until(
			() => library.deadLetters(),
			(all) => all.length === 1,
		);
		expect(letter?.error).toBe(
			"version 2 of almanac.issued is newer than this reader, which knows 1",
		);
		expect(heard).toEqual([]);
		await expect(library.redrive("almanac", "almanac:2027")).rejects.toThrow("newer");
		knows(newer.issued.event, 2); // the reader is deployed with the new contract
		expect(await library.redrive("almanac", "almanac:2027")).toBe(1);
		expect(heard).toEqual([2027]);
		await office.stop();
	});

	test("CLM-12 DEP-17 a new action, a new fact and a reaction to an old one need nothing of those who are there", async () => {
		const reviews = contract("reviews", {
			count: action({ params: {}, returns: Type.Integer() }),
			written: event({ topic: Type.String() }, { about: "review:{topic}" }),
		});
		const reviewsService = service(reviews, {
			mixins: [database, outbox, inboxWith({ retries_ms: [10] })],
			actions: {
				count() {
					return this.db.read(async (db) => (await db.query("select 1 from outbox")).length);
				},
			},
			events: {
				async [press.printed.event](tx: Tx, { payload }: Heard<typeof press.printed>) {
					await this.announce(tx, reviews.written({ topic: payload.topic }));
				},
			},
		});
		town.createService(reviewsService);
		await town.waitForServices("reviews");
		await print("novel", "chapter one");
		await until(
			() => reviews.count(town, {}),
			(count) => count > 1_000,
		); // history, too
	});
});

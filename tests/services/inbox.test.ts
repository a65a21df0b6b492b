import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Service, ServiceBroker } from "moleculer";
import type { Database } from "../../mixins/database.mixin.ts";
import type { DeadLetter } from "../../mixins/delivery/tables.ts";
import { BUSES } from "../support/buses.ts";
import { kiosk, press, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

interface Host extends Service {
	db: Database;
	deadLetters(): Promise<DeadLetter[]>;
	redrive(producer: string, key: string): Promise<number>;
	discard(producer: string, key: string, reason: string): Promise<boolean>;
}

let poison: string | undefined;
let attempts = 0;
const before = ({ payload }: { payload: { text: string } }) => {
	if (payload.text !== poison) return;
	attempts++;
	throw new Error("cannot swallow this");
};

describe.each(BUSES)("$name", (bus) => {
	let town: ServiceBroker;
	beforeAll(async () => {
		town = bus.broker([pressService, kiosk("picky", { before }), kiosk("calm")]);
		await town.start();
	});
	afterAll(() => town.stop());
	beforeEach(() => {
		poison = undefined;
		attempts = 0;
	});

	const host = (name: string) => town.getLocalService(name) as Host;
	const print = (topic: string, ...texts: string[]) => press.print(town, { topic, texts });
	const copiesOf = async (name: string, topic: string) => {
		const all = await town.call<{ topic: string; texts: string[] }[]>(`${name}.read`);
		return all.find((copy) => copy.topic === topic)?.texts ?? [];
	};
	const shows = (name: string, topic: string, ...texts: string[]) =>
		until(
			() => copiesOf(name, topic),
			(seen) => seen.join() === texts.join(),
		);
	const lettersOf = async (topic: string) =>
		(await host("picky").deadLetters()).filter(({ key }) => key === `topic:${topic}`);

	test("CLM-12 CLM-14 each context that hears a fact applies it once, in order", async () => {
		const texts = Array.from({ length: 300 }, (_, n) => `${n}`);
		await Promise.all([
			print("news", ...texts.slice(0, 150)).then(() => print("news", ...texts.slice(150))),
			...Array.from({ length: 40 }, (_, n) => print(`topic ${n}`, "a", "b")),
		]);
		for (const name of ["picky", "calm"]) {
			await shows(name, "news", ...texts);
			for (let n = 0; n < 40; n++) await shows(name, `topic ${n}`, "a", "b");
		}
	});

	test("CLM-14 a fact that fails holds back its key only, and is applied once it can be", async () => {
		poison = "bad";
		await print("held", "good", "bad", "after");
		await print("free", "x");
		await shows("picky", "free", "x");
		await shows("calm", "held", "good", "bad", "after");
		await until(() => attempts > 1);
		expect(await copiesOf("picky", "held")).toEqual(["good"]);
		poison = undefined;
		await shows("picky", "held", "good", "bad", "after");
	});

	test("CLM-14 a fact that keeps failing is parked with those behind it, and redriven in order", async () => {
		poison = "rotten";
		await print("parked", "fresh", "rotten", "behind");
		await until(
			() => lettersOf("parked"),
			(letters) => letters.length === 2,
		);
		await print("parked", "later");
		const letters = await until(
			() => lettersOf("parked"),
			(all) => all.length === 3,
		);
		expect(letters.map(({ key_seq, error, attempts }) => [key_seq, error, attempts])).toEqual([
			[2, "cannot swallow this", 3],
			[3, "stands behind another", 0],
			[4, "stands behind another", 0],
		]);
		await print("other", "flows");
		await shows("picky", "other", "flows");

		const redrive = () => host("picky").redrive("press", "topic:parked");
		await expect(redrive()).rejects.toThrow("cannot swallow this");
		expect(await copiesOf("picky", "parked")).toEqual(["fresh"]);
		expect((await lettersOf("parked"))[0]).toMatchObject({ attempts: 4 });
		poison = undefined;
		expect(await redrive()).toBe(3);
		await print("parked", "last");
		await shows("picky", "parked", "fresh", "rotten", "behind", "later", "last");
		expect(await redrive()).toBe(0);
	});

	test("CLM-14 a parked fact that an operator discards stays as evidence, and its key flows again", async () => {
		poison = "spam";
		await print("bin", "spam", "ham");
		await until(
			() => lettersOf("bin"),
			(letters) => letters.length === 2,
		);
		const { discard, redrive, db } = host("picky");
		expect(await discard("press", "topic:bin", "a test")).toBe(true);
		expect(await redrive("press", "topic:bin")).toBe(1);
		expect(await discard("press", "topic:bin", "nothing is left")).toBe(false);
		await print("bin", "eggs");
		await shows("picky", "bin", "ham", "eggs");
		const [kept] = await db.read((read) =>
			read.query("select message_id, discarded from dead_letter where key = 'topic:bin'"),
		);
		expect(kept).toEqual({ message_id: expect.stringMatching(/^msg_/), discarded: "a test" });
	});

	test("CLM-14 a fact that is brought again changes nothing", async () => {
		await print("again", "one", "two");
		await shows("calm", "again", "one", "two");
		await town.destroyService(host("calm"));
		await bus.again(town, "press", "calm");
		town.createService(kiosk("calm"));
		await town.waitForServices("calm");
		await print("again", "three");
		await shows("calm", "again", "one", "two", "three");
	});

	test("CLM-14 who begins late begins with what is kept of each key", async () => {
		await print("pruned", "gone", "kept");
		await shows("picky", "pruned", "gone", "kept");
		await bus.forget(town, "press", "topic:pruned", 1);
		town.createService(kiosk("newcomer"));
		await town.waitForServices("newcomer");
		await shows("newcomer", "pruned", "kept");
		await print("pruned", "next");
		await shows("newcomer", "pruned", "kept", "next");
	});

	test("CLM-14 what a reaction announces says which fact it comes from", async () => {
		await press.print(town, { topic: "chain", texts: ["one"] }, { requestID: "request_9" });
		await shows("calm", "chain", "one");
		const first = (name: string, key: string) =>
			host(name).db.read(async (read) => {
				const rows = await read.query<{ message_id: string; headers: string }>(
					"select message_id, headers from outbox where key = $key",
					{ key },
				);
				return rows[0]!;
			});
		const { message_id } = await first("press", "topic:chain");
		const { headers } = await first("calm", "shelf:chain");
		expect(JSON.parse(headers)).toMatchObject({
			correlation_id: "request_9",
			causation_id: message_id,
		});
	});
});

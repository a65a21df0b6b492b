import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Service } from "moleculer";
import { registry } from "../../config/metrics.ts";
import { contract } from "../../lib/contract.ts";
import { letterEntries } from "../../lib/letters.ts";
import { broker } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { kiosk, press, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

const poison = new Set<string>();
const before = ({ payload: { text } }: { payload: { text: string } }) => {
	if (poison.has(text)) throw new Error(`cannot swallow ${text}`);
};
const town = broker([pressService, kiosk("queasy", { before }), kiosk("hearty")]);
const queasy = contract("queasy", letterEntries);
beforeAll(() => town.start());
afterAll(() => town.stop());
beforeEach(() => poison.clear());

const print = (topic: string, ...texts: string[]) => press.print(town, { topic, texts });
const copies = async (name: string, topic: string) => {
	const all = await town.call<{ topic: string; texts: string[] }[]>(`${name}.read`);
	return all.find((copy) => copy.topic === topic)?.texts ?? [];
};
const shows = (name: string, topic: string, ...texts: string[]) =>
	until(
		() => copies(name, topic),
		(seen) => seen.join() === texts.join(),
	);
const parked = async (topic: string, count: number) =>
	until(
		async () =>
			(await queasy.deadLetters(town, {})).items.filter(({ key }) => key === `topic:${topic}`),
		({ length }) => length === count,
	);
const idOf = (letters: { message_id: string }[], at: number) => ({
	message_id: letters[at]?.message_id ?? "",
});
const waiting = async () => {
	const page = await registry.metrics();
	return Number(/^dead_letters\{context="queasy",producer="press"\} (\d+)$/m.exec(page)?.[1]);
};

test("CLM-14 U-22 a handler that always fails: a dead letter, an error in the log, a number on the page, and all else flows", async () => {
	expect(await waiting()).toBe(0);
	const said: [text: string, about: object][] = [];
	const { logger } = town.getLocalService("queasy") as Service;
	logger.error = (...args: unknown[]) => void said.push([String(args[0]), args[1] as object]);
	poison.add("rotten");
	await print("fish", "fresh", "rotten", "behind");
	await print("bread", "warm");
	await shows("queasy", "bread", "warm");
	await shows("hearty", "fish", "fresh", "rotten", "behind");
	const letters = await parked("fish", 2);
	expect(letters).toEqual([
		{
			message_id: expect.stringMatching(/^msg_/),
			producer: "press",
			event: "press.printed",
			version: 1,
			key: "topic:fish",
			key_seq: 2,
			error: "cannot swallow rotten",
			attempts: 3,
			parked_at: expect.stringMatching(/Z$/),
		},
		expect.objectContaining({ key_seq: 3, error: "stands behind another", attempts: 0 }),
	]);
	expect(said).toEqual([
		["a fact is parked", expect.objectContaining({ key: "topic:fish", key_seq: 2 })],
		["a fact is parked", expect.objectContaining({ key: "topic:fish", key_seq: 3 })],
	]);
	expect(await waiting()).toBe(2);

	poison.clear();
	expect(await queasy.redriveLetter(town, idOf(letters, 1))).toEqual({ applied: 2 });
	await shows("queasy", "fish", "fresh", "rotten", "behind");
	expect(await waiting()).toBe(0);
});

test("CLM-14 a redrive that fails again is refused with its reason, and the letter stays", async () => {
	poison.add("sour");
	await print("milk", "sour", "sweet");
	const letters = await parked("milk", 2);
	expect(await failure(queasy.redriveLetter(town, idOf(letters, 1)))).toMatchObject({
		code: 409,
		type: "DEAD_LETTER_FAILS",
		data: { id: letters[0]?.message_id, reason: "cannot swallow sour" },
	});
	expect((await parked("milk", 2))[0]).toMatchObject({ attempts: 4 });
	expect(await copies("queasy", "milk")).toEqual([]);
});

test("CLM-14 a letter discarded twice, even at once, lets go of one only", async () => {
	poison.add("bitter");
	await print("tea", "bitter", "bitter", "mild");
	const letters = await parked("tea", 3);
	const discard = () => queasy.discardLetter(town, { ...idOf(letters, 0), reason: "a test" });
	const answers = await Promise.all([failure(discard()), failure(discard())]);
	expect(answers.map((refused) => refused?.type)).toEqual(
		expect.arrayContaining([undefined, "DEAD_LETTER_NOT_FOUND"]),
	);
	expect(await failure(discard())).toMatchObject({ code: 404, type: "DEAD_LETTER_NOT_FOUND" });
	const left = await parked("tea", 2);
	expect(left.map(({ key_seq }) => key_seq)).toEqual([2, 3]);

	await queasy.discardLetter(town, { ...idOf(left, 0), reason: "another" });
	expect(await queasy.redriveLetter(town, idOf(left, 1))).toEqual({ applied: 1 });
	await print("tea", "hot");
	await shows("queasy", "tea", "mild", "hot");
});

test("CLM-14 only the first letter of a key can be let go: the order of the others is kept", async () => {
	poison.add("stale");
	await print("cake", "stale", "icing");
	const letters = await parked("cake", 2);
	const skip = queasy.discardLetter(town, { ...idOf(letters, 1), reason: "impatience" });
	expect(await failure(skip)).toMatchObject({
		code: 409,
		type: "DEAD_LETTER_BEHIND",
		data: { key: "topic:cake" },
	});
	expect(await parked("cake", 2)).toHaveLength(2);
});

test("CLM-14 a letter that there is not is not found, and a page of letters has its limit", async () => {
	const nothing = { message_id: "msg_nothing" };
	const refused = { code: 404, type: "DEAD_LETTER_NOT_FOUND", data: { id: "msg_nothing" } };
	expect(await failure(queasy.redriveLetter(town, nothing))).toMatchObject(refused);
	expect(await failure(queasy.discardLetter(town, { ...nothing, reason: "x" }))).toMatchObject(
		refused,
	);
	poison.add("off");
	await print("eggs", "off", "fine");
	await parked("eggs", 2);
	expect((await queasy.deadLetters(town, { limit: 1 })).items).toHaveLength(1);
});

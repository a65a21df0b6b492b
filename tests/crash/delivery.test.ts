import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { open } from "../../mixins/database/open.ts";

const KILLS = 10;
const LIFE_MS = 250; // at most, once it prints: short enough to die with facts on their way
const SCRIPT = join(import.meta.dirname, "../support/press-process.ts");

const start = (...args: string[]) =>
	spawn(process.execPath, ["--disable-warning=ExperimentalWarning", SCRIPT, ...args], {
		stdio: ["ignore", "pipe", "inherit"],
		env: { ...process.env, RETAIL_RELAY_MS: "50" },
	});

/** Reads what a dead process has left, then lets go of the file. */
async function left<Row extends object>(context: string, sql: string): Promise<Row[]> {
	const db = open(context);
	try {
		return await db.read((read) => read.query<Row>(sql));
	} finally {
		await db.close();
	}
}
const pages = () =>
	left<{ topic: string; text: string }>("press", "select topic, text from page order by n");
/** In the order in which they were announced: that of `n` is when a writer began, not when it was its turn. */
const announced = async () =>
	(await left<{ body: string }>("press", "select body from outbox order by key, key_seq")).map(
		({ body }) => JSON.parse(body) as { topic: string; text: string },
	);
const copies = () =>
	left<{ topic: string; text: string }>(
		"crashing_reader",
		"select topic, text from copy order by n",
	);
const byTopic = (rows: { topic: string; text: string }[]) =>
	Object.fromEntries(
		[...Map.groupBy(rows, ({ topic }) => topic)]
			.map(([topic, all]): [string, string[]] => [topic, all.map(({ text }) => text)])
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);

const inAnyOrder = (rows: { topic: string; text: string }[]) =>
	rows.map(({ topic, text }) => `${topic}/${text}`).sort();

test("G14 D14 CLM-11 killed at any moment, ten times: what committed is heard once, in order, and nothing else", async () => {
	let onTheirWay = 0;
	for (let kill = 0; kill < KILLS; kill++) {
		const child = start("print", String(kill));
		const died = once(child, "exit");
		expect(await Promise.race([once(child.stdout, "data").then(() => "lives"), died])).toBe(
			"lives",
		);
		setTimeout(() => child.kill("SIGKILL"), Math.random() * LIFE_MS);
		expect(await died).toEqual([null, "SIGKILL"]);
		if ((await pages()).length > (await copies()).length) onTheirWay++;
	}
	expect(await once(start("drain"), "exit")).toEqual([0, null]);

	const printed = await pages();
	const told = await announced();
	expect(byTopic(await copies())).toEqual(byTopic(told));
	expect(inAnyOrder(told)).toEqual(inAnyOrder(printed));
	expect(printed.filter(({ text }) => text === "tear")).toEqual([]);
	// Otherwise the test has shown nothing.
	expect(onTheirWay).toBeGreaterThan(0);
	expect(printed.length).toBeGreaterThan(KILLS * 3);
	console.log(`${printed.length} facts, ${onTheirWay} of ${KILLS} kills with facts on their way`);
}, 120_000);

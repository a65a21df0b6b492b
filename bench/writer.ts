import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Type from "typebox";

/** Units of work a second through the writer, by how many wait at once. */
const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "2" },
		synchronous: { type: "string", default: "FULL" },
	},
});
const folder = mkdtempSync(join(tmpdir(), "writer-"));
process.env.RETAIL_DATA_DIR = folder;
process.env.RETAIL_SQLITE_SYNCHRONOUS = values.synchronous;
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { open } = await import("../mixins/database/open.ts");
const { table } = await import("../mixins/database/table.ts");
type Tx = import("../mixins/database/rows.ts").Tx;

const Level = Type.Object({ id: Type.String(), on_hand: Type.Integer(), note: Type.String() });
const levels = table("level", Level, "id");
const db = open("bench");
await db.migrate();
await db.write((tx) =>
	tx.script("create table level (id text primary key, on_hand bigint, note text)"),
);
await db.write(async (tx) => {
	for (let id = 0; id < 100; id++) await tx.insert(levels, { id: `${id}`, on_hand: 0, note: "" });
});

let made = 0;
const units: Record<string, (tx: Tx) => Promise<unknown>> = {
	"empty unit": async () => {},
	"one update": (tx) => tx.update(levels, { id: `${made++ % 100}` }, { note: "sold" }),
	"read, insert, two updates": async (tx) => {
		const id = `${made++}`;
		const { on_hand } = await tx.get(levels, { id: "1" });
		await tx.insert(levels, { id: `new_${id}`, on_hand, note: id });
		await tx.update(levels, { id: "1" }, { on_hand: on_hand + 1 });
		await tx.update(levels, { id: "2" }, { on_hand });
	},
	"an attempt of one update": (tx) =>
		tx.attempt(() => tx.update(levels, { id: `${made++ % 100}` }, { note: "held" })),
	"ten rows in one insert": async (tx) => {
		const rows = Array.from({ length: 10 }, () => ({ id: `many_${made++}`, on_hand: 0, note: "" }));
		await tx.insertAll(levels, rows);
	},
	"ten updates": async (tx) => {
		for (let id = 0; id < 10; id++) await tx.update(levels, { id: `${id}` }, { on_hand: made++ });
	},
};

console.log(`node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}`);
console.log(`sqlite, synchronous = ${values.synchronous}, ${values.seconds} s each`);
for (const [name, work] of Object.entries(units))
	for (const atOnce of [1, 8, 64]) {
		const until = performance.now() + Number(values.seconds) * 1_000;
		const from = performance.now();
		const spent: number[] = [];
		const client = async () => {
			while (performance.now() < until) {
				const begun = performance.now();
				await db.write(work);
				spent.push(performance.now() - begun);
			}
		};
		await Promise.all(Array.from({ length: atOnce }, client));
		const rate = spent.length / ((performance.now() - from) / 1_000);
		const at = (share: number) =>
			spent.toSorted((a, b) => a - b)[Math.floor(spent.length * share)]!.toFixed(2);
		console.log(
			`${name.padEnd(28)} ${String(atOnce).padStart(3)} at once ${rate.toFixed(0).padStart(7)} units/s  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms`,
		);
	}
await db.close();

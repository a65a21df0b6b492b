import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { mixin, service } from "../../lib/service.ts";
import { type Database, database, table } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { broker } from "../support/broker.ts";

const Jar = Type.Object({ jar_id: Type.String(), sweets: Type.Integer() });
const jars = table("jar", Jar, "jar_id");
const params = { jar_id: Type.String() };
const pantry = contract("pantry", {
	get: action({ params, returns: Jar, cache: { ttl: 60, about: "jar:{jar_id}" } }),
	list: action({ params: {}, returns: Type.Array(Jar), cache: { ttl: 60 } }),
	fill: action({ params: { ...params, sweets: Type.Integer() } }),
	filled: event({ jar_id: Type.String() }, { about: "jar:{jar_id}" }),
});
let reads = 0;
const pantryService = service(pantry, {
	mixins: [
		database,
		mixin<object, { db: Database }>({
			started() {
				return this.db.write((tx) =>
					tx.script("create table jar (jar_id text primary key, sweets bigint not null)"),
				);
			},
		}),
		outbox,
	],
	actions: {
		get(ctx) {
			reads++;
			return this.db.read((db) => db.get(jars, { jar_id: ctx.params.jar_id }));
		},
		list() {
			reads++;
			return this.db.read((db) => db.list(jars));
		},
		async fill(ctx) {
			const { jar_id } = ctx.params;
			await this.db.write(async (tx) => {
				await tx.save(jars, ctx.params);
				await this.announce(tx, pantry.filled({ jar_id }));
				if (ctx.params.sweets < 0) throw new Error("no such thing");
			});
		},
	},
});

const home = broker([pantryService]);
beforeAll(() => home.start());
afterAll(() => home.stop());
const fill = (jar_id: string, sweets: number) => pantry.fill(home, { jar_id, sweets });
const sweetsIn = async (jar_id: string) => (await pantry.get(home, { jar_id })).sweets;

test("CCH-02 INV-23 who was answered that it is written reads what was written", async () => {
	for (let sweets = 0; sweets < 200; sweets++) {
		await fill("mints", sweets);
		expect(await sweetsIn("mints")).toBe(sweets);
		expect(await pantry.list(home, {})).toContainEqual({ jar_id: "mints", sweets });
	}
});

test("CAT-11 CCH-02 a write forgets what is cached about its thing, and nothing else", async () => {
	await fill("a", 1);
	await fill("b", 1);
	await Promise.all([sweetsIn("a"), sweetsIn("b")]);
	reads = 0;
	await fill("a", 2);
	expect([await sweetsIn("b"), reads]).toEqual([1, 0]);
	expect([await sweetsIn("a"), reads]).toEqual([2, 1]);
});

test("CCH-02 a write that is undone forgets nothing", async () => {
	await fill("c", 1);
	await sweetsIn("c");
	reads = 0;
	await expect(fill("c", -1)).rejects.toThrow("no such thing");
	expect([await sweetsIn("c"), reads]).toEqual([1, 0]);
});

const step = fc.record({ jar: fc.constantFrom("x" as const, "y" as const), isWrite: fc.boolean() });

test("CCH-02 INV-23 whatever the order of reads and writes, no read is older than the write before it", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
			async (clients) => {
				await Promise.all([fill("x", 0), fill("y", 0)]);
				const written = { x: 0, y: 0 };
				let last = 0;
				const filled = { x: Promise.resolve(), y: Promise.resolve() };
				const act = async ({ jar, isWrite }: (typeof clients)[number][number]) => {
					const least = written[jar];
					if (!isWrite) return expect(await sweetsIn(jar)).toBeGreaterThanOrEqual(least);
					// In this order: several writers of PostgreSQL would take them in any.
					const sweets = ++last;
					filled[jar] = filled[jar]
						.then(() => fill(jar, sweets))
						.then(() => {
							written[jar] = sweets;
						});
					await filled[jar];
				};
				await Promise.all(
					clients.map(async (steps) => {
						for (const step of steps) await act(step);
					}),
				);
			},
		),
		{ numRuns: 50 },
	);
});

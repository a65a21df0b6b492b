import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Type from "typebox";
import { refusal } from "../../../lib/refusal.ts";
import { open } from "../../../mixins/database/open.ts";
import { type Tx, table } from "../../../mixins/database.mixin.ts";

const people = table(
	"people",
	Type.Object({ id: Type.String(), name: Type.String(), age: Type.Integer() }),
	"id",
);
const taken = refusal("NAME_TAKEN", 409, { en: "Taken", fr: "Pris" });
const db = open("races");
beforeAll(async () => {
	await db.migrate();
	await db.write((tx) =>
		tx.script("create table people (id text primary key, name text unique, age bigint)"),
	);
});
afterAll(() => db.close());

const join = (id: string, name: string) => async (tx: Tx) => {
	if (await tx.find(people, { name })) throw taken();
	await tx.insert(people, { id, name, age: 0 });
	return "joined";
};
const ids = Array.from({ length: 12 }, (_, n) => `${n}`);
const outcome = (error: unknown) => (taken.is(error) ? "taken" : String(error));

test("of many that take one name at once, one has it, and the others are refused, not failed", async () => {
	const came = await Promise.all(ids.map((id) => db.write(join(id, "Ada")).catch(outcome)));
	expect(came.toSorted()).toEqual(["joined", ...ids.slice(1).map(() => "taken")]);
});

test("what a unit reads it holds: none of what many add at once is lost", async () => {
	await db.write((tx) => tx.insert(people, { id: "old", name: "Old", age: 0 }));
	const grow = async (tx: Tx) => {
		const { age } = await tx.get(people, { id: "old" });
		await tx.update(people, { id: "old" }, { age: age + 1 });
	};
	await Promise.all(ids.map(() => db.write(grow)));
	expect(await db.read((read) => read.get(people, { id: "old" }))).toMatchObject({ age: 12 });
});

test("two that take two rows the other way round both end", async () => {
	for (const id of ["left", "right"])
		await db.write((tx) => tx.insert(people, { id, name: id, age: 0 }));
	const both = (order: string[]) => async (tx: Tx) => {
		for (const id of order) {
			const { age } = await tx.get(people, { id });
			await tx.update(people, { id }, { age: age + 1 });
		}
	};
	const orders = [
		["left", "right"],
		["right", "left"],
	];
	await Promise.all(orders.map((order) => db.write(both(order))));
	for (const id of ["left", "right"])
		expect(await db.read((read) => read.get(people, { id }))).toMatchObject({ age: 2 });
});

import { expect, test } from "@jest/globals";
import { ownerOf, Placement } from "../../config/balancing.ts";
import { budget, isLost } from "../../config/repeat.ts";
import { CONTEXTS } from "../../config/topology.ts";
import type { ActionSchema } from "../../lib/contract.ts";

const nodes = (count: number) =>
	Array.from({ length: count }, (_, n) => ({ id: `carts.${n + 1}` }));
const KEYS = Array.from({ length: 4_000 }, (_, n) => `crt_${n}`);
const CHANCE = 0.02; // may add that to the ideal share

test.each([
	[2, 3],
	[3, 4],
	[9, 10],
])("HA-02 from %i replicas to %i only the keys move that the new one owns", (before, after) => {
	const moved = KEYS.filter(
		(key) => ownerOf(nodes(before), key)?.id !== ownerOf(nodes(after), key)?.id,
	);
	expect(moved.length / KEYS.length).toBeLessThan(1 / after + CHANCE);
	const takers = new Set(moved.map((key) => ownerOf(nodes(after), key)?.id));
	expect([...takers]).toEqual([`carts.${after}`]);
});

test("HA-02 keys are owned by all replicas alike", () => {
	const owned = Map.groupBy(KEYS, (key) => ownerOf(nodes(3), key)?.id);
	for (const keys of owned.values()) expect(keys.length / KEYS.length).toBeCloseTo(1 / 3, 1);
});

test("HA-01 of calls without a key each replica takes its weight, one after the other", () => {
	const placement = new Placement(null as never, null as never, {});
	const list = [
		["a", 200],
		["b", 100],
		["c", undefined],
	].map(([id, weight]) => ({
		id,
		node: { metadata: weight ? { weight } : undefined },
		action: {},
	}));
	const called = Array.from({ length: 8 }, () => placement.select(list as never)?.id);
	expect(called.join("")).toBe("abcaabca");
	const left = list.slice(1); // and who stays when one leaves shares alike
	const then = Array.from({ length: 4 }, () => placement.select(left as never)?.id);
	expect(then.join("")).toBe("bcbc");
});

test("HA-05 a tenth of the calls may be repeated, and a few more after a quiet time", () => {
	const purse = budget(0.1, 2);
	expect([purse.spend(), purse.spend(), purse.spend()]).toEqual([true, true, false]);
	for (let call = 0; call < 11; call++) purse.earn();
	expect([purse.spend(), purse.spend()]).toEqual([true, false]);
});

test("HA-05 only a lost replica is a reason to repeat: no timeout, no refusal, no neighbour's absence", () => {
	const lost = (type: string, action = "orders.get") =>
		isLost({ type, data: { action } }, "orders.get");
	expect(
		["SERVICE_NOT_AVAILABLE", "SERVICE_NOT_FOUND", "REQUEST_REJECTED"].every((type) => lost(type)),
	).toBe(true);
	for (const type of ["REQUEST_TIMEOUT", "QUEUE_FULL", "ORDER_NOT_FOUND"])
		expect(lost(type)).toBe(false);
	expect(lost("SERVICE_NOT_AVAILABLE", "customers.get")).toBe(false);
	expect(isLost(new Error("a defect"), "orders.get")).toBe(false);
});

/** Changes something although it is asked for with GET. */
const CHANGES = ["carts.current"];
const WRITES = /^(POST|PUT|PATCH|DELETE) /;

test("HA-02 HA-05 contracts: a key is one of the params, every read may be repeated, and no write may", async () => {
	const schemas = await Promise.all(CONTEXTS.filter((name) => name !== "metrics").map(actionsOf));
	const faults = schemas
		.flat()
		.flatMap(([name, { key, params, rest, aliases = [], repeatable }]) => {
			const places = [...(rest ? [rest] : []), ...aliases];
			const isWrite = places.some((place) => WRITES.test(place));
			const isRead = places.length > 0 && !isWrite && !CHANGES.includes(name);
			return [
				key && !(key in params.properties) && `${name}: its key ${key} is none of its params`,
				isRead && !repeatable && `${name}: a read that is not repeatable`,
				(isWrite || CHANGES.includes(name)) && repeatable && `${name}: a write that is repeatable`,
			].filter(Boolean);
		});
	expect(faults).toEqual([]);
	expect(schemas.flat().length).toBeGreaterThan(150);
});

async function actionsOf(context: string): Promise<[string, ActionSchema][]> {
	const found = await import(`../../services/${context}/${context}.contract.ts`);
	const contracts = Object.values(found).filter((one) => isContract(one, context)) as object[];
	return contracts.flatMap((one) =>
		Object.values(one).flatMap((entry) =>
			"schema" in Object(entry) && "action" in Object(entry)
				? [[entry.action, entry.schema] as [string, ActionSchema]]
				: [],
		),
	);
}
const isContract = (one: unknown, name: string) =>
	(one as { name?: string } | null)?.name === name && typeof one === "object";

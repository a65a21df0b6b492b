import { describe, expect, test } from "@jest/globals";
import { CONTEXTS } from "../../../config/topology.ts";
import { type Member, planned, scaled } from "../../../scripts/mesh/plan.ts";

const names = (members: readonly Member[]) => members.map(({ name }) => name).sort();
const holders = (members: readonly Member[], context: string) =>
	names(members.filter(({ contexts }) => contexts.includes(context)));

describe("on SQLite", () => {
	const mesh = planned({ isShared: false });

	test("DEP-03 every context is in exactly one process, but for the gateway, which is in two", () => {
		const counts = CONTEXTS.map((context) => [context, holders(mesh, context).length]);
		expect(Object.fromEntries(counts)).toEqual({
			...Object.fromEntries(CONTEXTS.map((context) => [context, 1])),
			gateway: 2,
		});
	});

	test("HA-03 no two processes have one name", () => {
		expect(new Set(names(mesh)).size).toBe(mesh.length);
	});

	test("HA-06 a context whose database is a file is not in two processes, and the reason is said", () => {
		expect(() => scaled(mesh, "inventory", 2, false)).toThrow(/SQLite file.*PostgreSQL/);
		expect(() => planned({ isShared: false, replicas: { saga: 2 } })).toThrow(/PostgreSQL/);
	});

	test("HA-06 gateways keep nothing: there may be more, or one", () => {
		expect(names(scaled(mesh, "gateway", 3, false).more)).toEqual(["gateway.3"]);
		expect(names(scaled(mesh, "gateway", 1, false).fewer)).toEqual(["gateway.2"]);
	});
});

describe("on PostgreSQL", () => {
	const mesh = planned({ isShared: true, isDouble: true });

	test("HA-03 every context but metrics is in two processes, told apart by their instance", () => {
		for (const context of CONTEXTS)
			expect([context, holders(mesh, context).length]).toEqual([
				context,
				context === "metrics" ? 1 : 2,
			]);
		expect(holders(mesh, "saga")).toEqual(["saga.1", "saga.2"]);
	});

	test("HA-15 a context scales by itself: what comes holds nothing else, and goes first", () => {
		const { more } = scaled(mesh, "payments", 4, true);
		expect(more.map(({ contexts }) => contexts)).toEqual([["payments"], ["payments"]]);
		const grown = [...mesh, ...more];
		expect(holders(grown, "payments")).toHaveLength(4);
		expect(holders(grown, "orders")).toEqual(holders(mesh, "orders"));
		expect(names(scaled(grown, "payments", 2, true).fewer)).toEqual(names(more));
	});

	test("HA-15 a context that is together with others is not taken from them", () => {
		expect(() => scaled(mesh, "payments", 1, true)).toThrow(/together with others in orders.1/);
	});

	test("HA-06 replicas may be asked for from the start", () => {
		const asked = planned({ isShared: true, replicas: { inventory: 3 } });
		expect(holders(asked, "inventory")).toEqual(["inventory.1", "inventory.2", "inventory.3"]);
	});

	test.each([
		["horses", 2, /There is no context horses/],
		["inventory", 0, /1 to 9/],
		["inventory", 1.5, /1 to 9/],
		["metrics", 2, /one port/],
	])("scale %s %s is refused, with the reason", (context, wanted, why) => {
		expect(() => scaled(mesh, context, wanted, true)).toThrow(why);
	});
});

test("DEP-09 the event-driven part and the rest are two meshes, which have every context between them", () => {
	const followers = ["claims", "notifications", "audit", "reporting"];
	const rest = CONTEXTS.filter((name) => !followers.includes(name));
	const [one, other] = [followers, rest].map((only) => planned({ isShared: false, only }));
	const held = (members: readonly Member[] = []) =>
		new Set(members.flatMap(({ contexts }) => contexts));
	expect([...held(one)].sort()).toEqual(followers.toSorted());
	expect([...held(other)].sort()).toEqual([...rest].sort());
	expect(names(one ?? []).filter((name) => names(other ?? []).includes(name))).toEqual([]);
});

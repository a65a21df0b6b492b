import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { isPostgres } from "../support/dialect.ts";
import { type Replicas, startReplicas } from "../support/replicas.ts";

jest.setTimeout(120_000);
const shared = isPostgres ? describe : describe.skip;
const CONTEXTS = ["stores", "catalog", "inventory", "identity", "reporting", "audit"];

shared("four processes that start at once on an empty server", () => {
	let all: Replicas;
	beforeAll(async () => {
		all = await startReplicas();
		await Promise.all(["1", "2", "3", "4"].map((n) => all.start(CONTEXTS, n)));
	});
	afterAll(() => all?.stop());

	test.each(CONTEXTS)(
		"DEP-02 DEP-12 make the tables of %s once, in a schema of its own",
		async (context) => {
			const made = await all.rows(context, "select name from migrations order by name");
			expect(made.length).toBeGreaterThan(1);
			expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
			const foreign = await all.rows(
				context,
				`select table_schema from information_schema.tables
			where table_name = 'migrations' and table_schema = '${context}'`,
			);
			expect(foreign).toHaveLength(1);
		},
	);

	test("DEP-02 load the demo data once, and tell of it once", async () => {
		for (const context of ["stores", "catalog", "inventory", "identity"])
			expect(await all.rows(context, "select loaded_at from demo")).toHaveLength(1);
		const openings = await all.rows(
			"inventory",
			"select count(*)::int as n, count(distinct (location_id, product_id))::int as shelves from stock_movement",
		);
		expect(openings[0].n).toBe(openings[0].shelves);
		const told = await all.rows(
			"stores",
			"select key from outbox where type = 'stores.opened' group by key having count(*) > 1",
		);
		expect(told).toEqual([]);
	});
});

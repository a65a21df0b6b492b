import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { type Database, database } from "../../mixins/database.mixin.ts";
import { errands } from "../../mixins/errands.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { broker } from "../support/broker.ts";
import { until } from "../support/until.ts";

const errand = { name: Type.String(), fails: Type.Optional(Type.Boolean()) };
const porter = contract("porter", {
	send: action({ params: errand }),
	brought: event({ name: Type.String() }, { about: "parcel:{name}" }),
});

/** What the porter was sent for, each time; and what stops it. */
const seen: string[] = [];
let obstacle: (name: string) => Promise<void>;
beforeEach(() => {
	seen.length = 0;
	obstacle = async () => {};
});

const bring = errands<{ announce: Announce }>({
	async parcel(name) {
		seen.push(name);
		await obstacle(name);
		return (tx) => this.announce(tx, porter.brought({ name }));
	},
});
type Announce = (tx: unknown, fact: unknown) => Promise<void>;

const porterService = service(porter, {
	mixins: [database, outbox, bring],
	actions: {
		async send(ctx) {
			const { name, fails } = ctx.params;
			await this.db.write(async (tx) => {
				await this.announce(tx, porter.brought({ name: `order of ${name}` }), ctx);
				await this.errand(tx, "parcel", name, ctx);
				if (fails) throw new Error("thought better of it");
			});
		},
	},
});

let town = broker([porterService]);
beforeAll(() => town.start());
afterAll(() => town.stop());
const db = () => (town.getLocalService("porter") as unknown as { db: Database }).db;
const brought = async (name: string) => {
	const sql = "select headers from outbox where key = $key";
	const key = `parcel:${name}`;
	return db().read((read) => read.query<{ headers: string }>(sql, { key }));
};
const isBrought = (name: string) => until(async () => (await brought(name)).length > 0);
const left = () => db().read((read) => read.query<{ attempts: number }>("select * from errand"));

test("CLM-15 an errand of a unit that is rolled back is not run, nor left", async () => {
	await expect(porter.send(town, { name: "none", fails: true })).rejects.toThrow("thought better");
	await porter.send(town, { name: "some" });
	await isBrought("some");
	expect(seen).toEqual(["some"]);
	expect(await left()).toEqual([]);
});

test("CLM-14 what an errand announces comes from what sent it", async () => {
	await porter.send(town, { name: "traced" }, { requestID: "request_7" });
	await isBrought("traced");
	const [sent] = await brought("order of traced");
	const [done] = await brought("traced");
	expect(JSON.parse(done!.headers)).toEqual(JSON.parse(sent!.headers));
	expect(JSON.parse(done!.headers)).toMatchObject({ correlation_id: "request_7" });
});

test("CLM-15 many that never end hold back none of the others, and are run ever later", async () => {
	obstacle = async (name) => {
		if (name.startsWith("stuck")) throw new Error("no way through");
	};
	for (let n = 0; n < 40; n++) await porter.send(town, { name: `stuck_${n}` });
	await porter.send(town, { name: "free" });
	await isBrought("free");
	const tries = () => seen.filter((name) => name === "stuck_0").length;
	await until(() => tries() >= 3);
	obstacle = async () => {};
	await until(async () => (await left()).length === 0);
	for (let n = 0; n < 40; n++) expect(await brought(`stuck_${n}`)).toHaveLength(1);
});

test("CLM-15 what is under way at a stop comes to an end; what failed is run after the start", async () => {
	const way = Promise.withResolvers<void>();
	obstacle = (name) => (name === "slow" ? way.promise : Promise.reject(new Error("no way")));
	await porter.send(town, { name: "slow" });
	await porter.send(town, { name: "later" });
	await until(() => seen.includes("slow") && seen.includes("later"));
	const stopped = town.stop();
	way.resolve();
	await stopped;
	obstacle = async () => {};
	town = broker([porterService]);
	await town.start();
	expect(await brought("slow")).toHaveLength(1);
	await isBrought("later");
});

test("CLM-15 of two that run the same errand one writes down what came of it", async () => {
	const gate = Promise.withResolvers<void>();
	obstacle = () => gate.promise;
	await porter.send(town, { name: "shared" });
	await until(() => seen.includes("shared"));
	await db().write((tx) => tx.script("delete from errand")); // the other was faster
	gate.resolve();
	obstacle = async () => {};
	await porter.send(town, { name: "next" });
	await isBrought("next");
	expect(await brought("shared")).toEqual([]);
});

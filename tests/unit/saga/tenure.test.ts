import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { open } from "../../../mixins/database/open.ts";
import { fence } from "../../../services/saga/lease.store.ts";
import { type Tenure, tenure } from "../../../services/saga/tenure.ts";
import { isPostgres } from "../../support/dialect.ts";
import { until } from "../../support/until.ts";

const db = open("saga");
beforeAll(() => db.migrate());
afterAll(() => db.close());
const replicas: Tenure[] = [];
afterEach(async () => {
	for (const one of replicas.splice(0)) await one.stop();
});
beforeEach(() => db.write((tx) => tx.script("delete from lease")));

function replica() {
	const told: string[] = [];
	const one = tenure(db, {
		gained: () => void told.push("gained"),
		lost: async () => void told.push("lost"),
		regained: () => void told.push("regained"),
		warn: (text) => void told.push(text),
	});
	replicas.push(one);
	const writes = () => db.write((tx) => fence(tx, one.held())).then(() => "written", String);
	return { ...one, told, writes };
}
const expire = (owner: string) =>
	db.write((tx) => tx.query("update lease set expires_at = 1 where owner = $owner", { owner }));
const ownerOf = async (shard = 0) => {
	const name = `saga-${String(shard).padStart(2, "0")}`;
	const sql = "select owner from lease where name = $name";
	return (await db.read((read) => read.query<{ owner: string | null }>(sql, { name })))[0]?.owner;
};

// On SQLite a process has its files to itself.
const shared = isPostgres ? describe : describe.skip;
shared("replicas of the orchestrator on one database", () => {
	test("G12 hold a shard each, and may both write", async () => {
		const [one, other] = [replica(), replica()];
		await Promise.all([one.start(), other.start()]);
		expect(new Set([one.held().shard, other.held().shard])).toEqual(new Set([0, 1]));
		expect(await Promise.all([one.writes(), other.writes()])).toEqual(["written", "written"]);
	});

	test("G12 what one has left is the other's, and it is fenced, and begins anew", async () => {
		const [one, other] = [replica(), replica()];
		await one.start();
		await other.start();
		const before = one.held();
		await until(async () => {
			await expire(before.owner); // again, should it have renewed it in time
			other.fenced();
			return (await ownerOf(before.shard)) !== before.owner;
		});
		await expect(db.write((tx) => fence(tx, before))).rejects.toThrow("SAGA_FENCED");
		one.fenced();
		await until(
			() => one.told,
			(told) => told.includes("lost") && told.includes("regained"),
		);
		await until(one.writes, (said) => said === "written");
		expect(await other.writes()).toBe("written");
		expect(one.held().shard).not.toBe(other.held().shard);
	}, 30_000);

	test("I6 who takes over writes under a later epoch than whoever it takes over from", async () => {
		const [one, other] = [replica(), replica()];
		await one.start();
		await other.start();
		const { shard = -1 } = one.held();
		const name = `saga-0${shard}`;
		await db.write((tx) => tx.query("update lease set epoch = 7 where name = $name", { name }));
		await one.stop(); // what it had is free
		other.fenced(); // looks at once
		await until(
			() => other.held(),
			({ epoch }) => epoch === 8,
		);
		expect(await other.writes()).toBe("written");
	});

	test("a process that ends leaves its shard to the next at once, under a later epoch", async () => {
		const one = replica();
		await one.start();
		const { shard, epoch } = one.held();
		await one.stop();
		const next = replica();
		await next.start();
		expect(next.held()).toMatchObject({ shard, epoch: epoch + 1 });
		expect(await one.writes()).toContain("SAGA_FENCED");
	});
});

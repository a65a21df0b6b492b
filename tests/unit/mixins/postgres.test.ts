import { describe, expect, test } from "@jest/globals";
import { ConnectionAcquireTimeoutError, ConnectionTimedOutError, DatabaseError } from "sequelize";
import { env } from "../../../config/env.ts";
import { orAway, stuck } from "../../../mixins/database/away.ts";
import { postgres, urlOf } from "../../../mixins/database/postgres.ts";
import { freePort } from "../../../scripts/port.ts";
import { isPostgres } from "../../support/dialect.ts";

const OFF = { code: "57P01", sql: "select 1" };

describe("a PostgreSQL server", () => {
	test("D13 that is away is an outage to whoever writes and whoever reads, not a defect", async () => {
		const link = postgres(`postgres://nobody@127.0.0.1:${await freePort()}/none`, "away", () => {});
		const outage = { code: 503, type: "SERVICE_NOT_AVAILABLE", retryable: true };
		await expect(link.write((tx) => tx.script("select 1"))).rejects.toMatchObject(outage);
		await expect(link.reads.rows("select 1", {})).rejects.toMatchObject(outage);
		await link.close();
	});

	test.each([
		["breaks the connection", { code: "57P01" }],
		["has no connection left", { code: "53300" }],
		["is gone in the middle", { message: "Connection terminated unexpectedly" }],
		["let go of who was silent", { code: "25P03" }],
		["keeps a lock for another", { code: "55P03" }],
		["lets a unit of work hang", stuck(5_000)],
		["was left while somebody asked", new Error("Client was closed and is not queryable")],
		["says nothing to who asks", new Error("Query read timeout")],
		["says nothing to who enters", new Error("timeout expired")],
		[
			"gives no connection in time",
			new ConnectionAcquireTimeoutError(new Error("Operation timeout")),
		],
		["hangs up on who enters", new ConnectionTimedOutError(new Error("Connection timed out"))],
		["breaks a statement off", new DatabaseError(Object.assign(new Error("shut down"), OFF))],
	])("D13 that %s is an outage, too", (_, error) => {
		expect(orAway(error)).toMatchObject({ code: 503, cause: error });
	});

	test.each([{ code: "23505" }, { code: "40001" }, new Error("Connection of ideas"), undefined])(
		"that says %p is there",
		(error) => expect(orAway(error)).toBe(error),
	);

	(isPostgres ? test : test.skip)(
		"D13 whose connections are all taken is an outage within five seconds, and is there again once they are not",
		async () => {
			env.database_pool = 2;
			const link = postgres(env.database_url, "crowd", () => {});
			const slow = () => link.write((tx) => tx.script("select pg_sleep(7)"), 20_000);
			const busy = [slow(), slow()];
			const asked_at = performance.now();
			const late = [link.write((tx) => tx.script("select 1")), link.reads.rows("select 1", {})];
			for (const one of await Promise.allSettled(late))
				expect(one).toMatchObject({ status: "rejected", reason: { code: 503 } });
			expect(performance.now() - asked_at).toBeLessThan(6_500);
			await Promise.all(busy);
			expect(await link.reads.rows("select 1 as n", {})).toEqual([{ n: 1 }]);
			await link.close();
		},
		30_000,
	);

	test("DEP-02 may have a database for each context", () => {
		expect(urlOf("postgres://u:p@host/comptoir", "orders")).toBe("postgres://u:p@host/comptoir");
		expect(urlOf("postgres://u:p@db-{context}/comptoir_{context}", "orders")).toBe(
			"postgres://u:p@db-orders/comptoir_orders",
		);
	});
});

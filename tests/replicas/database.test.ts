import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { freePort } from "../../scripts/port.ts";
import { startPostgres } from "../../scripts/postgres.ts";
import { buyersOf, PATIENCE_MS } from "../support/buyers.ts";
import type { Client } from "../support/client.ts";
import { isPostgres } from "../support/dialect.ts";
import type { Product } from "../support/product.ts";
import { type Replicas, startReplicas } from "../support/replicas.ts";
import { until } from "../support/until.ts";

jest.setTimeout(180_000);
const ALL = ["identity", "stores", "catalog", "inventory", "customers", "payments", "orders"];
const BACK_MS = 30_000; // the longest pause of whoever tries again

// On SQLite there is no server to be killed.
const shared = isPostgres ? describe : describe.skip;

shared("a PostgreSQL server that is killed under load", () => {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-killed-"));
	let postgres: Awaited<ReturnType<typeof startPostgres>>;
	let port: number;
	let all: Replicas;
	let shop: Client;
	let token: string;
	let running: Product[];
	beforeAll(async () => {
		port = await freePort();
		postgres = await startPostgres({ folder, port });
		all = await startReplicas({ RETAIL_DATABASE_URL: postgres.url });
		running = await Promise.all([
			all.start([...ALL, "carts", "saga", "gateway"], "1"),
			all.start([...ALL, "carts", "saga"], "2"),
		]);
		const paths = ["/api/v1/orders", "/api/v1/auth/login", "/api/v1/products"];
		shop = await all.whole(running[0] as Product, ...paths);
		token = await shop.login("user@example.com", "password");
	});
	afterAll(async () => {
		await all?.stop();
		await postgres?.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	const count = async (context: string, sql: string) => (await all.rows(context, sql)).length;
	const live = () => count("saga", "select 1 from saga where finished_at is null");
	/** Whoever was connected must have noticed before there can be another. */
	const again = () =>
		until(() => startPostgres({ folder, port }).catch(() => undefined), Boolean, PATIENCE_MS);

	test("D13 D14 SAG-25 says 503 meanwhile; once it is back all goes on by itself, and nothing is half done", async () => {
		const buyers = buyersOf(shop, token);
		const bought = buyers.buy(60, { at_once: 12 });
		await until(live, (n) => n >= 4, PATIENCE_MS);
		const left = await live();
		postgres.server.kill("SIGKILL");
		const asked = { token, limit_ms: 15_000 };
		const refused = await until(
			() => shop.get("/api/v1/orders", asked),
			({ status }) => status === 503,
		);
		expect(refused.headers.get("retry-after")).not.toBeNull();
		const answers = await bought;
		expect(left).toBeGreaterThan(0); // otherwise nothing was shown

		postgres = (await again()) as typeof postgres;
		const back_at = Date.now();
		await until(
			() => shop.get("/api/v1/orders", asked),
			({ status }) => status === 200,
			BACK_MS,
		);
		await until(live, (n) => n === 0, 60_000);
		expect(Date.now() - back_at).toBeLessThan(60_000);
		for (const { exitCode, printed } of running)
			expect(exitCode() === null ? "runs" : printed().slice(-4_000)).toBe("runs");

		const sagas = await all.rows("saga", "select order_id, status from saga order by order_id");
		const completed = sagas.flatMap(({ status, order_id }) =>
			status === "COMPLETED" ? [order_id] : [],
		);
		const paid = await all.rows(
			"payments",
			`select ref_id from payment where status = 'CAPTURED' and ref_id like 'ord_0%' order by ref_id`,
		);
		expect(paid.map(({ ref_id }) => ref_id)).toEqual(completed);
		await until(
			() => count("inventory", "select 1 from reservation where status = 'HELD'"),
			(n) => n === 0,
			BACK_MS,
		);
		const told = answers.filter(({ status }) => status === 201).length;
		expect(completed.length).toBeGreaterThanOrEqual(told);
		await until(
			() => buyers.buy(1, { at_once: 1 }),
			([one]) => one?.status === 201, // circuits are tried again after 5 s
			BACK_MS,
		);
		const more = await buyers.buy(6, { at_once: 3 });
		expect(more.map(({ status }) => status)).toEqual(Array(6).fill(201));
	});
});

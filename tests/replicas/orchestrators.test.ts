import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { buyersOf, PATIENCE_MS } from "../support/buyers.ts";
import { type Client, once } from "../support/client.ts";
import { isPostgres } from "../support/dialect.ts";
import type { Product } from "../support/product.ts";
import { type Replicas, startReplicas } from "../support/replicas.ts";
import { until } from "../support/until.ts";

jest.setTimeout(120_000);
const TAKEOVER_MS = 12_000;
const FROZEN_MS = 14_000; // beyond the lease, and the look of whoever inherits it
const REST = ["identity", "stores", "catalog", "inventory", "customers", "payments", "orders"];

// On SQLite a context has one process.
const shared = isPostgres ? describe : describe.skip;

shared("two orchestrators, two processes, one database", () => {
	let all: Replicas;
	let shop: Client;
	let token: string;
	const leaders: Product[] = [];
	beforeAll(async () => {
		all = await startReplicas();
		const [gateway] = await Promise.all([
			all.start([...REST, "carts", "gateway"], "1"),
			...["1", "2"].map(async (n, at) => {
				leaders[at] = await all.start(["saga"], n);
			}),
		]);
		shop = await all.whole(
			gateway as Product,
			"/api/v1/orders",
			"/api/v1/auth/login",
			"/api/v1/sagas",
		);
		token = await shop.login("user@example.com", "password");
	});
	afterAll(() => all?.stop());

	const leases = () =>
		all.rows<{ name: string; owner: string | null; epoch: number }>(
			"saga",
			"select name, owner, epoch from lease where owner is not null order by name",
		);
	const live = async () =>
		(await all.rows("saga", "select saga_id from saga where finished_at is null")).length;
	/** Every order that completed was paid once, and no other; every hold belongs to one. */
	const accounts = async () => {
		const sagas = await all.rows("saga", "select order_id, status from saga");
		const paid = await all.rows(
			"payments",
			"select ref_id from payment where status = 'CAPTURED' and ref_id like 'ord_0%'",
		);
		const gaps = await all.rows(
			"saga",
			`select saga_id from saga_history group by saga_id having count(*) <> max(seq)`,
		);
		const completed = sagas.filter(({ status }) => status === "COMPLETED");
		return {
			live: await live(),
			gaps: gaps.length,
			paid: paid.map(({ ref_id }) => ref_id).sort(),
			completed: completed.map(({ order_id }) => order_id).sort(),
		};
	};
	const balanced = async () => {
		const { paid, completed, ...rest } = await accounts();
		expect(rest).toEqual({ live: 0, gaps: 0 });
		expect(paid).toEqual(completed);
		return completed.length;
	};

	test("SAG-25 G12 each leads sagas of its own, and whoever waits is answered by whichever leads", async () => {
		await until(leases, (held) => held.length === 2);
		const buyers = buyersOf(shop, token);
		const answers = await buyers.buy(24, { at_once: 6 });
		expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(201));
		const shards = await all.rows("saga", "select distinct shard from saga order by shard");
		expect(shards).toHaveLength(2);
		await balanced();
	});

	test("SAG-25 G2 D13 one that is killed in the middle of its work has its sagas ended by the other within twelve seconds", async () => {
		const buyers = buyersOf(shop, token);
		const bought = buyers.buy(60, { at_once: 12 });
		await until(live, (n) => n >= 4, PATIENCE_MS);
		const killed_at = Date.now();
		await leaders[0]?.stop("SIGKILL");
		const left = await live();
		await until(leases, (held) => held.length === 1, PATIENCE_MS);
		expect(Date.now() - killed_at).toBeLessThan(TAKEOVER_MS);
		await bought;
		await until(live, (n) => n === 0, PATIENCE_MS);
		expect(left).toBeGreaterThan(0); // otherwise nothing was shown
		expect(await balanced()).toBeGreaterThan(40);
		leaders[0] = await all.start(["saga"], "1");
		await until(leases, (held) => held.length === 2);
	});

	test("SAG-25 G12 one that is frozen beyond its lease, and wakes, does nothing twice", async () => {
		const before = await leases();
		const buyers = buyersOf(shop, token);
		const frozen = leaders[1]?.pid as number;
		const bought = buyers.buy(60, { at_once: 12 });
		await until(live, (n) => n >= 4, PATIENCE_MS);
		process.kill(frozen, "SIGSTOP");
		const stopped_at = Date.now();
		const left = await live();
		try {
			await until(live, (n) => n === 0 && Date.now() - stopped_at > FROZEN_MS, 60_000);
		} finally {
			process.kill(frozen, "SIGCONT");
		}
		await bought;
		expect(left).toBeGreaterThan(0);
		await until(
			leases,
			(held) =>
				held.length === 2 && held.some(({ owner }) => before.every((one) => one.owner !== owner)),
			PATIENCE_MS,
		);
		await until(live, (n) => n === 0, PATIENCE_MS);
		await balanced();
		const again = await buyers.buy(6, { at_once: 3 });
		expect(again.map(({ status }) => status)).toEqual(Array(6).fill(201));
		await balanced();
	});

	test("SAG-27 G12 an operator's words reach a saga whichever replica hears them, and it is led once all the same", async () => {
		const admin = await shop.login("admin", "admin");
		const word = (saga_id: string, op: string) => {
			const asking = { token: admin, body: { reason: "a trial" }, headers: once() };
			return shop.post(`/api/v1/sagas/${saga_id}/${op}`, asking);
		};
		const slow = { failure_rate: 0, latency_ms: 1_500 };
		const rules = { token: admin, body: slow };
		expect((await shop.post("/api/v1/payments/admin/configure-failure", rules)).status).toBe(200);
		const ids: string[] = [];
		for (let n = 0; n < 6; n++) {
			const body = { products: [{ product_id: String(n + 1), quantity: 1 }] };
			const placed = await shop.post("/api/v1/orders", { token, headers: once(), body });
			expect(placed.status).toBe(202);
			ids.push(placed.body.saga_id);
		}
		// Calls go round robin: each saga hears both the replica that leads it and the one that does not.
		for (const op of ["pause", "pause", "resume", "retry", "pause", "resume", "resume"])
			for (const saga_id of ids) expect((await word(saga_id, op)).status).toBe(200);
		await until(live, (n) => n === 0, PATIENCE_MS);
		const named = ids.map((id) => `'${id}'`);
		const ended = await all.rows("saga", `select status from saga where saga_id in (${named})`);
		expect(ended.map(({ status }) => status)).toEqual(Array(ids.length).fill("COMPLETED"));
		await shop.post("/api/v1/payments/admin/configure-failure", {
			token: admin,
			body: { failure_rate: 0, latency_ms: 0 },
		});
		await balanced();
	});
});

import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { startRedis } from "../../scripts/redis.ts";
import type { Client } from "../support/client.ts";
import { isPostgres } from "../support/dialect.ts";
import { type Replicas, startReplicas } from "../support/replicas.ts";
import { until } from "../support/until.ts";

jest.setTimeout(120_000);
const shared = isPostgres ? describe : describe.skip;
const CONTEXTS = ["identity", "stores", "catalog"];
const PATH = "/api/v1/products/1";
const ROUNDS = 40;

/** Two processes that serve the same, and a gateway that asks either. */
function house(settings: () => Promise<Record<string, string>>) {
	const here = {} as { all: Replicas; shop: Client; office: string };
	beforeAll(async () => {
		here.all = await startReplicas(await settings());
		const [gateway] = await Promise.all([
			here.all.start(["gateway"], "1"),
			...["1", "2"].map((n) => here.all.start(CONTEXTS, n)),
		]);
		here.shop = await here.all.whole(gateway, "/api/v1/products/{id}", "/api/v1/auth/login");
		here.office = await here.shop.login("maison_mere");
	});
	afterAll(() => here.all?.stop());
	const read = async () => {
		const { status, body } = await here.shop.get(PATH);
		expect(status).toBe(200);
		return body.price_cents as number;
	};
	return {
		here,
		read,
		price: async (price_cents: number) => {
			const asking = { token: here.office, body: { price_cents } };
			const { status, body } = await here.shop.patch(PATH, asking);
			expect({ status, body }).toMatchObject({ status: 200 });
		},
		/** Both replicas are asked, turn by turn. */
		readBoth: async () => [await read(), await read(), await read(), await read()],
		/** Past the product: only a cache does not see it. */
		tamper: (cents: number) =>
			here.all.rows("catalog", `update product set price_cents = ${cents} where id = '1'`),
	};
}

const readsItsWrites = ({
	price,
	readBoth,
}: Pick<ReturnType<typeof house>, "price" | "readBoth">) =>
	test("CCH-02 D10 who was answered that it is written reads what was written, whichever answers", async () => {
		for (let cents = 6_000; cents < 6_000 + ROUNDS; cents++) {
			await price(cents);
			expect(await readBoth()).toEqual([cents, cents, cents, cents]);
		}
	});

shared("CCH-02 two replicas that tell each other what has changed", () => {
	const { here, price, readBoth, tamper } = house(async () => ({}));

	test("CCH-01 CCH-03 each serves what it has cached", async () => {
		await price(5_000);
		await readBoth();
		await tamper(1);
		expect(await readBoth()).toEqual([5_000, 5_000, 5_000, 5_000]);
	});

	readsItsWrites({ price, readBoth });

	test("CCH-03 a session that is ended at one replica is ended at the other", async () => {
		for (let n = 0; n < 10; n++) {
			const token = await here.shop.login("user@example.com", "password");
			const me = () => here.shop.get("/api/v1/auth/me", { token });
			expect([(await me()).status, (await me()).status]).toEqual([200, 200]);
			await here.shop.post("/api/v1/auth/logout", { token, body: {} });
			expect([(await me()).status, (await me()).status]).toEqual([401, 401]);
		}
	});
});

shared("CCH-02 two replicas that share a Redis", () => {
	let redis: Awaited<ReturnType<typeof startRedis>>;
	const { price, read, readBoth, tamper } = house(async () => {
		redis = await startRedis();
		return { RETAIL_REDIS_URL: redis.url };
	});
	afterAll(() => redis?.stop());

	test("CCH-01 CCH-03 what one has read the other need not read", async () => {
		await price(5_000);
		await read();
		await tamper(1);
		expect(await readBoth()).toEqual([5_000, 5_000, 5_000, 5_000]);
	});

	readsItsWrites({ price, readBoth });

	test("CCH-04 D17 without Redis nothing is cached, nothing fails, and nothing old is served when it is back", async () => {
		await price(7_000);
		await readBoth();
		const { port } = redis;
		await redis.stop("SIGKILL");
		for (let cents = 7_001; cents < 7_010; cents++) {
			await price(cents);
			expect(await readBoth()).toEqual([cents, cents, cents, cents]);
		}
		redis = await startRedis(port);
		const isCached = async () => {
			await price(8_000);
			await readBoth();
			await tamper(8_001);
			const seen = await readBoth();
			await tamper(8_000);
			return seen.every((cents) => cents === 8_000);
		};
		await until(isCached, Boolean, 60_000);
	});

	test("CCH-04 a Redis that hangs costs a moment, not a request", async () => {
		await price(9_000);
		await readBoth();
		process.kill(redis.pid, "SIGSTOP");
		try {
			await price(9_001);
			const begun_at = performance.now();
			for (let n = 0; n < 20; n++) expect(await read()).toBe(9_001);
			expect(performance.now() - begun_at).toBeLessThan(10_000);
		} finally {
			process.kill(redis.pid, "SIGCONT");
		}
		await until(read, (cents) => cents === 9_001);
		await price(9_002);
		expect(await readBoth()).toEqual([9_002, 9_002, 9_002, 9_002]);
	});
});

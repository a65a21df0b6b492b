import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { startPostgres } from "../../scripts/postgres.ts";
import { type Product, startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let product: Product;
beforeAll(async () => {
	postgres = await startPostgres();
	const env = { RETAIL_DATABASE_URL: postgres.url };
	product = await startProduct({ env, contexts: ["stores"] });
});
afterAll(async () => {
	await product.stop("SIGKILL");
	await postgres.stop();
	product.remove();
});

const probe = async (name: string) => {
	const answer = await fetch(`${product.ops_url}/health/${name}`);
	return { status: answer.status, body: await answer.json() };
};

test("MON-02 HA-04 a process whose database is away is not ready, and live all the same: a restart would not help", async () => {
	expect(await probe("ready")).toEqual({ status: 200, body: { status: "up" } });
	await postgres.stop();
	const { body } = await until(
		() => probe("ready"),
		({ status }) => status === 503,
	);
	expect(body).toEqual({ status: "down", because: ["the database of stores does not answer"] });
	expect(await probe("live")).toEqual({ status: 200, body: { status: "up" } });
	expect(product.exitCode()).toBeNull();
});

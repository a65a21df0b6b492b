import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTEXTS } from "../../../config/topology.ts";
import { freePort } from "../../../scripts/port.ts";
import { startPostgres } from "../../../scripts/postgres.ts";
import { startRedis } from "../../../scripts/redis.ts";
import { client } from "../../support/client.ts";
import { natsServer } from "../../support/nats.ts";
import { type Product, startProduct } from "../../support/product.ts";
import { until } from "../../support/until.ts";
import type { Targets } from "./server.ts";

const WHOLE_MS = 90_000;
/** Each process of the mesh, by its instance; `carts` twice, as boards show how its calls are spread. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
	inventory: ["inventory"],
	money: ["payments", "orders"],
	saga: ["saga"],
	baskets: ["carts"],
	edge: ["gateway", "metrics"],
};
const GROUPS: Readonly<Record<string, readonly string[]>> = {
	rest: CONTEXTS.filter(
		(name) => name === "carts" || !Object.values(TOLD).some((told) => told.includes(name)),
	),
	...TOLD,
};

/** A mesh with servers of its own; beside it, when asked for, the product in one process. */
export interface Estate {
	readonly mesh: Record<string, Product>;
	readonly one: Product | undefined;
	readonly targets: Targets;
	stop(): Promise<void>;
}

export async function startEstate({ beside }: { beside: boolean }): Promise<Estate> {
	const monitor_port = await freePort();
	const [nats, postgres, redis] = await Promise.all([
		natsServer(`http: "127.0.0.1:${monitor_port}"`),
		startPostgres(),
		startRedis(),
	]);
	const data_dir = mkdtempSync(join(tmpdir(), "comptoir-estate-"));
	const env = {
		RETAIL_NATS_URL: nats.url,
		RETAIL_NATS_MONITOR_URL: `http://127.0.0.1:${monitor_port}`,
		RETAIL_DATABASE_URL: postgres.url,
		RETAIL_REDIS_URL: redis.url,
		RETAIL_NAMESPACE: `estate-${process.pid}`,
		RETAIL_MESH_SECRET: "a secret of this estate, and of no other".padEnd(32),
	};
	const pages: string[] = []; // the same after a restart: who comes back is the one who went
	const started = await Promise.all(
		Object.entries(GROUPS).map(async ([name, contexts]) => {
			const ops_port = await freePort();
			pages.push(`127.0.0.1:${ops_port}`);
			const own = { ...env, RETAIL_INSTANCE: name, RETAIL_OPS_PORT: String(ops_port) };
			return [name, await startProduct({ data_dir, contexts: [...contexts], env: own })] as const;
		}),
	);
	const mesh = Object.fromEntries(started);
	const one_port = await freePort();
	const alone = { RETAIL_INSTANCE: "one", RETAIL_OPS_PORT: String(one_port) };
	const one = beside ? await startProduct({ env: alone }) : undefined;
	await whole(mesh.edge as Product);
	const page = (product: Product) => new URL(product.metrics_url).host;
	return {
		mesh,
		one,
		targets: {
			contexts: pages,
			one: one ? [`127.0.0.1:${one_port}`] : [],
			metrics: [page(mesh.edge as Product), ...(one ? [page(one)] : [])],
		},
		async stop() {
			await Promise.all([...Object.values(mesh), one].map((product) => product?.stop()));
			one?.remove();
			await Promise.all([nats.remove(), postgres.stop(), redis.stop()]);
			rmSync(data_dir, { recursive: true, force: true });
		},
	};
}

/** Until the gateway finds every context, and has its routes. */
export async function whole(gateway: Product): Promise<void> {
	const shop = client(gateway);
	const ask = (path: string) => shop.get(path, { limit_ms: 5_000 }).catch(() => undefined);
	await until(
		() => ask("/health"),
		(answer) => answer?.body.status === "up",
		WHOLE_MS,
	);
	const paths = ["/api/v1/orders", "/api/v1/claims", "/api/v1/stock", "/api/v1/auth/login"];
	await until(
		() => ask("/openapi.json"),
		(answer) => paths.every((path) => Object.hasOwn(answer?.body.paths ?? {}, path)),
		WHOLE_MS,
	);
}

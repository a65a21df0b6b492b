import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTEXTS } from "../../config/topology.ts";
import { client } from "./client.ts";
import { type Product, startProduct } from "./product.ts";
import { until } from "./until.ts";

/** The product as several processes over one nats-server, each with some of the contexts. */
export interface Mesh {
	/** Each process, named after the first of its contexts. */
	readonly processes: Record<string, Product>;
	readonly gateway: Product;
	readonly env: Record<string, string>;
	/** Waits until the gateway finds every context. */
	whole(): Promise<void>;
	stop(): Promise<void>;
}

const TOLD = [["inventory"], ["payments", "orders"], ["saga"], ["gateway", "metrics"]];
/** The first has every context that none of the others has. */
export const GROUPS: readonly string[][] = [
	CONTEXTS.filter((name) => !TOLD.flat().includes(name)),
	...TOLD,
];

/** One of each process: the gateway learns of a context a moment before it has its routes. */
const PATHS = [
	...["/api/v1/auth/login", "/api/v1/stock", "/api/v1/orders", "/api/v1/sagas"],
	...["/api/v1/reports/sales"],
];

export async function startMesh(
	nats_url: string,
	groups: readonly string[][] = GROUPS,
	more: Record<string, string> = {},
) {
	const data_dir = mkdtempSync(join(tmpdir(), "comptoir-mesh-"));
	const env = {
		RETAIL_NATS_URL: nats_url,
		RETAIL_NAMESPACE: `mesh-${process.pid}`,
		RETAIL_MESH_SECRET: "a secret of this test, and of no other".padEnd(32),
		...more,
	};
	const start = (contexts: string[]) => startProduct({ data_dir, contexts, env });
	const started = await Promise.all(groups.map(start));
	const processes = Object.fromEntries(
		started.map((one, index) => [groups[index]?.[0] ?? "", one] as const),
	);
	const gateway = processes.gateway ?? started[0];
	if (!gateway) throw new Error("A mesh has processes");
	const mesh: Mesh = {
		processes,
		gateway,
		env,
		async whole() {
			const shop = client(gateway);
			await until(
				() => shop.get("/health").catch(() => undefined),
				(answer) => answer?.body.status === "up",
				30_000,
			);
			const has = (paths: object, path: string) => Object.hasOwn(paths, path);
			await until(
				() => shop.get("/openapi.json"),
				({ body: { paths = {} } }) => PATHS.every((path) => has(paths, path)),
			);
		},
		async stop() {
			await Promise.all(Object.values(processes).map((one) => one.stop()));
			rmSync(data_dir, { recursive: true, force: true });
		},
	};
	return mesh;
}

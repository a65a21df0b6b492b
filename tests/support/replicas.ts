import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { env } from "../../config/env.ts";
import { client } from "./client.ts";
import { natsServer } from "./nats.ts";
import { type Product, startProduct } from "./product.ts";
import { until } from "./until.ts";

/**
 * The product as several processes on one PostgreSQL and one nats-server, some of them replicas of
 * each other. `settings` are variables that all of them have.
 */
export async function startReplicas(settings: Record<string, string> = {}) {
	const server = await natsServer();
	const data_dir = mkdtempSync(join(tmpdir(), "comptoir-replicas-"));
	const running: Product[] = [];
	const start = async (contexts: string[], instance: string) => {
		const product = await startProduct({
			data_dir,
			contexts,
			env: {
				RETAIL_NATS_URL: server.url,
				RETAIL_NAMESPACE: `replicas-${process.pid}`,
				RETAIL_MESH_SECRET: "a secret of this test, and of no other".padEnd(32),
				RETAIL_INSTANCE: instance,
				RETAIL_DATABASE_POOL: "4",
				...settings,
			},
		});
		running.push(product);
		return product;
	};
	return {
		server,
		start,
		/** Waits until a gateway finds every context, and serves the routes that begin with these. */
		async whole(gateway: Product, ...paths: string[]) {
			const shop = client(gateway);
			await until(
				() => shop.get("/openapi.json").catch(() => undefined),
				(answer) => paths.every((path) => Object.hasOwn(answer?.body.paths ?? {}, path)),
				30_000,
			);
			return shop;
		},
		/** Asks a context's own schema, past our own code. */
		async rows<Row = any>(context: string, sql: string): Promise<Row[]> {
			const database = new Client({
				connectionString: settings.RETAIL_DATABASE_URL ?? env.database_url,
				options: `-c search_path=${context}`,
			});
			await database.connect();
			try {
				return (await database.query(sql)).rows as Row[];
			} finally {
				await database.end();
			}
		},
		async stop() {
			await Promise.all(running.map((one) => one.stop()));
			await server.remove();
			rmSync(data_dir, { recursive: true, force: true });
		},
	};
}
export type Replicas = Awaited<ReturnType<typeof startReplicas>>;

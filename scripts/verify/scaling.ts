import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findNatsServer } from "../nats-server.ts";
import { findPostgres } from "../postgres.ts";
import { findRedis } from "../redis.ts";
import { answers, NotRun, orNotRun } from "./check.ts";
import { clusterOf } from "./kubernetes.ts";

const CONTEXT = "inventory";
const NAMESPACE = "comptoir";
const WANTED = 3;
const CALLS = 90;
const LIMIT_MS = 120_000;
const run = promisify(execFile);

/**
 * `kubectl scale` asks a server of ours for as many replicas as in Kubernetes; it starts processes
 * instead of pods. Then reads of stock are taken by each of them.
 */
export async function scaling(): Promise<string> {
	if (!answers("kubectl", "version", "--client")) throw new NotRun("there is no kubectl");
	for (const find of [findNatsServer, findPostgres, findRedis]) orNotRun<unknown>(find);
	const [{ natsServer }, { startCompose }, { client }, { until }, { valueIn }] = await Promise.all([
		import("../../tests/support/nats.ts"),
		import("../../tests/support/compose.ts"),
		import("../../tests/support/client.ts"),
		import("../../tests/support/until.ts"),
		import("../../tests/support/promtool.ts"),
	]);
	const nats = await natsServer();
	try {
		const estate = await startCompose(() => nats.url, { RETAIL_CONTAINER: "false" });
		const fleet = [estate.services.get(CONTEXT)];
		const api = await clusterOf({ name: CONTEXT, namespace: NAMESPACE }, async (replicas) => {
			for (let number = fleet.length; number < replicas; number++)
				fleet.push(await estate.scale(CONTEXT, `more-${number}`));
		});
		try {
			const at = ["--server", api.url, "--namespace", NAMESPACE];
			const asked = [...at, "scale", `deployment/${CONTEXT}`, `--replicas=${WANTED}`];
			const { stdout } = await run("kubectl", asked, { timeout: LIMIT_MS });
			const shop = client(estate);
			const token = await shop.login("maison_mere");
			const counted = async (url = "") => {
				const page = await (await fetch(`${url}/metrics`)).text();
				const labels = { service_name: CONTEXT, action: `${CONTEXT}.list` };
				return valueIn(page, "moleculer_action_duration_seconds_count", labels) ?? 0;
			};
			await until(
				async () => {
					for (let call = 0; call < CALLS; call++) await shop.get("/api/v1/stock", { token });
					return Promise.all(fleet.map((one) => counted(one?.ops_url)));
				},
				(counts) => counts.every((count) => count > 0),
				LIMIT_MS,
			);
			return `${stdout.trim()}: ${WANTED} processes, each is called`;
		} finally {
			api.close();
			await estate.stop();
		}
	} finally {
		await nats.remove();
	}
}

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../markdown.ts";
import { findNatsServer } from "../nats-server.ts";
import { findPostgres } from "../postgres.ts";
import { findPromtool } from "../prometheus.ts";
import { findRedis } from "../redis.ts";
import { command, orNotRun } from "./check.ts";

const PASSWORD = "secret";
const SCRIPTS = [
	...["test-saga", "test-saga-choreographed", "test-saga-stock-failure"],
	...["test-saga-payment-failure", "test-saga-rapport", "test-api-gateway"],
];
const run = promisify(execFile);

/**
 * The services of docker-compose.yml as processes, each as its own user of NATS with the permissions of
 * nats/acl.conf: orders complete and are undone, a claim is settled, every page of metrics reads well,
 * the servers deny nothing, and each process ends as it should.
 */
export async function composed(): Promise<string> {
	for (const find of [findNatsServer, findPostgres, findRedis, findPromtool])
		orNotRun<unknown>(find);
	const [{ natsServer }, { startCompose }, { settleClaim }] = await Promise.all([
		import("../../tests/support/nats.ts"),
		import("../../tests/support/compose.ts"),
		import("../../tests/support/settled-claim.ts"),
	]);
	const folder = mkdtempSync(join(tmpdir(), "comptoir-composed-"));
	const log = join(folder, "nats.log");
	const server = await natsServer(`log_file: "${log}"\n${usersOfContexts()}`);
	try {
		const began = performance.now();
		const natsOf = (user: string) => server.url.replace("//", `//${user}:${PASSWORD}@`);
		const estate = await startCompose(natsOf);
		const took = ((performance.now() - began) / 1_000).toFixed(0);
		try {
			// Not to be waited for in one go: what the processes print has to be read meanwhile.
			for (const name of SCRIPTS)
				await run("bash", [`scripts/${name}.sh`, estate.url], { cwd: ROOT });
			await settleClaim(estate.url);
			const pages = [...estate.services.values()].map(({ ops_url }) => `${ops_url}/metrics`);
			for (const url of [...pages, estate.metrics_url]) await readsWell(url);
			for (const [name, service] of estate.services) {
				const how = await service.stop();
				if (how !== 0) throw new Error(`${name} ended with ${how}: ${service.printed()}`);
			}
		} finally {
			await estate.stop();
		}
		refuseDenied(readFileSync(log, "utf8"));
		return `${estate.services.size} services up after ${took} s; ${SCRIPTS.length} scripts, a claim; nothing denied`;
	} finally {
		await server.remove();
		rmSync(folder, { recursive: true, force: true });
	}
}

function usersOfContexts(): string {
	const text = readFileSync(join(ROOT, "nats/acl.conf"), "utf8");
	return `accounts { APP { jetstream: enabled\n${text.replaceAll(/\$NATS_PASSWORD_\w+/g, PASSWORD)} } }`;
}

async function readsWell(url: string): Promise<void> {
	const page = await (await fetch(url)).text();
	command(findPromtool(), ["check", "metrics"], { input: page });
}

/** What a server wrote down of those who asked for more than they may. */
function refuseDenied(log: string): void {
	const denied = log.split("\n").filter((line) => line.includes("Violation"));
	const told = new Set(denied.map((line) => line.slice(line.indexOf("User"))));
	if (told.size > 0) throw new Error(`Denied by nats/acl.conf: ${[...told].join("; ")}`);
}

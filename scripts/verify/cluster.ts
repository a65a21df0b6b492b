import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "nats";
import { inboxOf } from "../../config/nats.ts";
import { CONTEXTS } from "../../config/topology.ts";
import { ensureStream, streamOf } from "../../mixins/delivery/jetstream/stream.ts";
import { ROOT } from "../markdown.ts";
import { findNatsServer } from "../nats-server.ts";
import { freePort } from "../port.ts";
import { orNotRun } from "./check.ts";

const SERVERS = 3;
const FACTS = 500;
const LOOK_MS = 100;
const LIMIT_MS = 120_000;
const PASSWORD = "pAsswordOfThisRun";
const PRODUCER = "orders";

interface Server {
	readonly port: number;
	readonly process: ChildProcess;
}

/**
 * Three servers with nats/prod.conf on loopback, as a context's user: facts are written while one
 * is killed. What was acknowledged is there; what is written after it is, too.
 */
export async function cluster(): Promise<string> {
	const binary = orNotRun(findNatsServer);
	const folder = mkdtempSync(join(tmpdir(), "comptoir-cluster-"));
	const servers: Server[] = [];
	let link: NatsConnection | undefined;
	try {
		servers.push(...(await startAll(binary, folder)));
		const given = {
			servers: servers.map(({ port }) => `127.0.0.1:${port}`),
			user: PRODUCER,
			pass: PASSWORD,
			inboxPrefix: inboxOf(PRODUCER),
			reconnectTimeWait: 100,
			maxReconnectAttempts: -1,
			timeout: 2_000,
		};
		link = await eventually(() => connect(given), "a server that answers");
		return await survive(link, servers);
	} finally {
		await link?.close();
		await Promise.all(servers.map(kill));
		rmSync(folder, { recursive: true, force: true });
	}
}

async function survive(link: NatsConnection, servers: readonly Server[]): Promise<string> {
	const jsm = await link.jetstreamManager({ checkAPI: false });
	const mesh = { mesh: "verify", replicas: SERVERS };
	await eventually(() => ensureStream(jsm, PRODUCER, mesh), "a stream on three servers");
	let acknowledged = 0;
	for (let number = 0; number < FACTS; number++) {
		if (number === FACTS / 2)
			await kill(leaderOf(await jsm.streams.info(streamOf(PRODUCER)), servers));
		const options = { timeout: 1_000 };
		await eventually(async () => {
			const answer = await link.request(`evt.${PRODUCER}.made`, String(number), options);
			if (answer.json<{ error?: object }>().error) throw new Error(answer.string());
		}, `fact ${number}`);
		acknowledged++;
	}
	const { state, cluster } = await jsm.streams.info(streamOf(PRODUCER));
	const numbers = new Set<string>();
	for (let seq = state.first_seq; seq <= state.last_seq; seq++)
		numbers.add((await jsm.streams.getMessage(streamOf(PRODUCER), { seq })).string());
	if (numbers.size !== acknowledged)
		throw new Error(`${acknowledged} facts were acknowledged, ${numbers.size} are there`);
	return `${acknowledged} facts over the death of the stream's leader; led by ${cluster?.leader} since`;
}

function leaderOf(
	{ cluster }: { cluster?: { leader?: string } },
	servers: readonly Server[],
): Server {
	const server = servers[Number(cluster?.leader?.split("-")[1])];
	if (!server) throw new Error(`Nobody leads the stream: ${JSON.stringify(cluster)}`);
	return server;
}

async function startAll(binary: string, folder: string): Promise<Server[]> {
	const ports = await Promise.all(Array.from({ length: SERVERS }, freePort));
	const cluster_ports = await Promise.all(Array.from({ length: SERVERS }, freePort));
	const routes = cluster_ports.map((port) => `nats-route://127.0.0.1:${port}`).join(",");
	return ports.map((port, index) => {
		const place = join(folder, String(index));
		mkdirSync(place);
		copyConfig(place);
		const given = ["-c", join(place, "prod.conf"), "-a", "127.0.0.1", "-p", String(port)];
		const at = ["-sd", join(place, "data"), "-m", "0", "--routes", routes];
		const between = [
			"--cluster",
			`nats://127.0.0.1:${cluster_ports[index]}`,
			"-l",
			join(place, "log"),
		];
		const names = environment(index);
		const process = spawn("env", [...names, binary, ...given, ...at, ...between], {
			stdio: "ignore",
		});
		return { port, process };
	});
}

/** As it is, less what an older server does not know, and what is inside its container. */
export function copyConfig(place: string): void {
	for (const name of ["prod.conf", "acl.conf", "tls.conf"]) {
		const text = readFileSync(join(ROOT, "nats", name), "utf8");
		const known = text
			.replace(/^\s*sync_interval:.*\n/m, "")
			.replace(/^\s*(http_port|store_dir):.*\n/gm, "");
		writeFileSync(join(place, name), known);
	}
}

export const environment = (index: number): string[] => [
	`NATS_NAME=nats-${index}`,
	`NATS_TAG=az:${index}`,
	...[...CONTEXTS, "console", "sys"].map((user) => `NATS_PASSWORD_${user}=${PASSWORD}`),
];

async function kill({ process }: Server): Promise<void> {
	if (process.exitCode !== null || process.signalCode !== null) return;
	process.kill("SIGKILL");
	await once(process, "exit");
}

async function eventually<T>(work: () => Promise<T>, what: string): Promise<T> {
	const end = Date.now() + LIMIT_MS;
	for (;;)
		try {
			return await work();
		} catch (error) {
			if (Date.now() > end) throw new Error(`Not to be had: ${what}`, { cause: error });
			await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
		}
}

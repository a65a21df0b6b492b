import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Client } from "pg";
import { freePort } from "../../scripts/port.ts";
import { startPostgres } from "../../scripts/postgres.ts";
import { startRedis } from "../../scripts/redis.ts";
import { compose, type Service } from "../deploy/compose.ts";
import { type Composed, completed, healthy, processOf } from "./composed.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The product of docker-compose.yml, without containers. */
export interface Estate {
	readonly url: string;
	/** Of its page of the mesh. */
	readonly metrics_url: string;
	readonly services: ReadonlyMap<string, Composed>;
	/** One more replica of a context, as `docker compose up --scale` makes one. */
	scale(context: string, instance: string): Promise<Composed>;
	stop(): Promise<void>;
}

/** Where its NATS is, as the user of a context: `nats://orders:…@127.0.0.1:4222`. */
type NatsOf = (user: string) => string;

/**
 * Starts every service of docker-compose.yml in the order that it demands: PostgreSQL and Redis with
 * its passwords, its `migrate`, then each context. Only names of hosts, ports and folders differ,
 * and that NATS asks who comes. A service counts as up once its own healthcheck says so.
 */
export async function startCompose(
	nats: NatsOf,
	more: Record<string, string> = {},
): Promise<Estate> {
	const { services } = compose(["docker-compose.yml"], ROOT);
	const folder = mkdtempSync(join(tmpdir(), "comptoir-compose-"));
	const [http_port, metrics_port] = [await freePort(), await freePort()];
	const running = new Map<string, Composed>();
	const ends: (() => Promise<unknown>)[] = [];
	const hosts: Record<string, string> = {};

	const servers: Record<string, (service: Service) => Promise<void>> = {
		async nats() {}, // stands already: it is the caller's, with its users
		async postgres({ environment = {} }) {
			const server = await startPostgres();
			ends.push(server.stop);
			await admit(server.url, environment);
			hosts["postgres:5432"] = new URL(server.url).host;
		},
		async redis({ environment = {} }) {
			const server = await startRedis();
			ends.push(() => server.stop());
			const link = new Redis(server.url);
			await link.config("SET", "requirepass", environment.REDIS_PASSWORD as string);
			link.disconnect();
			hosts["redis:6379"] = new URL(server.url).host;
		},
	};

	async function environmentOf(name: string, own: Record<string, string>) {
		const image = imageEnvironment();
		const scratch = join(folder, "scratch", name);
		const data = join(folder, "data");
		for (const place of [scratch, data]) mkdirSync(place, { recursive: true });
		const { environment = {} } = services[name] as Service;
		const isPublic = name === "gateway";
		return {
			PATH: process.env.PATH ?? "",
			...image,
			...Object.fromEntries(Object.entries(environment).map(([key, it]) => [key, at(hosts, it)])),
			...{ TMPDIR: scratch, RETAIL_DATA_DIR: data, RETAIL_NATS_URL: nats(name) },
			...{ RETAIL_HTTP_HOST: "127.0.0.1", RETAIL_OPS_HOST: "127.0.0.1" },
			RETAIL_HTTP_PORT: String(isPublic ? http_port : 0),
			RETAIL_METRICS_PORT: String(name === "metrics" ? metrics_port : 0),
			RETAIL_OPS_PORT: String(await freePort()),
			RETAIL_ACCESS_LOG: "off",
			...more,
			...own,
		} as Record<string, string>;
	}

	async function start(name: string, own: Record<string, string> = {}): Promise<Composed> {
		const service = services[name] as Service;
		const env = await environmentOf(name, own);
		const composed = processOf(service.command ?? [], env);
		ends.push(composed.stop);
		if (service.depends_on && service.healthcheck) await healthy(name, composed, service, env);
		return composed;
	}

	const begun = new Map<string, Promise<void>>();
	function up(name: string): Promise<void> {
		const known = begun.get(name) ?? begin(name);
		begun.set(name, known);
		return known;
	}
	async function begin(name: string): Promise<void> {
		const service = services[name] as Service;
		await Promise.all(Object.keys(service.depends_on ?? {}).map(up));
		const server = servers[name];
		if (server) return server(service);
		const composed = await start(name);
		if (service.healthcheck) running.set(name, composed);
		else await completed(name, composed);
	}

	async function stop(): Promise<void> {
		await Promise.all([...running.values()].map((one) => one.stop()));
		for (const end of ends.reverse()) await end();
		rmSync(folder, { recursive: true, force: true });
	}

	const names = Object.keys(services).filter((name) => !services[name]?.profiles);
	const outcomes = await Promise.allSettled(names.map(up));
	const failed = outcomes.find((one) => one.status === "rejected");
	if (failed) {
		await stop();
		throw failed.reason;
	}
	return {
		url: `http://127.0.0.1:${http_port}`,
		metrics_url: `http://127.0.0.1:${metrics_port}/metrics`,
		services: running,
		scale: (context, instance) => start(context, { RETAIL_INSTANCE: instance }),
		stop,
	};
}

/** The user and the database that compose's PostgreSQL makes at its first start. */
async function admit(url: string, environment: Record<string, string>): Promise<void> {
	const { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database } = environment;
	const link = new Client({ connectionString: url });
	await link.connect();
	await link.query(`create role "${user}" login password '${password}'`);
	await link.query(`create database "${database}" owner "${user}"`);
	await link.end();
}

/** What the Dockerfile sets. */
function imageEnvironment(): Record<string, string> {
	const text = readFileSync(join(ROOT, "Dockerfile"), "utf8").replaceAll("\\\n", " ");
	const lines = [...text.matchAll(/^ENV (.*)$/gm)].map(([, pairs = ""]) => pairs);
	const pairs = lines.flatMap((line) => [...line.matchAll(/(\w+)=(\S+)/g)]);
	const said = pairs.filter(([, , value]) => !value?.startsWith("$"));
	return Object.fromEntries(said.map(([, name, value]) => [name, value]));
}

const at = (hosts: Record<string, string>, value: unknown) =>
	Object.entries(hosts).reduce((text, [name, host]) => text.replaceAll(name, host), String(value));

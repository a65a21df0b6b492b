import { rmSync } from "node:fs";
import type { Server as Socket } from "node:net";
import { env, refuseUnsafe } from "../../config/env.ts";
import { listen } from "./control.ts";
import { type Folder, folderOf, secretFile, writeWhole } from "./folder.ts";
import type { Log } from "./log.ts";
import { Members } from "./members.ts";
import { obey } from "./obey.ts";
import type { Options } from "./options.ts";
import { refuseTaken } from "./ports.ts";
import { endLeftOvers, natsOf, postgresOf, redisOf, type Server } from "./servers.ts";
import { whole } from "./whole.ts";

const A_SECRET = "x".repeat(32); // the mesh has one of its own

/** Comptoir on this machine, as several processes: started in order, kept running, stopped in order. */
export class Mesh {
	readonly folder: Folder;
	readonly log: Log;
	members: Members | undefined;
	readonly servers: Server[] = [];
	readonly #options: Options;
	#hasFailed = false;
	#hasTold = false;
	#socket: Socket | undefined;
	#stopping: Promise<void> | undefined;
	readonly #stopped = Promise.withResolvers<void>();

	constructor(options: Options, log: Log) {
		this.#options = options;
		this.folder = folderOf(options.data_dir);
		this.log = log;
	}

	/** Resolves once it has been stopped as asked, and whoever asked for it has been told. */
	get stopped(): Promise<void> {
		return this.#stopped.promise;
	}

	get url(): string {
		return `${env.tls_cert_file ? "https" : "http"}://127.0.0.1:${this.#options.http_port}`;
	}

	/** Resolves once all of it serves; if it cannot, nothing of it is left. */
	async start(): Promise<void> {
		try {
			await this.#start();
		} catch (error) {
			if (this.#stopping !== undefined) await this.stopped; // as asked: whoever did is told first
			this.#hasFailed = true;
			await this.stop();
			throw error;
		}
	}

	async #start(): Promise<void> {
		const { http_port, metrics_port, ops_port, full, replicas, only } = this.#options;
		refuseUnsafe(env.mesh_secret || A_SECRET);
		this.folder.make();
		await endLeftOvers(this.folder, this.log.say);
		await refuseTaken(http_port, env.http_host, "--port (RETAIL_HTTP_PORT)");
		await refuseTaken(metrics_port, env.ops_host, "--metrics-port (RETAIL_METRICS_PORT)");
		this.#tell(); // from here on the folder is ours
		const told = await this.#startServers();
		this.#refuseIfStopping(); // who stops knows of no members yet
		const isShared = told.RETAIL_DATABASE_URL !== undefined;
		this.members = new Members({
			folder: this.folder,
			log: this.log,
			ops_port,
			env: told,
			isShared,
		});
		this.#socket = await listen(this.folder.socket, (words, say) => obey(this, words, say));
		this.#refuseIfStopping();
		this.#tell(told.RETAIL_NATS_URL);
		await this.members.start({ isDouble: full, replicas, only });
		await this.whole();
	}

	#refuseIfStopping(): void {
		if (this.#stopping !== undefined) throw new Error("The mesh is stopping");
	}

	/** Who joins it finds it by this, and who comes after it what it has left. */
	#tell(nats_url = ""): void {
		writeWhole(this.folder.running, {
			pid: process.pid,
			namespace: env.namespace,
			nats_url,
			url: this.url,
			servers: this.servers.flatMap(({ kept }) => kept.pid ?? []),
		});
		this.#hasTold = true;
	}

	/** Answers what the processes are told of them, and of what runs already. */
	async #startServers(): Promise<Record<string, string>> {
		const { full, nats_url, database_url, redis_url } = this.#options;
		const { say } = this.log;
		const nats = nats_url ? undefined : await natsOf(this.folder, say);
		const postgres = full && !database_url ? await postgresOf(this.folder, say) : undefined;
		const redis = full && !redis_url ? await redisOf(say) : undefined;
		for (const server of [nats, postgres, redis]) if (server) this.servers.push(server);
		this.#refuseIfStopping();
		await Promise.all(this.servers.map(({ kept }) => kept.start()));
		for (const { kept, url } of this.servers) say(`${kept.name} is there: ${url}`);
		return this.#told({
			NATS_URL: nats?.url ?? nats_url,
			NATS_MONITOR_URL: nats?.monitor,
			DATABASE_URL: postgres?.url ?? database_url,
			REDIS_URL: redis?.url ?? redis_url,
		});
	}

	#told(urls: Record<string, string | undefined>): Record<string, string> {
		const { http_port, metrics_port, data_dir } = this.#options;
		const all = {
			DATA_DIR: data_dir,
			HTTP_PORT: String(http_port),
			METRICS_PORT: String(metrics_port),
			MESH_SECRET_FILE: env.mesh_secret ? undefined : secretFile(this.folder),
			...urls,
		};
		const some = Object.entries(all).filter(([, value]) => value);
		return Object.fromEntries(some.map(([name, value]) => [`RETAIL_${name}`, value as string]));
	}

	/** Waits until the gateways find all that was planned. */
	async whole(): Promise<void> {
		const present = this.members?.all.filter(({ kept }) => kept.state === "ready") ?? [];
		const contexts = new Set(present.flatMap(({ plan }) => plan.contexts));
		const gateways = present.filter(({ plan }) => plan.contexts.includes("gateway")).length;
		if (gateways > 0 && !env.tls_cert_file) await whole(this.url, contexts, gateways);
	}

	/** Ends all that it started, in order. Whoever asks again waits for the same. */
	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		for (const { kept } of this.servers) kept.end();
		await this.members?.stop();
		await Promise.all(this.servers.map(({ kept }) => kept.stop()));
		if (this.#hasTold) rmSync(this.folder.running, { force: true }); // else it is another's
		const ended = () => void (this.#hasFailed || this.#stopped.resolve());
		if (this.#socket) this.#socket.close(ended);
		else ended();
	}
}

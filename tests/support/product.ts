import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/port.ts";
import { MODE } from "./mode.ts";
import { start } from "./process.ts";
import { startSeveral } from "./several.ts";

const ROOT = join(import.meta.dirname, "../..");

/** The product as a user has it, in processes of its own, reached over HTTP only. */
export interface Product {
	readonly url: string;
	/** Of its pages for whoever watches it: `/metrics`, `/health/live`, `ready`, `startup`. */
	readonly ops_url: string;
	/** What it counts itself; of several processes, what the first gateway does. */
	readonly counts_url: string;
	/** The mesh as a whole, where it runs `metrics`. */
	readonly metrics_url: string;
	readonly data_dir: string;
	/** Where it keeps its tables, unless in files of `data_dir`: then it is empty. */
	readonly database_url: string;
	/** Of several processes, that of who keeps them running. */
	readonly pid: number;
	/** All that it has printed so far. */
	printed(): string;
	/** What all its processes count, one page after the other. */
	counts(): Promise<string>;
	/** All of it. */
	stop(signal?: NodeJS.Signals): Promise<void>;
	/** How it ended, once it has. */
	exitCode(): number | null;
	/** Ends it, and starts another on the same data and the same port. */
	restart(signal: NodeJS.Signals): Promise<Product>;
	remove(): void;
}

export interface Settings {
	data_dir?: string;
	database_url?: string;
	port?: number;
	env?: Record<string, string>;
	contexts?: string[];
}

/** As the mode of the run says; one process where a test joins it to others itself. */
export const startProduct = (settings: Settings = {}): Promise<Product> =>
	MODE === "one" || settings.env?.RETAIL_NATS_URL ? startOne(settings) : startSeveral(settings);

async function startOne({ data_dir, port, env = {}, contexts = [] }: Settings): Promise<Product> {
	const folder = data_dir ?? mkdtempSync(join(tmpdir(), "comptoir-e2e-"));
	const http_port = port ?? (await freePort());
	const [ops_port, metrics_port] = [await freePort(), await freePort()];
	const settings = {
		RETAIL_DATA_DIR: folder,
		RETAIL_HTTP_PORT: String(http_port),
		RETAIL_OPS_PORT: String(ops_port),
		RETAIL_METRICS_PORT: String(metrics_port),
		RETAIL_ACCESS_LOG: "off",
		...env,
	};
	const words = [...startArguments(), ...contexts];
	const { child, pid, printed, end } = await start(words, settings, "Comptoir is ready");
	const stop = (signal: NodeJS.Signals = "SIGTERM") => end(signal);
	const counts_url = `http://127.0.0.1:${ops_port}/metrics`;
	return {
		url: `http://127.0.0.1:${http_port}`,
		ops_url: `http://127.0.0.1:${ops_port}`,
		counts_url,
		metrics_url: `http://127.0.0.1:${metrics_port}/metrics`,
		data_dir: folder,
		database_url: env.RETAIL_DATABASE_URL ?? process.env.RETAIL_DATABASE_URL ?? "",
		pid,
		printed,
		counts: async () => (await fetch(counts_url)).text(),
		stop,
		exitCode: () => child.exitCode,
		async restart(signal) {
			await stop(signal);
			return startOne({ data_dir: folder, port: http_port, env, contexts });
		},
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

/** What `npm start` runs, less `node`: users have these flags, so tests and the bench have them. */
function startArguments(): string[] {
	const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	return scripts.start.split(" ").slice(1);
}

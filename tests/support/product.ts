import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/port.ts";

const START_MS = 120_000; // on a machine that does much else
const ROOT = join(import.meta.dirname, "../..");

/** The product as a user has it: a process of its own, reached over HTTP only. */
export interface Product {
	readonly url: string;
	/** Of its pages for whoever watches it: `/metrics`, `/health/live`, `ready`, `startup`. */
	readonly ops_url: string;
	/** What it counts itself. */
	readonly counts_url: string;
	/** The mesh as a whole, where it runs `metrics`. */
	readonly metrics_url: string;
	readonly data_dir: string;
	readonly pid: number;
	/** All that it has printed so far. */
	printed(): string;
	stop(signal?: NodeJS.Signals): Promise<void>;
	/** How it ended, once it has. */
	exitCode(): number | null;
	/** Ends it, and starts another on the same data and the same port. */
	restart(signal: NodeJS.Signals): Promise<Product>;
	remove(): void;
}

interface Settings {
	data_dir?: string;
	port?: number;
	env?: Record<string, string>;
	contexts?: string[];
}

export async function startProduct({ data_dir, port, env = {}, contexts = [] }: Settings = {}) {
	const folder = data_dir ?? mkdtempSync(join(tmpdir(), "comptoir-e2e-"));
	const http_port = port ?? (await freePort());
	const [ops_port, metrics_port] = [await freePort(), await freePort()];
	const child = spawn(process.execPath, [...startArguments(), ...contexts], {
		cwd: ROOT,
		env: {
			...process.env,
			NODE_OPTIONS: "",
			NODE_ENV: "development",
			RETAIL_DATA_DIR: folder,
			RETAIL_HTTP_PORT: String(http_port),
			RETAIL_OPS_PORT: String(ops_port),
			RETAIL_METRICS_PORT: String(metrics_port),
			RETAIL_ACCESS_LOG: "off",
			...env,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	alive.add(child);
	child.once("exit", () => alive.delete(child));
	const printed = collect(child);
	await ready(child, printed).catch((error) => {
		child.kill("SIGKILL");
		throw error;
	});
	const stop = (signal: NodeJS.Signals = "SIGTERM") => ended(child, signal);
	const product: Product = {
		url: `http://127.0.0.1:${http_port}`,
		ops_url: `http://127.0.0.1:${ops_port}`,
		counts_url: `http://127.0.0.1:${ops_port}/metrics`,
		metrics_url: `http://127.0.0.1:${metrics_port}/metrics`,
		data_dir: folder,
		pid: child.pid as number,
		printed,
		stop,
		exitCode: () => child.exitCode,
		async restart(signal) {
			await stop(signal);
			return startProduct({ data_dir: folder, port: http_port, env, contexts });
		},
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
	return product;
}

/** A test that dies leaves none behind. */
const alive = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of alive) child.kill("SIGKILL");
});

/** What `npm start` runs, less `node`: users have these flags, so tests and the bench have them. */
function startArguments(): string[] {
	const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	return scripts.start.split(" ").slice(1);
}

function collect(child: ChildProcess): () => string {
	let printed = "";
	for (const stream of [child.stdout, child.stderr])
		stream?.on("data", (chunk: Buffer) => {
			printed += chunk;
		});
	return () => printed;
}

function ready(child: ChildProcess, printed: () => string): Promise<void> {
	return new Promise((resolve, reject) => {
		const fail = () => {
			clearTimeout(timer); // it would keep the process of the test
			reject(new Error(`The product did not start:\n${printed()}`));
		};
		const timer = setTimeout(fail, START_MS);
		child.once("exit", fail);
		child.stdout?.on("data", () => {
			if (!printed().includes("Comptoir is ready")) return;
			clearTimeout(timer);
			child.off("exit", fail);
			resolve();
		});
	});
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
	return new Promise((resolve) => {
		child.once("exit", () => resolve());
		child.kill(signal);
	});
}

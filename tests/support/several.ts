import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../../scripts/mesh/control.ts";
import { folderOf, told } from "../../scripts/mesh/folder.ts";
import { freePorts } from "../../scripts/port.ts";
import { MODE } from "./mode.ts";
import { freshDatabase } from "./postgres.ts";
import { start } from "./process.ts";
import type { Product, Settings } from "./product.ts";

const PROCESSES_MAX = 20;
const FULL = { RETAIL_DATABASE_POOL: "4" }; // each replica of each context has so many connections
let databases = 0;

/** The product as `npm run mesh` starts it: processes and servers of their own, behind one port. */
export async function startSeveral(settings: Settings): Promise<Product> {
	const { env = {}, contexts = [] } = settings;
	const data_dir = settings.data_dir ?? mkdtempSync(join(tmpdir(), "comptoir-e2e-"));
	const [http, metrics, ops] = (await freePorts(PROCESSES_MAX + 2)) as [number, number, number];
	const http_port = settings.port ?? http;
	const database_url = settings.database_url ?? (await databaseOf(MODE));
	const words = [
		...["--disable-warning=ExperimentalWarning", "scripts/mesh.ts", "--data", data_dir],
		...["--port", http_port, "--metrics-port", metrics, "--ops-port", ops].map(String),
		...(contexts.length > 0 ? ["--contexts", contexts.join(",")] : []),
		...(database_url ? ["--full"] : []),
	];
	const own = { RETAIL_ACCESS_LOG: "off", RETAIL_DATABASE_URL: database_url };
	const mesh = await start(words, { ...own, ...FULL, ...env }, '"ready at ', "SIGTERM");
	const folder = folderOf(data_dir);
	const targets = (): Target[] => JSON.parse(readFileSync(folder.targets, "utf8"));
	const ops_url = `http://${addressOf(targets(), "gateway.1")}`;
	const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
		const all = signal === "SIGKILL" ? await pidsOf(folder) : [];
		await mesh.end(signal); // first: it would start the others again
		for (const pid of all) kill(pid);
	};
	return {
		url: `http://127.0.0.1:${http_port}`,
		ops_url,
		counts_url: `${ops_url}/metrics`,
		metrics_url: `http://127.0.0.1:${metrics}/metrics`,
		data_dir,
		database_url,
		pid: mesh.pid,
		printed: mesh.printed,
		counts: async () => {
			const hosts = targets().flatMap(({ targets: [host] }) => (host ? [host] : []));
			const pages = hosts.map(async (host) => (await fetch(`http://${host}/metrics`)).text());
			return (await Promise.all(pages)).join("\n");
		},
		stop,
		exitCode: () => mesh.child.exitCode,
		async restart(signal) {
			await stop(signal);
			return startSeveral({ ...settings, data_dir, port: http_port, database_url });
		},
		remove: () => rmSync(data_dir, { recursive: true, force: true }),
	};
}

interface Target {
	readonly targets: readonly string[];
	readonly labels: { readonly process: string };
}
const addressOf = (targets: readonly Target[], name: string) =>
	targets.find(({ labels }) => labels.process === name)?.targets[0] ?? "";

/** A database of its own for each, on the server of the run: a server for each would take longer. */
async function databaseOf(mode: typeof MODE): Promise<string> {
	if (mode !== "full") return "";
	const server = process.env.COMPTOIR_POSTGRES_URL;
	if (!server) throw new Error("npm run e2e -- --mode full starts PostgreSQL for the run");
	return freshDatabase(server, `e2e_${databases++}`);
}

/** All that a mesh has started, its servers too. */
async function pidsOf(folder: ReturnType<typeof folderOf>): Promise<number[]> {
	const lines: string[] = [];
	await command(folder.socket, ["ps"], (text) => lines.push(...text.split("\n")));
	const shown = lines.map((line) => /^\S+ +\w+ +\d+ (?:s|min|h) +(\d+) /.exec(line)?.[1]);
	return [...new Set([...shown.flatMap((pid) => pid ?? []), ...(told(folder)?.servers ?? [])])].map(
		Number,
	);
}

function kill(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// it has ended by itself
	}
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../markdown.ts";
import { command } from "../../mesh/control.ts";
import { environmentWith } from "../../mesh/environment.ts";
import { folderOf } from "../../mesh/folder.ts";
import { refuseTaken } from "../../mesh/ports.ts";
import { freePort } from "../../port.ts";

const START_MS = 120_000;
const LOOK_MS = 20;
const PROCESSES_MAX = 30;
const SAID_MAX = 4_000;

/** A process of the mesh, as `npm run mesh -- ps` shows it. */
export interface Shown {
	readonly name: string;
	readonly state: string;
	readonly pid: number;
	readonly contexts: readonly string[];
}

/** `npm run mesh`, as an operator starts it: on a data folder and on ports of its own. */
export interface Supervised {
	readonly url: string;
	/** From the command to the line that says that all of it serves. */
	readonly start_s: number;
	/** Tells it what to do, as from another terminal. */
	tell(words: readonly string[], hear?: (line: string) => void): Promise<void>;
	/** Its own processes, without its servers. */
	ps(): Promise<Shown[]>;
	/** What it said last. */
	said(): string;
	stop(): Promise<void>;
}

export async function supervised(options: readonly string[] = []): Promise<Supervised> {
	const data = mkdtempSync(join(tmpdir(), "comptoir-rolling-"));
	chmodSync(data, 0o711); // PostgreSQL, which never runs as root, must pass through root's
	const [http, metrics, ops] = [await freePort(), await freePort(), await freeRow()];
	const places = { data, port: http, "metrics-port": metrics, "ops-port": ops };
	const args = Object.entries(places).flatMap(([name, value]) => [`--${name}`, String(value)]);
	const env = environmentWith({ RETAIL_ACCESS_LOG: "off", RETAIL_LOG_LEVEL: "warn" });
	const began = performance.now();
	const script = ["--disable-warning=ExperimentalWarning", "scripts/mesh.ts"];
	const child = spawn(process.execPath, [...script, ...args, ...options], { cwd: ROOT, env });
	const exited = once(child, "exit");
	const end = () => void (child.exitCode === null && child.kill("SIGTERM"));
	process.once("exit", end); // whoever ends us ends it
	let printed = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			printed = `${printed}${chunk}`.slice(-SAID_MAX);
		});
	const seen = (text: string) => printed.includes(text);
	while (!seen("ready at")) {
		if (child.exitCode !== null || performance.now() - began > START_MS)
			throw new Error(`The mesh has not started: ${printed}`);
		await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
	}
	const start_s = (performance.now() - began) / 1_000;
	const { socket } = folderOf(data);
	const tell: Supervised["tell"] = (words, hear = () => {}) => command(socket, words, hear);
	return {
		url: `http://127.0.0.1:${http}`,
		start_s,
		tell,
		async ps() {
			const lines: string[] = [];
			await tell(["ps"], (text) => lines.push(...text.split("\n")));
			return lines.flatMap(shown);
		},
		said: () => printed,
		async stop() {
			child.kill("SIGTERM");
			await exited;
			rmSync(data, { recursive: true, force: true });
		},
	};
}

/** The first of as many free ports in a row as there are processes; below those that systems hand out. */
async function freeRow(): Promise<number> {
	for (;;) {
		const first = 10_000 + Math.floor(Math.random() * 20_000);
		const ports = Array.from({ length: PROCESSES_MAX }, (_, index) => first + index);
		const taken = await Promise.allSettled(ports.map((port) => refuseTaken(port, "127.0.0.1", "")));
		if (taken.every(({ status }) => status === "fulfilled")) return first;
	}
}

const LINE = /^(\w+\.\d+) +(\w+) +\d+ \w+ +(\d+|–) +\d+ +\S+ +(.+)$/;
function shown(line: string): Shown[] {
	const [, name = "", state = "", pid, contexts] = LINE.exec(line) ?? [];
	return contexts ? [{ name, state, pid: Number(pid), contexts: contexts.split(" ") }] : [];
}

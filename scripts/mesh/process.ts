import { type ChildProcess, spawn } from "node:child_process";
import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { closeUnserved } from "./handed-over.ts";
import type { Running } from "./kept.ts";
import type { Log } from "./log.ts";
import type { Member } from "./plan.ts";

export const ROOT = join(import.meta.dirname, "../..");
const START_MS = 120_000; // a start is two seconds of a core: a crowded machine has others to serve
const READY = /^Comptoir is ready/;

/** What `npm start` passes to Node, so that a process of a mesh has it, too. */
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const FLAGS: string[] = scripts.start.split(" ").slice(1, -1);

/**
 * Starts one process of the mesh, and resolves once it serves. Gateways share the port that this
 * process holds: while one of them is away, the others are given what arrives.
 */
export async function startMember(
	{ name, contexts }: Member,
	env: Record<string, string>,
	log: Log,
): Promise<Running> {
	const child = contexts.includes("gateway") ? fork(contexts, env) : start(contexts, env);
	for (const stream of [child.stdout, child.stderr])
		log.follow(name, stream, (line) => !READY.test(line));
	const running = runningOf(child, "close"); // not before its last line is read
	await readiness(child, running, name);
	return running;
}

/** In a session of its own: Ctrl-C in the terminal is for the supervisor, who stops all in order. */
function start(contexts: readonly string[], env: Record<string, string>): ChildProcess {
	return spawn(process.execPath, [...FLAGS, "start.ts", ...contexts], {
		cwd: ROOT,
		env,
		detached: true,
		stdio: ["ignore", "pipe", "pipe", "ipc"],
	});
}

function fork(contexts: readonly string[], env: Record<string, string>): ChildProcess {
	cluster.setupPrimary({
		...{ exec: join(ROOT, "start.ts"), args: [...contexts], execArgv: FLAGS },
		...{ cwd: ROOT, silent: true },
	});
	const worker = cluster.fork(env);
	worker.on("error", () => {}); // its process says it, too
	closeUnserved(worker.process);
	return worker.process;
}

export function runningOf(child: ChildProcess, end: "exit" | "close" = "exit"): Running {
	const ended = new Promise<string>((resolve) => {
		child.on("error", (error) => resolve(error.message)); // a signal that cannot be sent is one, too
		child.once(end, (code: number | null, signal: string | null) =>
			resolve(signal ?? `code ${code}`),
		);
	});
	return { pid: child.pid as number, ended, signal: (name) => void child.kill(name) };
}

async function readiness(child: ChildProcess, running: Running, name: string): Promise<void> {
	const ready = new Promise<"ready">((resolve) =>
		child.on("message", (message: { ready?: unknown }) => {
			if (message?.ready) resolve("ready");
		}),
	);
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<string>((resolve) => {
		timer = setTimeout(() => resolve("late"), START_MS);
	});
	const outcome = await Promise.race([ready, running.ended, late]);
	clearTimeout(timer);
	if (outcome === "ready") return;
	if (outcome === "late") running.signal("SIGKILL");
	const why = outcome === "late" ? `not in ${START_MS / 1_000} s` : outcome;
	throw new Error(`${name} has not started (${why})`);
}

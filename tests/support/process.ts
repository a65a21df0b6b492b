import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const START_MS = 300_000; // thirteen processes and their servers, on a machine that others use, too

/** A process of the product, or of what supervises several, as a test has it. */
export interface Started {
	readonly child: ChildProcess;
	readonly pid: number;
	/** All that it has printed so far. */
	printed(): string;
	/** Resolves once it has ended. */
	end(signal: NodeJS.Signals): Promise<void>;
}

/** Runs Node with these words, and resolves once it has printed that it is ready. */
export async function start(
	words: readonly string[],
	env: Record<string, string>,
	ready: string,
	dying: NodeJS.Signals = "SIGKILL",
): Promise<Started> {
	const child = spawn(process.execPath, words, {
		cwd: ROOT,
		env: { ...process.env, NODE_OPTIONS: "", NODE_ENV: "development", ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	alive.set(child, dying);
	child.once("exit", () => alive.delete(child));
	const printed = collect(child);
	await readiness(child, printed, ready).catch((error) => {
		child.kill(dying);
		throw error;
	});
	const end = (signal: NodeJS.Signals) => ended(child, signal);
	return { child, pid: child.pid as number, printed, end };
}

/** A test that dies leaves none behind; one that has others of its own is asked to end them. */
const alive = new Map<ChildProcess, NodeJS.Signals>();
process.on("exit", () => {
	for (const [child, signal] of alive) child.kill(signal);
});

function collect(child: ChildProcess): () => string {
	let printed = "";
	for (const stream of [child.stdout, child.stderr])
		stream?.on("data", (chunk: Buffer) => {
			printed += chunk;
		});
	return () => printed;
}

function readiness(child: ChildProcess, printed: () => string, ready: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const fail = () => {
			clearTimeout(timer); // it would keep the process of the test
			reject(new Error(`The product did not start:\n${printed()}`));
		};
		const timer = setTimeout(fail, START_MS);
		child.once("exit", fail);
		child.stdout?.on("data", () => {
			if (!printed().includes(ready)) return;
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

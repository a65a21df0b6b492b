import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../deploy/compose.ts";
import { until } from "./until.ts";

export const START_MS = 300_000;
const STOP_MS = 35_000; // compose's stop_grace_period
const LOOK_MS = 500;
const SAID_MAX = 1_000;
const ROOT = join(import.meta.dirname, "../..");

/** One service of compose, as a process with the environment that its container would have. */
export interface Composed {
	readonly ops_url: string;
	readonly pid: number;
	/** All that it has printed so far. */
	printed(): string;
	/** Ends it as compose does, and answers how: its code, or the signal. */
	stop(): Promise<number | string>;
}

/** Starts what a container's entry would start. */
export function processOf(command: readonly string[], env: Record<string, string>): Composed {
	const child = spawn(process.execPath, command, {
		cwd: ROOT,
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	alive.add(child);
	child.once("exit", () => alive.delete(child));
	let printed = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			printed += chunk;
		});
	const how = () => child.exitCode ?? child.signalCode ?? undefined;
	return {
		ops_url: `http://127.0.0.1:${env.RETAIL_OPS_PORT}`,
		pid: child.pid as number,
		printed: () => printed,
		async stop() {
			const patience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
			if (how() === undefined) {
				child.kill("SIGTERM");
				await once(child, "exit");
			}
			clearTimeout(patience);
			return how() as number | string;
		},
	};
}

/** A check that dies leaves none behind. */
const alive = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of alive) child.kill("SIGKILL");
});

/** What ends by itself has ended well. */
export async function completed(name: string, composed: Composed): Promise<void> {
	const gone = () => ![...alive].some(({ pid }) => pid === composed.pid);
	await until(gone, Boolean, START_MS);
	const code = await composed.stop();
	if (code !== 0)
		throw new Error(`${name} ended with ${code}: ${composed.printed().slice(-SAID_MAX)}`);
}

/** Once its page says that it is ready, its healthcheck, as it stands in the file, has the last word. */
export async function healthy(
	name: string,
	composed: Composed,
	{ healthcheck = {} }: Service,
	env: Record<string, string>,
): Promise<void> {
	const ready = async () => {
		if (![...alive].some(({ pid }) => pid === composed.pid))
			throw new Error(`${name} has ended: ${composed.printed().slice(-SAID_MAX)}`);
		await sleep(LOOK_MS); // fifteen of them start at once
		const reply = await fetch(`${composed.ops_url}/health/ready`).catch(() => undefined);
		return reply?.status === 200;
	};
	await until(ready, Boolean, START_MS).catch((error) => {
		throw new Error(`${name} is not ready: ${composed.printed().slice(-SAID_MAX)}`, {
			cause: error,
		});
	});
	const [, , ...script] = (healthcheck.test ?? []) as string[];
	const { status } = spawnSync(process.execPath, script, { cwd: ROOT, env });
	if (status !== 0) throw new Error(`${name}: its healthcheck says ${status}`);
}

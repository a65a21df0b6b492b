import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { findNatsServer, natsArguments } from "../nats-server.ts";
import { freePort } from "../port.ts";
import { startPostgres } from "../postgres.ts";
import { startRedis } from "../redis.ts";
import { type Folder, told } from "./folder.ts";
import { Kept, type Running } from "./kept.ts";
import { runningOf } from "./process.ts";

const LOOK_MS = 20;
const START_MS = 10_000;
const LEAVE_MS = 10_000;
const GREET_MS = 1_000;

/** Servers that the mesh has of its own, each on a port that it keeps when it is started again. */
export interface Server {
	readonly kept: Kept;
	readonly url: string;
}

export async function natsOf({ nats }: Folder, say: Say): Promise<Server & { monitor: string }> {
	const binary = findNatsServer();
	const [port, monitor] = [await freePort(), await freePort()];
	mkdirSync(nats, { recursive: true, mode: 0o700 });
	const args = [...natsArguments(port, nats), "-m", String(monitor)];
	const start = async () => {
		const running = runningOf(spawn(binary, args, { detached: true, stdio: "ignore" }));
		await answering(port, running, "nats-server");
		return running;
	};
	const at = (scheme: string, number: number) => `${scheme}://127.0.0.1:${number}`;
	const kept = new Kept("nats-server", start, say);
	return { kept, url: at("nats", port), monitor: at("http", monitor) };
}

export async function postgresOf({ postgres: folder }: Folder, say: Say): Promise<Server> {
	const port = await freePort();
	const start = async () => {
		const { server } = await startPostgres({ folder, port, detached: true });
		const running = runningOf(server);
		// Fast: it does not wait for those who are still connected.
		const signal = (name: NodeJS.Signals) => running.signal(name === "SIGTERM" ? "SIGINT" : name);
		return { ...running, signal };
	};
	const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
	return { kept: new Kept("postgres", start, say), url };
}

export async function redisOf(say: Say): Promise<Server> {
	const port = await freePort();
	const start = async () => runningOf((await startRedis(port, { detached: true })).server);
	return { kept: new Kept("redis-server", start, say), url: `redis://127.0.0.1:${port}` };
}

/** Ends the servers of a mesh that was killed: two on one folder would spoil it. */
export async function endLeftOvers(folder: Folder, say: Say): Promise<void> {
	const last = told(folder);
	if (last && commandOf(last.pid).includes("mesh.ts"))
		throw new Error(`A mesh runs on ${folder.root} (process ${last.pid}): npm run mesh -- stop`);
	for (const pid of leftOvers(folder, last)) {
		if (!isServer(pid)) continue; // it has ended with another
		say(`a server that an earlier mesh has left (process ${pid}) is ended`);
		process.kill(pid, "SIGINT");
		const end = performance.now() + LEAVE_MS;
		while (isServer(pid) && performance.now() < end) await sleep(LOOK_MS);
	}
}

/** Those that it told of, and those on its folder: it may have been killed before it told. */
function leftOvers({ nats, postgres }: Folder, last: ReturnType<typeof told>): number[] {
	const isOn = (args: string) =>
		[nats, postgres].some((path) => `${args} `.includes(` ${path} `) || args.includes(` ${path}/`));
	return spawnSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" })
		.stdout.split("\n")
		.map((line) => /^ *(\d+) (.*)$/.exec(line))
		.flatMap((found) => (found ? [{ pid: Number(found[1]), args: found[2] ?? "" }] : []))
		.filter(({ pid, args }) => SERVER.test(args) && (last?.servers.includes(pid) || isOn(args)))
		.map(({ pid }) => pid);
}

/** Ids are used again: only what looks like one of ours is. */
const SERVER = /nats-server|postgres|redis-server/;
const isServer = (pid: number) => SERVER.test(commandOf(pid));
const commandOf = (pid: number) =>
	spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";

async function answering(port: number, running: Running, name: string): Promise<void> {
	let how: string | undefined;
	void running.ended.then((ending) => {
		how = ending;
	});
	const end = performance.now() + START_MS;
	while (!(await answers(port))) {
		if (how !== undefined || performance.now() > end) {
			running.signal("SIGKILL");
			throw new Error(`${name} has not started (${how ?? "it does not answer"})`);
		}
		await sleep(LOOK_MS);
	}
}

/** It greets who connects. */
const answers = (port: number) =>
	new Promise<boolean>((resolve) => {
		const socket = createConnection(port, "127.0.0.1");
		const answer = (isThere: boolean) => {
			socket.destroy();
			resolve(isThere);
		};
		socket.once("data", () => answer(true));
		socket.once("error", () => answer(false));
		socket.once("close", () => answer(false));
		socket.setTimeout(GREET_MS, () => answer(false));
	});

type Say = (text: string) => void;

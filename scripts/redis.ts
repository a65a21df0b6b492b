import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpacked } from "./debian.ts";
import { freePort } from "./port.ts";

const START_MS = 10_000;
const PACKAGES = [
	"redis-server",
	"redis-tools",
	"libjemalloc2",
	"liblua5.1-0",
	"liblzf1",
	"lua-cjson",
	"lua-bitop",
];
const ADVICE =
	"Install Redis (Debian, Ubuntu: `apt-get install redis-server`; others: redis.io/download) and put `redis-server` on the path.";

/** How to run redis-server: on the path, or Debian's package, unpacked once into the user's cache. */
export function findRedis(): { file: string; env: NodeJS.ProcessEnv } {
	if (spawnSync("redis-server", ["--version"]).status === 0)
		return { file: "redis-server", env: {} };
	try {
		const folder = unpacked("redis", PACKAGES);
		const libraries = globSync(join(folder, "usr/lib/*-linux-gnu")).join(":");
		const env = { LD_LIBRARY_PATH: libraries };
		const file = join(folder, "usr/bin/redis-server");
		const { status, stderr } = spawnSync(file, ["--version"], { env, encoding: "utf8" });
		if (status !== 0) throw new Error(stderr);
		return { file, env };
	} catch (error) {
		throw new Error(`There is no redis-server, and it cannot be had: ${String(error)}. ${ADVICE}`, {
			cause: error,
		});
	}
}

/** A server of our own, in memory, on a free port of loopback: who starts it ends it. */
export async function startRedis(port?: number, { detached = false } = {}) {
	const { file, env } = findRedis();
	const at = port ?? (await freePort());
	const folder = mkdtempSync(join(tmpdir(), "comptoir-redis-"));
	const options = ["--port", String(at), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
	const server = spawn(file, options, { env, detached, stdio: ["ignore", "pipe", "inherit"] });
	const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
		if (server.exitCode === null && server.signalCode === null) {
			server.kill(signal);
			await once(server, "exit");
		}
		rmSync(folder, { recursive: true, force: true });
	};
	await ready(server).catch(async (error) => {
		await stop("SIGKILL");
		throw error;
	});
	return { url: `redis://127.0.0.1:${at}`, port: at, pid: server.pid as number, server, stop };
}

function ready(server: ChildProcess): Promise<void> {
	let said = "";
	return new Promise((resolve, reject) => {
		const fail = () => reject(new Error(`redis-server does not start: ${said}`));
		const timer = setTimeout(fail, START_MS);
		server.once("exit", fail);
		server.stdout?.on("data", (chunk: Buffer) => {
			said = `${said}${chunk}`.slice(-4_000);
			if (!said.includes("Ready to accept connections")) return;
			clearTimeout(timer);
			server.off("exit", fail);
			resolve();
		});
	});
}

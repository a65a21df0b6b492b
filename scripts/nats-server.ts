import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const CACHE = join(homedir(), ".cache/comptoir/nats");
const CACHED = join(CACHE, "usr/sbin/nats-server");
/** On the path, or where Debian puts it, which is on root's path only. */
const INSTALLED = ["nats-server", "/usr/sbin/nats-server"];
const DOWNLOAD_MS = 120_000;
const ADVICE =
	"Install nats-server (Debian, Ubuntu: `apt-get install nats-server`; others: nats.io/download) and put it on the path.";

/** Where nats-server is: on the path, or Debian's package, unpacked once into the user's cache. */
export function findNatsServer(): string {
	const installed = INSTALLED.find((file) => spawnSync(file, ["--version"]).status === 0);
	if (installed) return installed;
	if (!existsSync(CACHED)) unpack();
	return CACHED;
}

/** Whoever comes second finds it there: it is unpacked aside, then renamed. */
function unpack(): void {
	mkdirSync(dirname(CACHE), { recursive: true });
	const aside = mkdtempSync(`${CACHE}-`);
	try {
		run("apt-get", ["download", "nats-server"], aside);
		run("dpkg-deb", ["-x", ...globSync("*.deb", { cwd: aside }), "."], aside);
		renameSync(aside, CACHE);
	} catch (error) {
		if (existsSync(CACHED)) return;
		throw new Error(`There is no nats-server, and it cannot be had: ${message(error)}. ${ADVICE}`, {
			cause: error,
		});
	} finally {
		rmSync(aside, { recursive: true, force: true });
	}
}

function run(command: string, args: string[], cwd: string): void {
	const { status, error, stderr } = spawnSync(command, args, {
		cwd,
		encoding: "utf8",
		timeout: DOWNLOAD_MS,
	});
	if (status !== 0) throw error ?? new Error(`${command} says: ${stderr.trim()}`);
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** With JetStream, on loopback, its streams in a folder. */
export const natsArguments = (port: number, store: string) =>
	["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", store] as const;

if (import.meta.main) {
	const port = Number(process.argv[2] ?? 4222);
	const args = natsArguments(port, process.argv[3] ?? "data/nats");
	const server = spawn(findNatsServer(), args, { stdio: "inherit" });
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.on(signal, () => server.kill(signal));
	server.once("exit", (code) => process.exit(code ?? 1));
}

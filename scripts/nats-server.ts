import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { unpacked } from "./debian.ts";

/** On the path, or where Debian puts it, which is on root's path only. */
const INSTALLED = ["nats-server", "/usr/sbin/nats-server"];
const ADVICE =
	"Install nats-server (Debian, Ubuntu: `apt-get install nats-server`; others: nats.io/download) and put it on the path.";

/** Where nats-server is: on the path, or Debian's package, unpacked once into the user's cache. */
export function findNatsServer(): string {
	const installed = INSTALLED.find((file) => spawnSync(file, ["--version"]).status === 0);
	if (installed) return installed;
	try {
		return join(unpacked("nats", ["nats-server"]), "usr/sbin/nats-server");
	} catch (error) {
		throw new Error(`There is no nats-server, and it cannot be had: ${message(error)}. ${ADVICE}`, {
			cause: error,
		});
	}
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

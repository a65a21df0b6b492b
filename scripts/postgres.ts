import { type ChildProcess, type StdioOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CACHE as USERS_CACHE, unpacked } from "./debian.ts";
import { killWithKin } from "./kin.ts";
import { freePort } from "./port.ts";

const MAKE_MS = 60_000;
const START_MS = 30_000;
const isRoot = process.getuid?.() === 0;
const NOBODY = isRoot ? { uid: 65_534, gid: 65_534 } : {};
// PostgreSQL does not run as root: then it is somebody else who must be able to read it.
const CACHE = isRoot ? "/var/cache/comptoir" : USERS_CACHE;
const PACKAGES = [/^postgresql-\d+$/, "libpq5", "libxslt1.1"];
const ADVICE =
	"Install PostgreSQL (Debian, Ubuntu: `apt-get install postgresql`; others: postgresql.org/download) and put `initdb` and `postgres` on the path.";

/** Where `initdb` and `postgres` are: installed, or Debian's package, unpacked once into a cache. */
export function findPostgres(): string {
	const found = installed();
	if (found !== undefined) return found;
	const [cached] = globSync(join(folder(), "usr/lib/postgresql/*/bin"));
	if (!cached || !runs(cached)) throw new Error(`PostgreSQL does not run here. ${ADVICE}`);
	return cached;
}

function folder(): string {
	try {
		return unpacked("postgres", PACKAGES, CACHE);
	} catch (error) {
		throw new Error(`There is no PostgreSQL, and it cannot be had: ${String(error)}. ${ADVICE}`, {
			cause: error,
		});
	}
}

/** On the path, or where Debian puts them, which is on nobody's. */
const installed = () => ["", ...globSync("/usr/lib/postgresql/*/bin")].find(runs);
const runs = (folder: string) =>
	["initdb", "postgres"].every((name) => {
		const [command, ...args] = withLibraries(join(folder, name), "--version");
		return spawnSync(command, args).status === 0;
	});

/** With those that came with the package, where it is not installed. */
function withLibraries(...command: string[]): [string, ...string[]] {
	const libraries = globSync(join(CACHE, "postgres/usr/lib/*-linux-gnu")).join(":");
	return ["env", `LD_LIBRARY_PATH=${libraries}`, ...command];
}

function run(command: string, args: string[], cwd: string, user: object = {}): string {
	const { status, error, stdout, stderr } = spawnSync(command, args, {
		cwd,
		encoding: "utf8",
		timeout: MAKE_MS,
		...user,
	});
	if (status !== 0) throw error ?? new Error(`${command} says: ${stderr.trim()}`);
	return stdout;
}

interface Place {
	/** Where it keeps what it is told, for the next time; without one, all is gone when it stops. */
	folder?: string;
	port?: number;
	/** In a session of its own, so that Ctrl-C in a terminal is not for it. */
	detached?: boolean;
}
/** A server of our own: who starts it ends it. */
export interface Postgres {
	readonly url: string;
	/** As it runs now. */
	readonly server: ChildProcess;
	/** SIGKILL, to the server and to all that serve its clients; answers once they are gone. */
	kill(): Promise<void>;
	/** Again, on the same port and the same data. */
	start(): Promise<void>;
	/** Ends it, and removes its data unless they are kept. */
	stop(): Promise<void>;
}

/** On loopback, on a free port unless one is given. Each commit waits for the disk. */
export async function startPostgres(place: Place = {}): Promise<Postgres> {
	const { folder: kept, port = await freePort(), detached = false } = place;
	const bin = findPostgres();
	const folder = kept ?? mkdtempSync(join(tmpdir(), "comptoir-postgres-"));
	mkdirSync(folder, { recursive: true });
	const data = join(folder, "data");
	if (NOBODY.uid) chownSync(folder, NOBODY.uid, NOBODY.gid);
	if (!existsSync(join(data, "PG_VERSION"))) initialise(bin, data);
	const settings = ["listen_addresses=127.0.0.1", `port=${port}`, "max_connections=500"];
	// No socket file: its path would be too long in a deep folder.
	const options = [...settings, "unix_socket_directories="].flatMap((one) => ["-c", one]);
	const [postgres, ...args] = withLibraries(join(bin, "postgres"), "-D", data, ...options);
	const stdio: StdioOptions = ["ignore", "ignore", "pipe"];
	const serve = () => spawn(postgres, args, { cwd: folder, stdio, detached, ...NOBODY });
	let server = serve();
	const ours: Postgres = {
		url: `postgres://postgres@127.0.0.1:${port}/postgres`,
		get server() {
			return server;
		},
		async start() {
			server = serve();
			await ready(server);
		},
		async kill() {
			if (isAlive(server)) await killWithKin(server); // each of its processes leads a group of its own
		},
		async stop() {
			if (isAlive(server)) {
				server.kill("SIGINT"); // fast: it does not wait for those who are still connected
				await once(server, "exit");
			}
			if (!kept) rmSync(folder, { recursive: true, force: true });
		},
	};
	process.once("exit", () => isAlive(server) && server.kill("SIGINT")); // who dies leaves none behind
	await ready(server).catch(async (error) => {
		await ours.stop();
		throw error;
	});
	return ours;
}

function initialise(bin: string, data: string): void {
	// Not the order of bytes: what relies on that one must fail here, not at the first customer's.
	const words = ["--locale-provider=icu", "--icu-locale=fr-CA", "--locale=C.UTF-8", "-E", "UTF8"];
	const make = [join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", ...words];
	const [initdb, ...options] = withLibraries(...make);
	run(initdb, options, dirname(data), NOBODY);
}

const isAlive = ({ exitCode, signalCode }: ChildProcess) =>
	exitCode === null && signalCode === null;

function ready(server: ChildProcess): Promise<void> {
	let said = "";
	return new Promise((resolve, reject) => {
		const fail = () => reject(new Error(`PostgreSQL does not start: ${said}`));
		const timer = setTimeout(fail, START_MS);
		server.once("exit", fail);
		server.stderr?.on("data", (chunk: Buffer) => {
			said = `${said}${chunk}`.slice(-4_000);
			if (!said.includes("ready to accept connections")) return;
			clearTimeout(timer);
			resolve();
		});
	});
}

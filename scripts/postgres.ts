import { type ChildProcess, type StdioOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chownSync,
	existsSync,
	globSync,
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { killWithKin } from "./kin.ts";
import { freePort } from "./port.ts";

const DOWNLOAD_MS = 180_000;
const START_MS = 30_000;
const isRoot = process.getuid?.() === 0;
// PostgreSQL does not run as root: then it is somebody else who must be able to read it.
const CACHE = join(isRoot ? "/var/cache" : join(homedir(), ".cache"), "comptoir/postgres");
const ADVICE =
	"Install PostgreSQL (Debian, Ubuntu: `apt-get install postgresql`; others: postgresql.org/download) and put `initdb` and `postgres` on the path.";

/** Where `initdb` and `postgres` are: installed, or Debian's package, unpacked once into a cache. */
export function findPostgres(): string {
	const found = installed();
	if (found !== undefined) return found;
	if (!existsSync(CACHE)) unpack();
	const [cached] = globSync(join(CACHE, "usr/lib/postgresql/*/bin"));
	if (!cached || !runs(cached)) throw new Error(`PostgreSQL does not run here. ${ADVICE}`);
	return cached;
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
	const libraries = globSync(join(CACHE, "usr/lib/*-linux-gnu")).join(":");
	return ["env", `LD_LIBRARY_PATH=${libraries}`, ...command];
}

/** Whoever comes second finds it there: it is unpacked aside, then renamed. */
function unpack(): void {
	mkdirSync(dirname(CACHE), { recursive: true });
	const aside = mkdtempSync(`${CACHE}-`);
	try {
		const needs = run("apt-cache", ["depends", "postgresql"], aside);
		const server = /postgresql-\d+/.exec(needs)?.[0] ?? "postgresql";
		run("apt-get", ["download", server, "libpq5", "libxslt1.1"], aside);
		for (const file of globSync("*.deb", { cwd: aside })) run("dpkg-deb", ["-x", file, "."], aside);
		run("chmod", ["755", "."], aside);
		renameSync(aside, CACHE);
	} catch (error) {
		if (existsSync(CACHE)) return;
		throw new Error(`There is no PostgreSQL, and it cannot be had: ${String(error)}. ${ADVICE}`, {
			cause: error,
		});
	} finally {
		rmSync(aside, { recursive: true, force: true });
	}
}

function run(command: string, args: string[], cwd: string, user: object = {}): string {
	const { status, error, stdout, stderr } = spawnSync(command, args, {
		cwd,
		encoding: "utf8",
		timeout: DOWNLOAD_MS,
		...user,
	});
	if (status !== 0) throw error ?? new Error(`${command} says: ${stderr.trim()}`);
	return stdout;
}

/** A server of our own: who starts it ends it. */
export interface Postgres {
	readonly url: string;
	/** SIGKILL, to the server and to all that serve its clients; answers once they are gone. */
	kill(): Promise<void>;
	/** Again, on the same port and the same data. */
	start(): Promise<void>;
	/** Ends it, and removes its data. */
	stop(): Promise<void>;
}

/** In a folder of its own, on a free port of loopback. Each commit waits for the disk. */
export async function startPostgres(): Promise<Postgres> {
	const bin = findPostgres();
	const folder = mkdtempSync(join(tmpdir(), "comptoir-postgres-"));
	const data = join(folder, "data");
	const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
	if (user.uid) chownSync(folder, user.uid, user.gid);
	const port = await freePort();
	// Not the order of bytes: what relies on that one must fail here, not at the first customer's.
	const words = ["--locale-provider=icu", "--icu-locale=fr-CA", "--locale=C.UTF-8", "-E", "UTF8"];
	const make = ["-D", data, "-A", "trust", "-U", "postgres", ...words];
	const [initdb, ...options] = withLibraries(join(bin, "initdb"), ...make);
	run(initdb, options, folder, user);
	const settings = ["listen_addresses=127.0.0.1", `port=${port}`, "max_connections=500"];
	const serve = ["-D", data, "-k", folder, ...settings.flatMap((one) => ["-c", one])];
	const [postgres, ...args] = withLibraries(join(bin, "postgres"), ...serve);
	let server: ChildProcess | undefined;
	const ours: Postgres = {
		url: `postgres://postgres@127.0.0.1:${port}/postgres`,
		async start() {
			const stdio: StdioOptions = ["ignore", "ignore", "pipe"];
			server = spawn(postgres, args, { cwd: folder, stdio, ...user });
			await ready(server);
		},
		async kill() {
			const dying = alive(server);
			server = undefined;
			if (dying) await killWithKin(dying); // each of its processes leads a group of its own
		},
		async stop() {
			const ending = alive(server);
			if (ending) {
				ending.kill("SIGINT"); // fast: it does not wait for those who are still connected
				await once(ending, "exit");
			}
			rmSync(folder, { recursive: true, force: true });
		},
	};
	process.once("exit", () => alive(server)?.kill("SIGINT")); // who dies leaves none behind
	await ours.start().catch(async (error) => {
		await ours.stop();
		throw error;
	});
	return ours;
}

const alive = (child: ChildProcess | undefined) =>
	child?.exitCode === null && child.signalCode === null ? child : undefined;

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

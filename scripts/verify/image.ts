import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "../port.ts";
import { buildah } from "./buildah.ts";
import { command, NotRun } from "./check.ts";

const USER = 65_532;
const START_MS = 180_000;
const LOOK_MS = 250;

/**
 * Builds the Dockerfile as it is on bases that stand in for the real ones, starts what was built as
 * the user that it names, and asks it whether it lives.
 */
export async function image(): Promise<string> {
	if (process.getuid?.() !== 0) throw new NotRun("a chroot needs root, or newuidmap");
	const builder = buildah();
	const place = mkdtempSync(join(tmpdir(), "comptoir-bases-"));
	try {
		builder.base("runtime", runtimeBase(join(place, "runtime")), 'ENTRYPOINT ["/nodejs/bin/node"]');
		// sqlite3 is compiled to be tried, not to be fast.
		const env = "ENV PATH=/tools:/nodejs/bin:/usr/bin:/bin CFLAGS=-O0 CXXFLAGS=-O0";
		builder.base("build", buildBase(join(place, "build")), env);
		const bases = ["BUILD_IMAGE=localhost/build", "RUNTIME_IMAGE=localhost/runtime"];
		const given = bases.flatMap((one) => ["--build-arg", one]);
		const machine = volumes().flatMap((one) => ["--volume", one]);
		const how = ["--pull=never", "--format", "docker", "--network", "host", ...given, ...machine];
		builder.run("bud", ...how, "-t", "localhost/comptoir", ".");
		const container = builder.run("from", "--pull=never", "localhost/comptoir").trim();
		const root = builder.run("mount", container).trim();
		return await started(
			root,
			JSON.parse(builder.run("inspect", "--type", "image", "localhost/comptoir")),
		);
	} finally {
		builder.remove();
		rmSync(place, { recursive: true, force: true });
	}
}

/** Node, and the libraries that it is linked with: what distroless holds, from this machine. */
function runtimeBase(folder: string): string {
	const node = join(folder, "nodejs/bin/node");
	mkdirSync(dirname(node), { recursive: true });
	copyFileSync(process.execPath, node);
	chmodSync(node, 0o755);
	const linked = command("ldd", [process.execPath]).matchAll(/(\/\S+) \(0x/g);
	for (const [, library = ""] of linked) {
		mkdirSync(join(folder, dirname(library)), { recursive: true });
		copyFileSync(library, join(folder, library));
		chmodSync(join(folder, library), 0o755);
	}
	for (const name of ["etc", "tmp", "proc", "dev"])
		mkdirSync(join(folder, name), { recursive: true });
	writeFileSync(join(folder, "etc/passwd"), `nonroot:x:${USER}:${USER}::/home:/none\n`);
	return folder;
}

/** A machine whose programs are this one's, mounted while it builds; packages are there already. */
function buildBase(folder: string): string {
	for (const name of ["tools", "usr", "etc", "tmp", "root", "nodejs/bin", "var/lib/apt/lists"])
		mkdirSync(join(folder, name), { recursive: true });
	for (const name of ["bin", "sbin", "lib", "lib64"])
		symlinkSync(`usr/${name}`, join(folder, name));
	const npm = realpathSync(command("sh", ["-c", "command -v npm"]).trim());
	// The machine's own authorities, where it stands behind one.
	const tools = {
		"apt-get": "exit 0",
		npm: `HOME=/root exec /nodejs/bin/node --use-system-ca ${npm} "$@"`,
	};
	for (const [name, text] of Object.entries(tools))
		writeFileSync(join(folder, "tools", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
	return folder;
}

function volumes(): string[] {
	const npmrc = join(homedir(), ".npmrc");
	return [
		"/usr:/usr:ro",
		"/etc:/etc:ro",
		`${dirname(process.execPath)}:/nodejs/bin:ro`,
		...(existsSync(npmrc) ? [`${npmrc}:/root/.npmrc:ro`] : []),
	];
}

interface Built {
	Docker: { config: { User: string; Env: string[]; Entrypoint: string[]; Cmd: string[] } };
}

/** As its user, with its environment, in its own root: a chroot, since nothing here runs containers. */
async function started(root: string, { Docker: { config } }: Built): Promise<string> {
	const [user, group = user] = config.User.split(":");
	if (Number(user) !== USER) throw new Error(`The image runs as ${config.User}, not as ${USER}`);
	const [http, ops, metrics] = [await freePort(), await freePort(), await freePort()];
	const settings = [
		...config.Env,
		"NODE_ENV=development",
		`RETAIL_HTTP_PORT=${http}`,
		`RETAIL_OPS_PORT=${ops}`,
		`RETAIL_METRICS_PORT=${metrics}`,
		"RETAIL_OPS_HOST=127.0.0.1",
	];
	const enter = [`--userspec=${user}:${group}`, root, "/nodejs/bin/node"];
	const chroot = command("sh", ["-c", "PATH=$PATH:/usr/sbin:/sbin command -v chroot"]).trim();
	const inside = (script: string) => ["env", "-i", ...settings, chroot, ...enter, "-e", script];
	mkdirSync(join(root, "scratch"), { recursive: true, mode: 0o1777 });
	const [file, ...args] = inside(
		`process.chdir("/app"); process.argv.splice(1, 0, "/app/start.ts"); import("/app/start.ts")`,
	) as [string, ...string[]];
	const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
	let said = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			said += chunk;
		});
	try {
		const end = Date.now() + START_MS;
		while (!(await isReady(ops))) {
			if (child.exitCode !== null || Date.now() > end)
				throw new Error(`It does not start: ${said}`);
			await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
		}
		const uid = Number(
			/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1],
		);
		if (uid !== USER) throw new Error(`It runs as ${uid}`);
		const probe = inside(`process.chdir("/app"); import("/app/scripts/probe.ts")`);
		command(probe[0] as string, probe.slice(1));
		return `built; it is ready as user ${uid}, as its healthcheck, too, says`;
	} finally {
		if (child.exitCode === null) {
			child.kill("SIGTERM");
			await once(child, "exit");
		}
	}
}

const isReady = (port: number) =>
	new Promise<boolean>((resolve) => {
		const asking = get({ host: "127.0.0.1", port, path: "/health/ready" }, (response) => {
			response.resume();
			resolve(response.statusCode === 200);
		});
		asking.once("error", () => resolve(false));
	});

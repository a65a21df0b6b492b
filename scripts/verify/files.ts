import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpacked } from "../debian.ts";
import { ROOT } from "../markdown.ts";
import { findNatsServer } from "../nats-server.ts";
import { answers, command, jest, NotRun, orNotRun } from "./check.ts";
import { copyConfig, environment } from "./cluster.ts";

const OVERLAYS = ["dev", "staging", "prod"];
const COMPOSE = [
	...["docker-compose", "python3-cached-property", "python3-distro", "python3-docker"],
	...["python3-dockerpty", "python3-docopt", "python3-dotenv", "python3-jsonschema"],
	...["python3-texttable", "python3-websocket", "python3-yaml", "python3-requests", "python3-attr"],
	...["python3-pyrsistent", "python3-urllib3", "python3-idna", "python3-chardet"],
	...["python3-charset-normalizer", "python3-certifi", "python3-six", "python3-pkg-resources"],
	...["python3-packaging", "libyaml-0-2", "python3-distutils"],
];

/** nats-server reads its files, less what an older one does not know. */
export function natsFiles(): string {
	const binary = orNotRun(findNatsServer);
	const folder = mkdtempSync(join(tmpdir(), "comptoir-verify-"));
	try {
		copyConfig(folder);
		command("env", [...environment(0), binary, "-t", "-c", join(folder, "prod.conf")]);
		command(binary, ["-t", "-c", join(ROOT, "nats/nats.conf")]);
		return "prod.conf, nats.conf; not compose-prod.conf: its users are a secret";
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

export function manifests(): string {
	if (!answers("kubectl", "version", "--client")) throw new NotRun("there is no kubectl");
	for (const overlay of OVERLAYS) command("kubectl", ["kustomize", `k8s/overlays/${overlay}`]);
	return `${OVERLAYS.join(", ")}; ${jest("tests/deploy/kubernetes")}`;
}

/** 1.29 does not know the name of a project, and is otherwise a second opinion. */
export function composeConfig(): string {
	const folder = orNotRun(() => unpacked("docker-compose", COMPOSE));
	const packages = `PYTHONPATH=${join(folder, "usr/lib/python3/dist-packages")}`;
	const tool = [packages, "python3", join(folder, "usr/bin/docker-compose")];
	if (!answers("env", ...tool, "--version"))
		throw new NotRun("docker-compose 1.29 does not start here");
	const file = join(ROOT, `.compose-${process.pid}.yml`); // beside it: its paths are relative
	try {
		const text = readFileSync(join(ROOT, "docker-compose.yml"), "utf8");
		writeFileSync(file, text.replace(/^name:.*\n/m, ""));
		command("env", [...tool, "-f", file, "config", "-q"]);
		return "docker-compose 1.29 reads docker-compose.yml";
	} finally {
		rmSync(file, { force: true });
	}
}

/** The compiler reads every script; that it left none out is seen here. */
export function loadScripts(): string {
	const scripts = globSync("bench/k6/*.ts", { cwd: ROOT });
	const compiled = command("npx", ["tsc", "--listFilesOnly"]);
	const left = scripts.filter((name) => !compiled.includes(`/${name}`));
	if (scripts.length === 0 || left.length > 0) throw new Error(`Not compiled: ${left}`);
	return `${scripts.length} scripts are among what \`npm run types\` checks; k6 itself is not run`;
}

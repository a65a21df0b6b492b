import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpacked } from "./debian.ts";
import { ROOT } from "./markdown.ts";
import { findNatsServer } from "./nats-server.ts";
import { answers, type Check, command, NotRun, orNotRun } from "./verify/check.ts";
import { cluster, copyConfig, environment } from "./verify/cluster.ts";
import { image } from "./verify/image.ts";

const OVERLAYS = ["dev", "staging", "prod"];
const jest = (...files: string[]) => {
	const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
	command(process.execPath, [...flags, "node_modules/jest/bin/jest.js", ...files]);
	return files.join(", ");
};
/** Of another part of the project: run where it is there. */
const script = (name: string, ...args: string[]) => {
	const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	if (!(name in scripts)) throw new NotRun(`there is no \`npm run ${name}\` yet`);
	command("npm", ["run", "-s", name, "--", ...args]);
	return `npm run ${name} ${args.join(" ")}`;
};

const CHECKS: Check[] = [
	{
		what: "lint, types",
		proves: "CI-02",
		isNeeded: true,
		run: () => `${script("lint")}; ${script("types")}`,
	},
	{
		what: "permissions of NATS",
		proves: "DEP-16",
		isNeeded: true,
		run: () => jest("tests/deploy/nats-acl"),
	},
	{ what: "NATS, configuration", proves: "DEP-16", isNeeded: true, run: configuration },
	{ what: "NATS, three servers", proves: "DEP-16", isNeeded: true, run: cluster },
	{
		what: "compose, schema and policy",
		proves: "DEP-01",
		isNeeded: true,
		run: () => jest("tests/deploy/compose.test"),
	},
	{ what: "manifests", proves: "HA-03…15", isNeeded: true, run: manifests },
	{ what: "image", proves: "DEP-01", isNeeded: true, run: image },
	{
		what: "pipeline",
		proves: "CI-01…06",
		isNeeded: true,
		run: () => jest("tests/deploy/pipeline"),
	},
	{ what: "compose, config -q", proves: "DEP-01", run: composeConfig },
	{ what: "metrics, rules, routes", proves: "MON", run: () => monitoring() },
	{ what: "boards", proves: "MON", run: () => script("verify:boards") },
	{ what: "alert, end to end", proves: "MON", run: () => script("verify:alert") },
	{ what: "the whole suite", proves: "D4, D15", run: () => script("jest:heavy") },
	{ what: "on PostgreSQL", proves: "DEP-12", run: () => script("jest:pg", "--ci") },
	{ what: "in one process", proves: "D20", run: () => script("e2e", "--mode", "one") },
	{ what: "as a mesh", proves: "D20", run: () => script("e2e", "--mode", "mesh") },
	{ what: "on PostgreSQL, as a mesh", proves: "D20", run: () => script("e2e", "--mode", "pg") },
	{ what: "faults", proves: "HA-13", run: () => script("chaos", "--short") },
];

function configuration(): string {
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

function manifests(): string {
	if (!answers("kubectl", "version", "--client")) throw new NotRun("there is no kubectl");
	for (const overlay of OVERLAYS) command("kubectl", ["kustomize", `k8s/overlays/${overlay}`]);
	return `${OVERLAYS.join(", ")}; ${jest("tests/deploy/kubernetes")}`;
}

function monitoring(): string {
	if (globSync("tests/monitoring/*.test.ts", { cwd: ROOT }).length === 0)
		throw new NotRun("there is no tests/monitoring yet");
	return jest("tests/monitoring");
}

const COMPOSE = [
	...["docker-compose", "python3-cached-property", "python3-distro", "python3-docker"],
	...["python3-dockerpty", "python3-docopt", "python3-dotenv", "python3-jsonschema"],
	...["python3-texttable", "python3-websocket", "python3-yaml", "python3-requests", "python3-attr"],
	...["python3-pyrsistent", "python3-urllib3", "python3-idna", "python3-chardet"],
	...["python3-charset-normalizer", "python3-certifi", "python3-six", "python3-pkg-resources"],
	...["python3-packaging", "libyaml-0-2", "python3-distutils"],
];

/** 1.29 does not know the name of a project, and is otherwise a second opinion. */
function composeConfig(): string {
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

const say = (text: string) => process.stdout.write(`${text}\n`);
const [isCi, only] = [
	process.argv.includes("--ci"),
	process.argv.slice(2).filter((it) => !it.startsWith("--")),
];
let failures = 0;
say("| check | proves | outcome | how |\n| --- | --- | --- | --- |");
for (const { what, proves, isNeeded, run } of CHECKS) {
	if (only.length > 0 && !only.some((word) => what.includes(word))) continue;
	try {
		say(`| ${what} | ${proves} | ran | ${await run()} |`);
	} catch (error) {
		const isTried = !(error instanceof NotRun);
		if (isTried || (isCi && isNeeded)) failures++;
		say(
			`| ${what} | ${proves} | ${isTried ? "FAILED" : "not run"} | ${(error as Error).message.replaceAll("\n", " ")} |`,
		);
	}
}
process.exit(failures > 0 ? 1 : 0);

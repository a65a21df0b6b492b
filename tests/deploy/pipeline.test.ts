import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { CONTEXTS } from "../../config/topology.ts";

interface Job {
	needs?: string | string[];
	if?: string;
	steps: { run?: string; uses?: string; with?: Record<string, unknown> }[];
}
const read = (file: string) => readFileSync(file, "utf8");
const { on, jobs, env } = parse(read(".github/workflows/ci.yml")) as {
	on: { push: { branches: string[] } };
	jobs: Record<"lint" | "test" | "coverage" | "image" | "publish", Job>;
	env: Record<string, string>;
};
const runs = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []).join("\n");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
const makefile = read("Makefile");
const target = (name: string) =>
	new RegExp(`^${name}:.*\\n((?:\\t.*\\n)+)`, "m").exec(makefile)?.[1];
const dockerfile = read("Dockerfile");

test("CI-01 on every branch: lint, types, tests, the image, then it is published", () => {
	expect(on.push.branches).toEqual(["**"]);
	expect(runs(jobs.lint)).toMatch(/npm run lint[\s\S]*npm run types/);
	expect([jobs.test.needs, jobs.image.needs]).toEqual(["lint", "test"]);
	expect(jobs.publish.needs).toContain("image");
});

test("CI-02 the lint gate: a warning fails", () => {
	expect(scripts.lint).toBe("biome check --error-on-warnings");
	expect(scripts.test).toMatch(/^npm run lint/);
});

test("CI-03 unit and integration tests run, those of stock, carts and orders among them", () => {
	expect(runs(jobs.test)).toContain("npm run jest");
	for (const file of [
		"unit/inventory",
		"services/inventory.test.ts",
		"services/carts.test.ts",
		"services/orders.test.ts",
	])
		expect([file, existsSync(`tests/${file}`)]).toEqual([file, true]);
});

test("CI-04 coverage is reported and has a floor", async () => {
	expect(runs(jobs.coverage)).toContain("npm run coverage");
	expect(read("jest.coverage.config.ts")).toMatch(/coverageThreshold: \{ global: \{ lines: \d\d/);
});

test("CI-05 DEP-05 make format and make check-format are Biome, and the Makefile has the words", () => {
	expect(target("format")).toContain("npm run fix");
	expect(target("check-format")).toContain("biome format .");
	const words = [
		"up",
		"down",
		"reset",
		"logs",
		"status",
		"ps",
		"test-loadbalancing",
		"test-performance",
		"monitoring-up",
	];
	expect(words.filter((word) => !target(word))).toEqual([]);
	expect(target("reset")).toContain("down -v");
	expect(target("monitoring-up")).toContain("--profile observability up -d");
});

test("CI-06 the image goes to a registry of the user's choice", () => {
	expect(env.REGISTRY).toContain("vars.REGISTRY");
	const [push] = jobs.publish.steps.filter(({ uses }) =>
		uses?.startsWith("docker/build-push-action"),
	);
	expect(push?.with?.push).toBe(true);
});

test("CI-06 DEP-01 the image starts every context by name, as nobody special, and holds no tool", () => {
	const last = dockerfile.slice(dockerfile.lastIndexOf("FROM "));
	expect(last).toMatch(/ENTRYPOINT \["\/nodejs\/bin\/node"\]\nCMD \["start.ts"\]/);
	expect(last).not.toContain("console");
	expect(dockerfile).toContain("USER 65532:65532");
	expect(dockerfile).toContain("npm ci --omit=dev --ignore-scripts");
});

test("DEP-19 the page of names maps each usual name to a context, or says that it waits", () => {
	const rows = [...read("docs/names.md").matchAll(/^\| (.+) \| ([\w -]+).* \|$/gm)].slice(2);
	const known = [...CONTEXTS, "sales", "the event bus"] as string[];
	expect(rows.filter(([, , name = ""]) => !known.includes(name.trim()))).toEqual([]);
	expect(rows.length).toBe(17);
});

test("DEP-07 DEP-10 the page of a plain machine says how to start, see, scale, save, stop and reset", () => {
	const page = read("docs/plain-machine.md");
	for (const word of [
		"docker run",
		"make ps",
		"make logs",
		"make scale",
		"pg_dump",
		"pg_restore",
		"down -v",
	])
		expect(page).toContain(word);
});

import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { monitoringFiles } from "../../monitoring/files.ts";
import { BOARDS } from "../../monitoring/grafana/files.ts";
import { runbookOf } from "../../monitoring/prometheus/alert.ts";
import { GROUPS } from "../../monitoring/prometheus/files.ts";
import { ROOT } from "../../scripts/markdown.ts";
import { findPromtool } from "../../scripts/prometheus.ts";

const FOLDER = join(ROOT, "monitoring/prometheus");
const alerts = GROUPS.flatMap(({ alerts }) => alerts);
const promtool = (...args: string[]) => {
	const { status, stdout, stderr } = spawnSync(findPromtool(), args, {
		cwd: FOLDER,
		encoding: "utf8",
	});
	return { status, said: `${stdout}${stderr}` };
};

test("CI-05 rules, tests and boards are what `npm run boards` writes now", () => {
	for (const [file, text] of monitoringFiles())
		expect([file, readFileSync(join(ROOT, file), "utf8")]).toEqual([file, text]);
});

test("MON-15 Prometheus accepts the rules", () => {
	const { status, said } = promtool("check", "rules", ...globSync("*.rules.yml", { cwd: FOLDER }));
	expect({ status, said }).toMatchObject({ status: 0 });
});

test("MON-23 each alert fires when it should, and is silent just below", () => {
	const { status, said } = promtool("test", "rules", ...globSync("*.test.yml", { cwd: FOLDER }));
	expect({ status, said }).toMatchObject({ status: 0 });
});

describe.each(alerts)("MON-23 $name ($severity)", (alert) => {
	test("says what happened, what it means, where to look and what to do", () => {
		expect(alert.summary.length).toBeGreaterThan(10);
		expect(alert.description).toMatch(/\.$/);
		expect(BOARDS.map(({ uid }) => uid)).toContain(alert.board);
		expect(existsSync(join(ROOT, runbookOf(alert)))).toBe(true);
	});

	test("has a trial that fires, and one that does not", () => {
		expect(alert.fires.labels?.length).toBeGreaterThan(0);
		if (alert.name !== "Watchdog") expect(alert.silent.length).toBeGreaterThan(0);
	});
});

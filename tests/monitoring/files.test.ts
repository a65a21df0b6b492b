import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { CONTEXTS } from "../../config/topology.ts";
import { GROUPS } from "../../monitoring/prometheus/files.ts";
import { ROOT } from "../../scripts/markdown.ts";
import { findAmtool, findPromtool } from "../../scripts/prometheus.ts";

const MONITORING = join(ROOT, "monitoring");
const read = (file: string) => readFileSync(join(MONITORING, file), "utf8");
const prometheus = [
	"prometheus.yml",
	"prometheus.prod.yml",
	"prometheus.mesh.yml",
	"prometheus.one.yml",
];
const run = (command: string, ...args: string[]) => {
	const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
	return { status, stdout: stdout.trim(), said: `${stdout}${stderr}` };
};

/** Secrets are mounted where it runs: the checks need some file in their place. */
let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "comptoir-monitoring-"));
	cpSync(MONITORING, folder, { recursive: true });
	writeFileSync(join(folder, "metrics_token"), "a token");
	const file = join(folder, "prometheus/prometheus.prod.yml");
	const secret = join(folder, "metrics_token");
	writeFileSync(file, readFileSync(file, "utf8").replaceAll("/run/secrets/metrics_token", secret));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(prometheus)("MON-03 Prometheus accepts %s", (file) => {
	const { status, said } = run(findPromtool(), "check", "config", join(folder, "prometheus", file));
	expect({ status, said }).toMatchObject({ status: 0 });
});

test.each([...prometheus, "prometheus.k8s.yml"])(
	"MON-03 %s scrapes every 15 s, and has all rules",
	(file) => {
		const { global, rule_files, alerting } = parse(read(`prometheus/${file}`));
		expect(global).toMatchObject({ scrape_interval: "15s", evaluation_interval: "15s" });
		expect(rule_files).toEqual(["*.rules.yml"]);
		expect(alerting.alertmanagers).toHaveLength(1);
	},
);

test("MON-24 under compose Prometheus finds every replica of every context, and the mesh's page", () => {
	const { scrape_configs } = parse(read("prometheus/prometheus.yml"));
	const [contexts, metrics] = scrape_configs;
	expect(contexts.dns_sd_configs).toMatchObject([{ names: [...CONTEXTS], type: "A", port: 9464 }]);
	expect(metrics).toMatchObject({ job_name: "metrics", dns_sd_configs: [{ port: 3030 }] });
});

test("MON-03 no target has a label that the product's own metrics have", () => {
	for (const file of [...prometheus, "prometheus.k8s.yml"])
		expect(read(`prometheus/${file}`)).not.toMatch(/target_label: (service|context|action)\b/);
});

test("MON-23 Alertmanager accepts its file", () => {
	const { status, said } = run(
		findAmtool(),
		"check-config",
		join(MONITORING, "alertmanager/alertmanager.yml"),
	);
	expect({ status, said }).toMatchObject({ status: 0 });
});

test.each([
	["alertname=ContextDown severity=page", "escalation,pager"],
	["alertname=ApiBurnFast severity=page slo=api", "escalation,pager"],
	["alertname=HeapHigh severity=ticket", "ticket"],
	["alertname=Watchdog severity=none", "watchdog"],
	["alertname=SomethingNew", "chat"],
])("MON-23 %s goes to %s", (labels, receivers) => {
	const config = `--config.file=${join(MONITORING, "alertmanager/alertmanager.yml")}`;
	const { stdout } = run(findAmtool(), "config", "routes", "test", config, ...labels.split(" "));
	expect(stdout).toBe(receivers);
});

test("MON-23 pages reach a pager, a chat and a webhook; tickets a chat, a mailbox and a webhook", () => {
	const { receivers } = parse(read("alertmanager/alertmanager.yml"));
	const kinds = (name: string) =>
		Object.keys(receivers.find((one: any) => one.name === name))
			.filter((key) => key !== "name")
			.sort();
	expect(kinds("pager")).toEqual(["pagerduty_configs", "slack_configs", "webhook_configs"]);
	expect(kinds("ticket")).toEqual(["email_configs", "slack_configs", "webhook_configs"]);
	expect(kinds("escalation")).toEqual(["email_configs", "pagerduty_configs"]);
});

test("MON-23 what another alert silences is an alert that there is", () => {
	const names = GROUPS.flatMap(({ alerts }) => alerts.map(({ name }) => name));
	const { inhibit_rules } = parse(read("alertmanager/alertmanager.yml"));
	const matchers: string[] = inhibit_rules.flatMap((rule: any) => [
		...rule.source_matchers,
		...rule.target_matchers,
	]);
	for (const matcher of matchers) {
		const [, value = ""] = /^alertname =~? "?(.+?)"?$/.exec(matcher) ?? [];
		for (const part of value ? value.replace(/\((.*)\)(Burn.*)/, "ApiBurn.*").split("|") : [])
			expect(names.some((name) => new RegExp(`^(${part})$`).test(name))).toBe(true);
	}
});

test("MON-25 lines are labelled with context, level and namespace, and with nothing else; kept 30 days", () => {
	for (const file of globSync("promtail/*.yml", { cwd: MONITORING })) {
		const { scrape_configs } = parse(read(file));
		const stages = scrape_configs.flatMap((one: any) => one.pipeline_stages);
		expect(stages).toContainEqual({ labelallow: ["context", "level", "namespace"] });
	}
	const { limits_config, compactor } = parse(read("loki/loki.yml"));
	expect(limits_config.retention_period).toBe("720h");
	expect(compactor.retention_enabled).toBe(true);
});

test("MON-23 no secret is written in a file of monitoring", () => {
	for (const file of globSync("**/*.yml", { cwd: MONITORING }))
		expect([
			file,
			/(password|token|key|secret|api_url|credentials): ?["']?\w/.test(read(file)),
		]).toEqual([file, false]);
});

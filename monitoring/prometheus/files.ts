import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Alert, type Group, runbookOf, type Series, seconds } from "./alert.ts";
import { books } from "./alerts/books.ts";
import { delivery } from "./alerts/delivery.ts";
import { edge } from "./alerts/edge.ts";
import { machines } from "./alerts/machines.ts";
import { mesh } from "./alerts/mesh.ts";
import { sagas } from "./alerts/sagas.ts";
import { balance } from "./balance.ts";
import { burning, recorded } from "./objectives.ts";

/** Every alert, as Prometheus groups them. */
export const GROUPS: readonly Group[] = [mesh, delivery, sagas, books, machines, edge, burning];

/** What more than one board or alert asks for, worked out once. */
export const RECORDED = [...balance, ...recorded];

const RECORDED_FOR: Record<string, readonly string[]> = {
	edge: ["balance.rules.yml"],
	burning: ["objectives.rules.yml"],
};
const INTERVAL_S = 15;
const BURNING_S = 60; // its many rules look back for days: each evaluation of them takes long
const WINDOW = "6m"; // the longest rate of an alert that does not say when to look, and one more minute
const HEAD = "# Written by `npm run boards`: change monitoring/prometheus/*.ts.\n";
const yaml = (value: unknown) => `${HEAD}${stringify(value, { lineWidth: 0 })}`;

/** The files of rules and of their tests, by name. */
export function ruleFiles(): Map<string, string> {
	const files = new Map<string, string>();
	files.set("balance.rules.yml", yaml({ groups: [{ name: "balance", rules: balance }] }));
	files.set("objectives.rules.yml", yaml({ groups: [{ name: "objectives", rules: recorded }] }));
	files.set("prometheus.prod.yml", withToken());
	for (const { name, alerts } of GROUPS) {
		files.set(`${name}.rules.yml`, yaml({ groups: [{ name, rules: alerts.map(ruleOf) }] }));
		files.set(`${name}.test.yml`, yaml(testsOf(name, alerts)));
	}
	return files;
}

/** The file of compose for a product that asks for a token: the same, and who we are. */
function withToken(): string {
	const text = readFileSync(join(import.meta.dirname, "prometheus.yml"), "utf8").replace(
		/^(#.*\n)+/,
		"",
	);
	const authorization = "authorization: { credentials_file: /run/secrets/metrics_token }";
	const shown = text.replace(/^( +)- job_name: (contexts|metrics)$/gm, `$&\n$1  ${authorization}`);
	const head = "# Compose, where the product asks for RETAIL_METRICS_TOKEN.\n";
	return `${HEAD.replace("prometheus/*.ts", "prometheus/prometheus.yml")}${head}${shown}`;
}

function ruleOf(alert: Alert) {
	const { name, expr, severity, slo, keep_firing_for } = alert;
	return {
		alert: name,
		expr,
		...(alert.for && { for: alert.for }),
		...(keep_firing_for && { keep_firing_for }),
		labels: { severity, ...(slo && { slo }) },
		annotations: annotationsOf(alert),
	};
}

const annotationsOf = (alert: Alert) => ({
	summary: alert.summary,
	description: alert.description,
	runbook_url: runbookOf(alert),
	dashboard: `/d/${alert.board}`,
});

function testsOf(group: string, alerts: readonly Alert[]) {
	const interval_s = group === "burning" ? BURNING_S : INTERVAL_S;
	return {
		rule_files: [...(RECORDED_FOR[group] ?? []), `${group}.rules.yml`],
		evaluation_interval: `${interval_s}s`,
		tests: alerts.flatMap((alert) => {
			const { name, fires, silent } = alert;
			const namesakes = alerts.filter((one) => one.name === name && one !== alert);
			const end = `${seconds(alert.at) || seconds(alert.for) + seconds(WINDOW)}s`;
			const trial = (why: string, series: Series, at: string, exp_alerts: object[]) => ({
				name: `${name} (${alert.severity}) ${why}`,
				interval: `${interval_s}s`,
				input_series: seriesOf(series, Math.ceil(seconds(end) / interval_s)),
				alert_rule_test: [{ alertname: name, eval_time: at, ...(exp_alerts[0] && { exp_alerts }) }],
			});
			const firing = (fires.labels ?? []).map((labels) => expected(alert, labels));
			const isGauge = alert.for && !/\[/.test(alert.expr) && namesakes.length === 0;
			const soon = isGauge ? `${seconds(alert.for) - INTERVAL_S}s` : undefined;
			return [
				trial("fires", fires.series, end, firing),
				...silent.map((series) =>
					trial("is silent just below", series, end, others(namesakes, series)),
				),
				...(soon ? [trial("is silent a moment before", fires.series, soon, [])] : []),
			];
		}),
	};
}

/** What does not fire at one severity may at the other: a test sees all alerts of a name. */
const others = (namesakes: readonly Alert[], series: Series) =>
	namesakes
		.filter(({ fires }) => JSON.stringify(fires.series) === JSON.stringify(series))
		.flatMap((alert) => (alert.fires.labels ?? []).map((labels) => expected(alert, labels)));

function expected(alert: Alert, labels: Readonly<Record<string, string>>) {
	const { severity, slo } = alert;
	const said = (text: string) =>
		text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? "");
	const { summary, ...rest } = annotationsOf(alert);
	return {
		exp_labels: { ...labels, severity, ...(slo && { slo }) },
		exp_annotations: { summary: said(summary), ...rest },
	};
}

const seriesOf = (series: Series, count: number) =>
	Object.entries(series).map(([name, value]) => {
		if (typeof value === "number") return { series: name, values: `${value}x${count}` };
		return { series: name, values: /^\+\d+$/.test(value) ? `0${value}x${count}` : value };
	});

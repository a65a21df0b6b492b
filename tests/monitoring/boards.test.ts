import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import {
	EXPORTERS,
	familyOf,
	metricsIn,
	ofProcesses,
	PRODUCT,
	PROMETHEUS,
} from "../../monitoring/catalogue.ts";
import { asked } from "../../monitoring/expressions.ts";
import { BOARDS } from "../../monitoring/grafana/files.ts";
import { ROOT } from "../../scripts/markdown.ts";
import { findPromtool } from "../../scripts/prometheus.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const files = globSync("monitoring/grafana/**/*.json", { cwd: ROOT });

describe.each(files)("%s", (file) => {
	const board = JSON.parse(read(file));
	const panels: any[] = board.panels.filter(({ type }: any) => type !== "row");

	test("MON-28 reads well at 400 px: short titles, legends below, no tables", () => {
		for (const { title, type, options, gridPos } of panels) {
			expect(title.length).toBeLessThanOrEqual(32);
			expect(["timeseries", "stat", "bargauge", "logs"]).toContain(type);
			expect(options.legend?.placement ?? "bottom").toBe("bottom");
			expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
			expect(gridPos.h).toBeGreaterThanOrEqual(4);
		}
	});

	test("MON-28 no two panels lie on each other, and no two have one id", () => {
		const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }: any) =>
			Array.from({ length: w * h }, (_, at) => `${x + (at % w)}:${y + Math.floor(at / w)}`),
		);
		expect(new Set(cells).size).toBe(cells.length);
		const ids = board.panels.map(({ id }: any) => id);
		expect(new Set(ids).size).toBe(ids.length);
	});

	test("MON-04 asks only data sources that are provisioned, or asked for at import", () => {
		const text = read("monitoring/grafana/provisioning/datasources/comptoir.yml");
		const uids = parse(text).datasources.map(({ uid }: any) => uid);
		for (const { datasource } of panels)
			expect([...uids, "$" + "{DS_PROMETHEUS}"]).toContain(datasource.uid);
	});
});

test("MON-16 MON-17 MON-18 MON-19 MON-20 MON-21 MON-27 each board is there, under its own uid", () => {
	const uids = files.map((file) => JSON.parse(read(file)).uid);
	expect(new Set(uids).size).toBe(uids.length);
	for (const name of ["gateway", "services", "business", "saga", "events", "slo", "infra"])
		expect(uids).toContain(`comptoir-${name}`);
});

test("MON-22 the board to import by hand has no variables", () => {
	const text = read("monitoring/grafana/grafana_custom_dash.json");
	expect(JSON.parse(text).templating.list).toEqual([]);
	expect(text).not.toMatch(/\$(context|route|instance)\b/);
});

test("DEP-20 Grafana is provisioned from files that nobody changes in the browser", () => {
	const { providers } = parse(read("monitoring/grafana/provisioning/dashboards/comptoir.yml"));
	expect(providers).toMatchObject([{ allowUiUpdates: false, type: "file" }]);
});

test("MON-15 Prometheus can parse every expression of every panel", () => {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-boards-"));
	const file = join(folder, "boards.rules.yml");
	const rules = asked().map(({ expr }, at) => ({ record: `panel:${at}`, expr }));
	writeFileSync(file, stringify({ groups: [{ name: "panels", rules }] }));
	const { status, stdout, stderr } = spawnSync(findPromtool(), ["check", "rules", file]);
	rmSync(folder, { recursive: true });
	expect({ status, said: `${stdout}${stderr}` }).toMatchObject({ status: 0 });
});

describe("MON-16 what is asked for exists", () => {
	const source = globSync("{config,lib,mixins,services}/**/*.ts", { cwd: ROOT })
		.map((file) => read(file))
		.join("\n");
	const known = [...PRODUCT, ...PROMETHEUS, ...EXPORTERS, ...ofProcesses()];
	const names = [...new Set(asked().flatMap(({ expr }) => metricsIn(expr)))];
	const isRecorded = (name: string) => name.includes(":");

	test("every metric of rules and boards is in the catalogue", () => {
		const unknown = names.filter((name) => !isRecorded(name)).map(familyOf);
		expect(unknown.filter((name) => !known.includes(name))).toEqual([]);
	});

	test("every metric of the catalogue is registered in the code", () => {
		const ofSagas = (name: string) => name.replace(/^saga_orchestrator_/, "");
		const isThere = (name: string) =>
			new RegExp(`\\b${name}\\b`).test(source) ||
			(name !== ofSagas(name) && source.includes(`("${ofSagas(name)}"`));
		expect(PRODUCT.filter((name) => !isThere(name))).toEqual([]);
	});

	test("boards show no less than the catalogue: what nobody looks at is named here", () => {
		const seen = new Set(names.map(familyOf));
		expect(PRODUCT.filter((name) => !seen.has(name))).toEqual([
			"gateway_consumer_bytes_total",
			"cache_cleans_total",
			"saga_orchestrator_commit_batch_size",
			"mesh_action_endpoints",
		]);
	});
});

test("the boards that are written are those that are described", () => {
	expect(files.length).toBe(BOARDS.length + 1);
});

import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
	EXPORTERS,
	familyOf,
	metricsIn,
	ofProcesses,
	PRODUCT,
	PROMETHEUS,
} from "../../monitoring/catalogue.ts";
import { runbookOf } from "../../monitoring/prometheus/alert.ts";
import { GROUPS, RECORDED } from "../../monitoring/prometheus/files.ts";
import { ROOT } from "../../scripts/markdown.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const pages = [...new Set(GROUPS.flatMap(({ alerts }) => alerts.map(runbookOf)))];
const known = [
	...[...PRODUCT, ...PROMETHEUS, ...EXPORTERS, ...ofProcesses()],
	...RECORDED.map(({ record }) => record),
];

describe.each(pages)("MON-23 %s", (file) => {
	const text = read(file);

	test("says what is felt, what to do first, and when it is over", () => {
		for (const part of ["_Felt:_", "_First:_", "_Over when_"]) expect(text).toContain(part);
	});

	test("has three queries, of metrics that there are", () => {
		const queries = /```promql\n([^`]+)\n```/.exec(text)?.[1]?.split("\n") ?? [];
		expect(queries).toHaveLength(3);
		expect(
			queries
				.flatMap(metricsIn)
				.map(familyOf)
				.filter((name) => !known.includes(name)),
		).toEqual([]);
	});
});

test("MON-23 the index of runbooks names every page", () => {
	const index = read("docs/runbooks/README.md");
	const files = globSync("docs/runbooks/*.md", { cwd: ROOT }).map((file) => basename(file));
	expect(files.filter((file) => file !== "README.md" && !index.includes(`(${file})`))).toEqual([]);
});

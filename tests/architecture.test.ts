import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const LINES_MAX = 150;
/** Contracts and demo data are tables. */
const TABLE_LINES_MAX = 400;
const isTable = (file: string) => /\.contract\.ts$|^config\/demo\//.test(file);

/** What each kind of file may import from our own tree. First match wins. */
const LAW: [file: RegExp, mayImport: RegExp][] = [
	[/^lib\//, /^lib\//],
	[/^config\//, /^(lib|config)\//],
	[/^mixins\//, /^(lib|config|mixins)\//],
	[/^sagas\//, /^(lib|sagas)\/|\.contract\.ts$/],
	[/\.contract\.ts$/, /^lib\/|\.contract\.ts$/],
	// The contexts that serve the others: what they hold is machinery, not rules of retail.
	[
		/^services\/(?<context>gateway|saga|metrics|node)\//,
		/^(lib|config|mixins|sagas)\/|^services\/<context>\/|\.contract\.ts$/,
	],
	[
		// `.actions.ts` and `.reactions.ts` hold handlers that a service has no room for, `neighbours.ts` what it asks of others.
		/^services\/(?<context>[^/]+)\/(.*\.(service|actions|reactions)|neighbours)\.ts$/,
		/^(lib|config|mixins|sagas)\/|^services\/<context>\/|\.contract\.ts$/,
	],
	[
		// How facts of others change the tables of a read model: it names them by their contracts.
		/^services\/(?<context>[^/]+)\/.*\.projection\.ts$/,
		/^(lib|mixins)\/|^services\/<context>\/|\.contract\.ts$/,
	],
	[/^services\/(?<context>[^/]+)\/.*\.store\.ts$/, /^(lib|mixins)\/|^services\/<context>\//],
	[
		/^services\/(?<context>[^/]+)\//,
		/^lib\/|^services\/<context>\/(?!.*\.(service|actions|reactions|projection|store)\.ts$)/,
	],
];

const files = globSync("{lib,config,mixins,sagas,services}/**/*.ts").sort();

describe.each(files)("%s", (file) => {
	const text = readFileSync(file, "utf8");

	test("GTW-16 D3 imports only what its kind may", () => {
		const [kind, allowed] = LAW.find(([kind]) => kind.test(file))!;
		const context = file.match(kind)?.groups?.context ?? "";
		const mayImport = new RegExp(allowed.source.replaceAll("<context>", context));
		const imports = [...text.matchAll(/(?:from|import) ?\(?"(\..*?)"/g)].map(([, path]) =>
			join(dirname(file), path!),
		);
		expect(imports.filter((path) => !mayImport.test(path))).toEqual([]);
	});

	test("is short", () => {
		expect(text.split("\n").length).toBeLessThanOrEqual(
			isTable(file) ? TABLE_LINES_MAX : LINES_MAX,
		);
	});
});

test("CI-08 a context folder holds the kinds of file that we know, and no others", () => {
	const known =
		/^services\/([^/]+)\/(\1\.(contract|service)\.ts|[a-z-]+(\.(store|actions|reactions|projection))?\.ts|migrations\/\d{4}-[a-z-]+(\.(sqlite|postgres))?\.sql)$/;
	const found = globSync("services/*/**/*.*");
	expect(found.filter((file) => !known.test(file))).toEqual([]);
});

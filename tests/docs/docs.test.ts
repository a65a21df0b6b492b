import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ROOT } from "../../scripts/markdown.ts";
import { pages } from "../../scripts/pages.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const documents = [
	"README.md",
	"CHANGELOG.md",
	"CONTRIBUTING.md",
	...globSync("docs/**/*.md", { cwd: ROOT }),
];
/** The names by which links reach the headings of a page, as GitHub makes them. */
const headings = (file: string) =>
	[...read(file).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
		title
			.toLowerCase()
			.replace(/[^\w\s-]/g, "")
			.replaceAll(" ", "-"),
	);
const { dependencies, scripts } = JSON.parse(read("package.json")) as Record<
	string,
	Record<string, string>
>;

test("the generated parts are what `npm run docs` writes now", async () => {
	for (const [file, text] of await pages()) expect([file, read(file)]).toEqual([file, text]);
});

test("the README shows the two commands", () => {
	const blocks = [...read("README.md").matchAll(/^```\w*\n([^`]*)^```/gm)].map(([, text]) => text);
	expect(blocks).toContain("npm ci && npm start\n");
	expect(blocks).toContain("npm ci && npm test\n");
	expect(read(".ci/run")).toMatch(/^npm ci && npm test$/m);
});

test("the README has a row for each setting of config/env.ts", () => {
	const names = [
		...read("config/env.ts").matchAll(/\t\w+: (?:text|whole|yesNo|list|secret)\("(\w+)"/g),
	];
	const settings = names.map(([, name]) => `RETAIL_${name}`);
	const rows = [...read("README.md").matchAll(/^\| `(RETAIL_\w+)`.* \| (.+) \|$/gm)];
	expect(rows.map(([, name]) => name)).toEqual(settings);
	expect(rows.filter(([, , why]) => why === "–")).toEqual([]);
});

describe.each(documents)("%s", (file) => {
	const text = read(file);

	test("links to what exists", () => {
		const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
		const local = links.filter((link) => !/^(https?:|#)/.test(link));
		const missing = local.filter(
			(link) => !existsSync(join(ROOT, dirname(file), link.replace(/#.*/, ""))),
		);
		expect(missing).toEqual([]);
		const headless = links.filter((link) => {
			const [, page, name] = /^([^:#]*\.md)?#(.+)$/.exec(link) ?? [];
			return name && !headings(page ? join(dirname(file), page) : file).includes(name);
		});
		expect(headless).toEqual([]);
	});

	test("names files and scripts that exist", () => {
		const quoted = [
			...text.matchAll(/`((?:tests|services|config|mixins|sagas|lib|bench|scripts)\/[\w./-]+)`/g),
		];
		expect(
			quoted.map(([, path]) => path as string).filter((path) => !existsSync(join(ROOT, path))),
		).toEqual([]);
		const runs = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name as string);
		expect(runs.filter((name) => !(name in (scripts ?? {})))).toEqual([]);
	});
});

describe("guarantees", () => {
	const rows = [...read("docs/sagas.md").matchAll(/^\| (G\d+) \| .* \| (.*) \|$/gm)];
	const mutants = read("tests/support/simulate-mutants.ts");

	test("are all listed", () => {
		expect(rows.map(([, id]) => id)).toEqual(Array.from({ length: 17 }, (_, at) => `G${at + 1}`));
	});

	test.each(rows.map(([, id, proof]) => [id, proof] as const))(
		"%s names tests that there are, or says that it is not proved yet",
		(_, proof = "") => {
			const files = [...proof.matchAll(/\((\.\.\/[^)]+\.test\.ts)\)/g)].map(([, file]) =>
				read(join("docs", file as string)),
			);
			expect(files.length > 0 || proof.includes("not yet")).toBe(true);
			const titles = [...proof.matchAll(/"([^"]+)"/g)].map(([, title]) => title as string);
			const known = [...files, mutants].join("\n");
			expect(titles.filter((title) => !known.includes(title.replace(/ ?…$/, "")))).toEqual([]);
		},
	);
});

describe("decisions", () => {
	const files = globSync("docs/adr/[0-9]*.md", { cwd: ROOT }).sort();

	test("are numbered without gaps, and all in the index", () => {
		const index = read("docs/adr/README.md");
		files.forEach((file, at) => {
			const [name, title] = [file.slice("docs/adr/".length), read(file).split("\n")[0]];
			expect(name).toMatch(new RegExp(`^${String(at + 1).padStart(4, "0")}-[a-z0-9-]+\\.md$`));
			expect(index).toContain(`(${name}) | ${title?.replace(/^# \d+\. /, "")} |`);
		});
	});

	test.each(files)("%s says its context, decision, consequences, and what was rejected", (file) => {
		for (const part of ["Context", "Decision", "Consequences", "Rejected"])
			expect(read(file)).toContain(`**${part}.**`);
	});

	test("the page on dependencies has a row for each, and for no other", () => {
		const page = read("docs/adr/0008-runtime-dependencies.md");
		const rows = [...page.matchAll(/^\| (`[\w-]+`(?:, `[\w-]+`)*) \|/gm)].flatMap(([, names]) =>
			(names as string).split(", ").map((name) => name.slice(1, -1)),
		);
		expect(rows.sort()).toEqual(Object.keys(dependencies ?? {}).sort());
	});
});

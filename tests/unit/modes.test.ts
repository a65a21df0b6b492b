import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { freePorts } from "../../scripts/port.ts";
import { MODES, modeOf } from "../support/mode.ts";
import { sumIn } from "../support/page.ts";

const ROOT = join(import.meta.dirname, "../..");
const ask = (...words: string[]) =>
	spawnSync(process.execPath, ["scripts/e2e.ts", ...words], { cwd: ROOT, encoding: "utf8" });

test("D1 npm run e2e says which modes there are, and refuses another before anything is started", () => {
	const help = ask("--help");
	expect(help.status).toBe(0);
	for (const mode of MODES) expect(help.stdout).toMatch(new RegExp(`^\\t${mode} `, "m"));
	const other = ask("--mode", "cluster");
	expect([other.status, other.stderr]).toEqual([1, expect.stringContaining(MODES.join(", "))]);
	expect(() => modeOf("cluster")).toThrow("There is no mode cluster");
});

test("ports for a mesh follow each other", async () => {
	const ports = await freePorts(5);
	expect(ports).toEqual(ports.map((_, at) => (ports[0] ?? 0) + at));
});

test("what several processes have counted is added up, and only what is asked for", () => {
	const pages = ['sales_total{location="1"} 2', 'sales_total{location="2"} 3', "sales 7"];
	const page = [...pages, 'sales_total{location="1"} 4'].join("\n");
	expect(sumIn(page, "sales_total", 'location="1"')).toBe(6);
	expect(sumIn(page, "sales")).toBe(7);
});

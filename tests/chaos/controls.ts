import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What the product could get wrong, and a proof that it would be noticed: an engine, a journal, a
 * participant, a lease or a delivery that breaks a rule; and books that were changed behind
 * everyone's back. Printed with the invariants that notice each.
 */
const JEST = join(import.meta.dirname, "../../node_modules/jest/bin/jest.js");
const FILES = ["tests/unit/saga/negative-controls", "tests/chaos/mutants", "tests/chaos/loss"];
const CONTROLS = /notice the mutant|the invariant finds|the checks find/;
const LAWS = /\bI\d+\b/g;

interface Result {
	testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

const folder = mkdtempSync(join(tmpdir(), "comptoir-controls-"));
const file = join(folder, "result.json");
const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
const options = ["-i", "--json", `--outputFile=${file}`, "--silent"];
spawnSync(process.execPath, [...flags, JEST, ...FILES, ...options], {
	stdio: ["ignore", "ignore", "inherit"],
});
const { testResults }: Result = JSON.parse(readFileSync(file, "utf8"));
rmSync(folder, { recursive: true });

const controls = testResults
	.flatMap(({ assertionResults }) => assertionResults)
	.filter(({ fullName, status }) => CONTROLS.test(fullName) && status !== "pending");
for (const { fullName, status } of controls) {
	const laws = [...new Set(fullName.match(LAWS))].join(" ");
	const what = fullName.split(CONTROLS).at(-1)?.replace(/^:? /, "");
	const isCaught = status === "passed";
	process.stdout.write(`  ${isCaught ? "caught  " : "SURVIVED"}  ${laws.padEnd(9)}  ${what}\n`);
}
const survivors = controls.filter(({ status }) => status !== "passed");
process.stdout.write(`\n  ${controls.length - survivors.length} of ${controls.length} caught\n`);
process.exitCode = controls.length > 0 && survivors.length === 0 ? 0 : 1;

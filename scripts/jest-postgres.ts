import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startPostgres } from "./postgres.ts";

/**
 * Runs Jest on a PostgreSQL server of its own: `npm run jest:pg -- tests/services`. Without
 * arguments, what stands on a database; with `--ci` what is most likely to differ from SQLite.
 */
const SUITES = ["tests/replicas", "tests/unit", "tests/services", "tests/sagas", "tests/crash"];
const CI = [
	"tests/unit/mixins/database",
	"tests/unit/saga/(tenure|journal)",
	"tests/services/(cache-writes|errands|inventory-ledger|outbox|participant|replicas)\\.",
	"tests/replicas/start",
];
const JEST = join(import.meta.dirname, "../node_modules/jest/bin/jest.js");
const PATIENCE = "--testTimeout=30000"; // each unit is a commit of its own, which the disk confirms

const { url, stop } = await startPostgres();
const [first, ...others] = process.argv.slice(2);
const asked = first === "--ci" ? [...CI, ...others] : first ? [first, ...others] : SUITES;
const jest = spawn(
	"env",
	[
		`RETAIL_DATABASE_URL=${url}`,
		process.execPath,
		"--experimental-vm-modules",
		"--disable-warning=ExperimentalWarning",
		JEST,
		PATIENCE,
		...asked,
	],
	{ stdio: "inherit" },
);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => jest.kill(signal));
const [code] = (await once(jest, "exit")) as [number | null];
await stop();
process.exitCode = code ?? 1;

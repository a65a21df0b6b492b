import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "./postgres.ts";

const HELP = `npm run e2e -- [--mode one|mesh|full] [patterns]: the suite from end to end, as users and operators have the product.

	one     one process on SQLite (npm start); npm test runs it so, too
	mesh    npm run mesh: a process for each group of contexts, two gateways, on NATS and SQLite
	full    npm run mesh -- --full: two of each process, on NATS, PostgreSQL and Redis

	--workers 2     so many test files at the same time; each has a product of its own
	--patience 1    every limit times so much, on a machine that is busy with other things
	--help

Patterns choose among the files of tests/e2e: npm run e2e -- --mode full race kill. A test that does not hold
in a mode is shown as skipped, with the reason. Ends with Jest's code.
`;
const MODES = ["one", "mesh", "full"];
const JEST = join(import.meta.dirname, "../node_modules/jest/bin/jest.js");
const PATIENCE_MS = 20_000; // of a test that says nothing else, in one process: as in jest.config.ts
const SLOWER: Readonly<Record<string, number>> = { one: 1, mesh: 4, full: 6 };

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		mode: { type: "string", default: "one" },
		workers: { type: "string", default: "2" },
		patience: { type: "string", default: "1" },
		help: { type: "boolean", default: false },
	},
});

async function run(mode: string): Promise<number> {
	const began = performance.now();
	const postgres = mode === "full" ? await startPostgres() : undefined;
	const limit_ms = PATIENCE_MS * (SLOWER[mode] ?? 1) * Number(values.patience);
	const suites = positionals.length > 0 ? positionals : [""];
	const jest = spawn(
		"env",
		[
			`COMPTOIR_MODE=${mode}`,
			`COMPTOIR_POSTGRES_URL=${postgres?.url ?? ""}`,
			`COMPTOIR_PATIENCE=${values.patience}`,
			process.execPath,
			...["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", JEST],
			...["--verbose", `--maxWorkers=${values.workers}`, `--testTimeout=${limit_ms}`],
			...suites.map((name) => `tests/e2e/.*${name.replace(/^tests\/e2e\//, "")}`),
		],
		{ stdio: "inherit", detached: true },
	);
	// Its workers, and what keeps their meshes, are in its group: each ends what it has started.
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.on(signal, () => process.kill(-(jest.pid as number), signal));
	const [code] = (await once(jest, "exit")) as [number | null];
	await postgres?.stop();
	const load = loadavg().map((one) => one.toFixed(1));
	process.stdout.write(
		`mode ${mode}: ${((performance.now() - began) / 1_000).toFixed(0)} s; load average ${load.join(", ")} on ${cpus().length} cores\n`,
	);
	return code ?? 1;
}

if (values.help) process.stdout.write(HELP);
else if (!MODES.includes(values.mode)) {
	process.stderr.write(`There is no mode ${values.mode}: ${MODES.join(", ")}; see --help\n`);
	process.exitCode = 1;
} else process.exitCode = await run(values.mode);

import { cpus } from "node:os";
import { parseArgs } from "node:util";

const HELP = `npm run chaos -- [--orders 5000] [--claims 1000] [--seed N]
	[--nats 10] [--wipes 2] [--rollbacks 1] [--kills 20] [--seconds 1800] [--keep]

The loss test: buyers and claimants at work on a mesh of real processes, while nats-server is killed
--nats times (its store wiped --wipes times and rolled back --rollbacks times among them), and
processes of the mesh --kills times. Then all comes to rest, is stopped, and its files are compared.
The seed gives the list of faults again. Ends with 1 when anything was lost, doubled or out of
order, or when the run was too quiet to show it. --keep leaves the files. All is on loopback.
`;
const { values } = parseArgs({
	options: {
		orders: { type: "string", default: "5000" },
		claims: { type: "string", default: "1000" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		nats: { type: "string", default: "10" },
		wipes: { type: "string", default: "2" },
		rollbacks: { type: "string", default: "1" },
		kills: { type: "string", default: "20" },
		seconds: { type: "string", default: "1800" },
		keep: { type: "boolean", default: false },
		help: { type: "boolean", default: false },
	},
});
const began = performance.now();
const print = (line: string) =>
	process.stdout.write(
		`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`,
	);
const REST_MS = 180_000;
const DOWN_MS = 3_000;

async function main(): Promise<void> {
	const [orders, claims, seed] = [values.orders, values.claims, values.seed].map(Number) as Three;
	const [nats, wipes, rollbacks] = [values.nats, values.wipes, values.rollbacks].map(
		Number,
	) as Three;
	const wanted = {
		orders,
		claims,
		seed,
		nats,
		wipes,
		rollbacks,
		processes: Number(values.kills),
		down_ms: DOWN_MS,
	};
	setTimeout(() => {
		print(`not done after ${values.seconds} s`);
		process.exit(1); // what it has started ends with it
	}, Number(values.seconds) * 1_000).unref();

	await import("../tests/chaos/scratch.ts");
	const { run } = await import("../tests/chaos/run.ts");
	const { vacuity } = await import("../tests/chaos/vacuity.ts");

	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

	print(`seed ${seed}, node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
	const shown = await run({ ...wanted, rest_ms: REST_MS, appointments_ms: REST_MS, print });
	const quiet = vacuity(shown, wanted);
	const undone = shown.bought.filter(({ answer }) => answer?.body.saga_id && answer.status !== 201);
	const table: [string, string | number][] = [
		["orders; undone", `${shown.bought.length}; ${undone.length}`],
		["claims", shown.filed.length],
		["facts published, repeats too", shown.facts],
		["faults", shown.struck.length],
		["requests repeated", shown.again],
		["duplicates, harmless", shown.duplicates],
		["streams repaired", shown.repairs],
		["work took", `${(shown.load_ms / 1_000).toFixed(0)} s`],
		["then rest after", `${(shown.rest_ms / 1_000).toFixed(1)} s`],
	];
	process.stdout.write("\n");
	for (const [what, value] of table) process.stdout.write(`  ${what.padEnd(30)} ${value}\n`);
	process.stdout.write("\n");
	for (const { check, count, examples } of shown.findings) {
		process.stdout.write(`  ${count === 0 ? "holds" : `FAILS ${count} times`}  ${check}\n`);
		for (const example of examples) process.stdout.write(`         ${example}\n`);
	}
	for (const why of quiet) process.stdout.write(`  TOO QUIET  ${why}\n`);
	process.stdout.write(
		"\n  Not shown: power loss (a killed process leaves the page cache), several hosts, bad disks.\n",
	);
	if (values.keep) process.stdout.write(`  Files: ${shown.evidence.data_dir}\n`);
	else shown.remove();
	const failed = shown.findings.some(({ count }) => count > 0) || quiet.length > 0;
	process.exit(failed ? 1 : 0);
}
type Three = [number, number, number];

if (values.help) process.stdout.write(HELP);
else await main();

import { parseArgs } from "node:util";

const HELP = `npm run chaos -- [--database postgres|sqlite] [--minutes 10] [--short] [--seed N]
	[--orders 5000] [--claims 1000] [--kills 100] [--nats 10] [--wipes 2] [--rollbacks 1]
	[--postgres 10] [--freezes 5] [--lost 1] [--doubled 5] [--seconds N] [--keep] [--controls]

Buyers and claimants at work on a mesh of real processes, two of each on PostgreSQL, while processes
are killed (--kills), nats-server (--nats times, its store wiped --wipes times and rolled back
--rollbacks times among them) and PostgreSQL (--postgres), orchestrators are frozen for longer than
their lease (--freezes), --lost percent of the answers are lost once the action has run, and
--doubled percent of the facts and steps of sagas arrive twice. Then all comes to rest, is stopped,
and what it has written down is compared. Amounts follow from --minutes unless they are said; where
the machine is too slow for them it lasts longer, and says so: buyers come until all was done.

The seed gives the list of faults again. Ends with 1 when anything was lost, doubled or out of
order, or when the run was too quiet to show it. --keep leaves the files,
and what the processes printed. All is on loopback.

--short is a minute of it. --controls shows instead that each of the faults that the product could
have would be noticed, and by which invariant.
`;
const { values } = parseArgs({
	options: {
		database: { type: "string", default: "postgres" },
		minutes: { type: "string", default: "10" },
		short: { type: "boolean", default: false },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		orders: { type: "string" },
		claims: { type: "string" },
		kills: { type: "string" },
		nats: { type: "string" },
		wipes: { type: "string" },
		rollbacks: { type: "string" },
		postgres: { type: "string" },
		freezes: { type: "string" },
		lost: { type: "string", default: "1" },
		doubled: { type: "string", default: "5" },
		seconds: { type: "string" },
		keep: { type: "boolean", default: false },
		controls: { type: "boolean", default: false },
		help: { type: "boolean", default: false },
	},
});
const began = performance.now();
const say = (line: string) => process.stdout.write(`${line}\n`);
const print = (line: string) =>
	say(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}`);

const MINUTE_MS = 60_000;
const REST_MS = 180_000;
const DOWN_MS = 3_000;
const PATIENCE = 3; // times as long as it should last, and as long as it may rest

/** Of an hour's sixth; shorter runs have their share, and at least one of each. */
const IN_TEN_MINUTES = {
	...{ orders: 5_000, claims: 1_000, kills: 100, nats: 10, wipes: 2, rollbacks: 1 },
	...{ postgres: 10, freezes: 5 },
};

function wanted() {
	const { database } = values;
	if (database !== "postgres" && database !== "sqlite")
		throw new Error("--database is postgres or sqlite");
	const minutes = values.short ? 1 : Number(values.minutes);
	const amount = (name: keyof typeof IN_TEN_MINUTES) =>
		Number(values[name] ?? Math.max(1, Math.round((IN_TEN_MINUTES[name] * minutes) / 10)));
	const onPostgres = (name: "postgres" | "freezes") => (database === "postgres" ? amount(name) : 0);
	const [nats, wipes, rollbacks] = [amount("nats"), amount("wipes"), amount("rollbacks")];
	return {
		...({ database, seed: Number(values.seed), work_ms: minutes * MINUTE_MS } as const),
		...{ orders: amount("orders"), claims: amount("claims"), processes: amount("kills") },
		...{ nats: Math.max(nats, nats && 1 + wipes + rollbacks), wipes, rollbacks },
		...{ postgres: onPostgres("postgres"), freezes: onPostgres("freezes") },
		...{ lost: Number(values.lost), doubled: Number(values.doubled), down_ms: DOWN_MS },
		...{ rest_ms: REST_MS, appointments_ms: REST_MS },
	};
}

async function main(): Promise<void> {
	const amounts = wanted();
	const limit_ms = values.seconds
		? Number(values.seconds) * 1_000
		: PATIENCE * (amounts.work_ms + REST_MS);
	setTimeout(() => {
		print(`not done after ${limit_ms / 1_000} s`);
		process.exit(1); // what it has started ends with it
	}, limit_ms).unref();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

	await import("../tests/chaos/scratch.ts");
	const { run } = await import("../tests/chaos/run.ts");
	const { vacuity } = await import("../tests/chaos/vacuity.ts");
	const { report, setting } = await import("../tests/chaos/report.ts");

	print(setting(amounts));
	const shown = await run({ ...amounts, print });
	const quiet = vacuity(shown, amounts);
	say("");
	for (const line of report(shown)) say(`  ${line}`);
	const late_s = Math.round((shown.load_ms - amounts.work_ms) / 1_000);
	if (late_s > 0)
		say(`  ${late_s} s longer than asked for: until all was bought, and each fault done`);
	say("");
	for (const { check, count, examples } of shown.findings) {
		say(`  ${count === 0 ? "holds" : `FAILS ${count} times`}  ${check}`);
		for (const example of examples) say(`         ${example}`);
	}
	for (const why of quiet) say(`  TOO QUIET  ${why}`);
	say(
		"\n  Not shown: power loss (a killed process leaves the page cache), several hosts, bad disks.",
	);
	if (values.keep) say(`  Files: ${shown.evidence.data_dir}`);
	else shown.remove();
	const failed = shown.findings.some(({ count }) => count > 0) || quiet.length > 0;
	process.exit(failed ? 1 : 0);
}

if (values.help) process.stdout.write(HELP);
else if (values.controls) await import("../tests/chaos/controls.ts");
else await main();

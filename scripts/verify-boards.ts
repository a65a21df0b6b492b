import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { shown } from "../monitoring/expressions.ts";

const HELP = `npm run verify:boards -- [--orders 120] [--seconds 600]

Starts the product twice (a mesh on nats-server, PostgreSQL and Redis of its own; and one process), a
real Prometheus with our rules, and a crowd that buys, claims, is declined, guesses passwords and hits
limits, while inventory is killed once. Then every expression of every panel, and every recording rule,
is asked of Prometheus: one without data ends it with 1, unless tests/monitoring/live/silent.ts says why.
"or vector(0)" is taken away first: it would answer for what is not there. All is on loopback.
`;
const { values } = parseArgs({
	options: {
		orders: { type: "string", default: "120" },
		seconds: { type: "string", default: "600" },
		help: { type: "boolean", default: false },
	},
});
const DOWN_MS = 12_000; // long enough for breakers and checks to notice
const SETTLE_MS = 20_000; // figures are read every 15 s
const began = performance.now();
const print = (line: string) =>
	process.stdout.write(
		`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`,
	);

async function main(): Promise<void> {
	setTimeout(() => {
		print(`not done after ${values.seconds} s`);
		process.exit(1); // what it has started ends with it
	}, Number(values.seconds) * 1_000).unref();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
	const { startEstate, whole } = await import("../tests/monitoring/live/estate.ts");
	const { startPrometheus } = await import("../tests/monitoring/live/server.ts");
	const { trade } = await import("../tests/monitoring/live/traffic.ts");

	const estate = await startEstate({ beside: true });
	print(`up: ${estate.targets.contexts.length} processes of a mesh, and one of everything`);
	const prometheus = await startPrometheus(estate.targets);
	const { edge, inventory } = estate.mesh;
	if (!edge || !inventory || !estate.one) throw new Error("An estate has a gateway and a store");

	const orders = Number(values.orders);
	const trading = Promise.all([trade(edge, orders), trade(estate.one, Math.ceil(orders / 4))]);
	await pause(DOWN_MS);
	print("inventory is killed");
	await inventory.stop("SIGKILL");
	await pause(DOWN_MS);
	estate.mesh.inventory = await inventory.restart("SIGKILL");
	await whole(edge);
	await trading;
	print("all has been bought and claimed");
	await pause(SETTLE_MS);

	const failed = await judge((expr) => prometheus.values(expr));
	await prometheus.stop();
	await estate.stop();
	process.exit(failed ? 1 : 0);
}

/** Says what has no data, and what has although it was excused. */
async function judge(ask: (expr: string) => Promise<number[]>): Promise<boolean> {
	const { SILENT } = await import("../tests/monitoring/live/silent.ts");
	const all = shown("30s", "5m");
	let [empty, excused] = [0, 0];
	for (const { where, expr } of all) {
		const bare = expr.replaceAll(" or vector(0)", "");
		const values = await ask(bare);
		const isThere = values.some((value) => !Number.isNaN(value));
		const why = SILENT.find(([pattern]) => pattern.test(where))?.[1];
		if (isThere && why) print(`has data, and need not be excused: ${where}`);
		if (isThere) continue;
		if (why) excused++;
		else {
			empty++;
			print(`NO DATA  ${where}\n           ${bare}`);
		}
	}
	print(`${all.length} expressions: ${all.length - empty - excused} with data, ${excused} excused`);
	const reasons = new Set(SILENT.map(([, why]) => why));
	for (const why of reasons) print(`  excused: ${why}`);
	if (empty > 0) print(`${empty} WITHOUT DATA`);
	return empty > 0;
}

if (values.help) process.stdout.write(HELP);
else await main();

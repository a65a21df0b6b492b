import "../../config/process.ts";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { drive } from "../drive.ts";
import { fixed, print } from "../print.ts";
import { mesh } from "./mesh.ts";
import { ramp } from "./ramp.ts";
import { KEY, type Scenario } from "./scenario.ts";
import { SCENARIOS, type ScenarioName } from "./scenarios.ts";
import { type Figures, type Tally, tally, verdicts } from "./tally.ts";
import { furnish, oneProcess, running, soldUnits, type Target } from "./target.ts";

const HELP = `npm run load [-- --scenario medium] [--url http://127.0.0.1:8080] [--speed 1] [--saturate 10]

Users on loopback, or on any Comptoir with the demo's accounts; ends with 1 when a threshold is missed.

	--scenario   ${Object.keys(SCENARIOS).join(", ")}
	--url        one that runs already; without it the whole product is started in one process
	--mesh       starts \`npm run mesh\` instead, with what follows --: npm run load -- --mesh -- --full
	--speed      ramps so many times faster; users, and what each asks in a second, stay the same
	--saturate   LOAD-06 D8 instead: seconds of one GET by 64 connections that never pause, for requests a second

${Object.entries(SCENARIOS)
	.map(([name, { title }]) => `	${name.padEnd(12)} ${title}`)
	.join("\n")}

The same scenarios for k6: k6 run bench/k6/medium-load-test.ts
`;
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		scenario: { type: "string", default: "medium" },
		url: { type: "string" },
		mesh: { type: "boolean", default: false },
		speed: { type: "string", default: "1" },
		saturate: { type: "string" },
		help: { type: "boolean", default: false },
	},
});
const CONNECTIONS = 64;
const PROGRESS_MS = 10_000;

async function main(): Promise<void> {
	const [{ model = "?" } = {}, { length }] = [cpus()[0], cpus()];
	const target = await targetOf();
	const memory = fixed(totalmem() / 2 ** 30, 0);
	print(`${length} × ${model}, ${memory} GiB, Node ${process.version}, ${target.name}`);
	try {
		if (values.saturate) await saturate(target, Number(values.saturate));
		else await play(target, SCENARIOS[values.scenario as ScenarioName]);
		const mib = target.memory();
		if (mib !== undefined) print(`memory: ${fixed(mib, 0)} MiB, all processes`);
	} finally {
		await target.stop();
	}
}

function targetOf(): Promise<Target> | Target {
	if (values.url) return running(values.url);
	return values.mesh ? mesh(positionals) : oneProcess();
}

async function saturate({ url }: Target, seconds: number) {
	const headers = { "X-API-Key": KEY };
	const load = {
		connections: CONNECTIONS,
		seconds,
		headers,
		url: `${url}/api/v1/products?limit=20`,
	};
	const { per_second, p50, p99, wrong } = await drive(load);
	print(
		`${fixed(per_second, 0)} GET /products a second by ${CONNECTIONS} connections, p50 ${fixed(p50)} ms, p99 ${fixed(p99)} ms, ${wrong} wrong`,
	);
}

async function play({ url }: Target, scenario: Scenario) {
	const shop = { url, tokens: await furnish(url, scenario), tally: tally() };
	print(`${scenario.title}; ${values.speed} times as fast\n`);
	let said = performance.now();
	const progress = (minutes: number, users: number) => {
		if (performance.now() - said < PROGRESS_MS) return;
		said = performance.now();
		print(`minute ${fixed(minutes)}: ${users} users, ${shop.tally.count()} requests so far`);
	};
	const took_s = await ramp(shop, scenario, { speed: Number(values.speed), progress });
	const whole = shop.tally.whole();
	print(`\n${fixed(took_s, 0)} s, ${fixed(whole.count / took_s, 0)} requests a second\n`);
	print(
		`${"".padEnd(24)}${"count".padStart(8)}${"p50".padStart(9)}${"p95".padStart(9)}${"p99".padStart(9)}${"max".padStart(9)}  failed`,
	);
	for (const line of [...shop.tally.each(), whole]) print(lineOf(line));
	print();
	for (const { text, isHeld } of [
		...verdicts(whole, scenario.holds),
		...(await kept(shop, scenario)),
	]) {
		print(`${isHeld ? "holds " : "MISSED"}  ${text}`);
		if (!isHeld) process.exitCode = 1;
	}
}

const lineOf = ({ name, count, failed, wrong, ...ms }: Figures) =>
	[
		name.padEnd(24),
		String(count).padStart(8),
		...[ms.p50, ms.p95, ms.p99, ms.max].map((one) => fixed(one).padStart(9)),
		`  ${failed}${failed > 0 ? ` ${JSON.stringify(wrong)}` : ""}`,
	].join("");

/** Where orders fail on purpose: what is off the shelves is what was ordered, and no more. */
async function kept({ url, tally }: { url: string; tally: Tally }, scenario: Scenario) {
	if (!scenario.declined_percent) return [];
	const confirmed = scenario.journeys
		.flatMap(({ steps }) => steps)
		.reduce((sum, { name }) => sum + tally.answered(name, 201), 0);
	const sold = await soldUnits(url);
	return [
		{
			text: `${sold} units off the shelves, ${confirmed} orders confirmed`,
			isHeld: sold === confirmed,
		},
	];
}

if (values.help || !Object.hasOwn(SCENARIOS, values.scenario)) print(HELP);
else await main();

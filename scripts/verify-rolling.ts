import "../config/process.ts";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { furnish } from "../bench/load/target.ts";
import { client } from "../tests/support/client.ts";
import { ROOT } from "./markdown.ts";
import { type Crowd, crowd } from "./verify/rolling/crowd.ts";
import { type Killed, kill } from "./verify/rolling/kills.ts";
import { type Supervised, supervised } from "./verify/rolling/supervised.ts";
import {
	availability,
	diary,
	failures,
	kills,
	loadNow,
	type Phase,
	phases,
} from "./verify/rolling/tables.ts";

const HELP = `npm run verify:rolling [-- --only restart] [--users 12] [--rounds 1]

Starts \`npm run mesh\` on folders and ports of its own, and ends with 1 if one of these does not hold:

	start     both meshes, SQLite and --full, serve within 15 s of the command
	balance   --full: scripts/test-load-balancing.sh finds that replicas take even shares (HA-12)
	restart   --full: \`restart all\` under load, --rounds times: no request fails (HA-08)
	kill      each process is killed, one after the other, in both: it serves again within 10 s; what it alone
	          has is answered with 503 and Retry-After within a second meanwhile, all else with 200 (HA-05, HA-14)
	          on --full under load: the share of requests answered over all of it is more than 99.98 % (HA-11)

The load: --users browsers, each with sockets that it keeps, look at products and stock, fill carts, and order,
waiting for the outcome. They repeat nothing but what RFC 9110 has clients repeat: an idempotent request on a kept
socket that was closed before an answer began is sent once more, and counted apart. Times depend on the machine:
the load average is beside them.
`;
const { values } = parseArgs({
	options: {
		only: { type: "string", multiple: true, default: [] },
		users: { type: "string", default: "12" },
		rounds: { type: "string", default: "1" },
		help: { type: "boolean", default: false },
	},
});
const START_S = 15;
const TO_BEAT = 99.98;
const CALM_MS = 3_000; // of load before and after, to compare with
const CALLS = 100; // of each context
const SHOWN_MAX = 20;

const wants = (part: string) => values.only.length === 0 || values.only.includes(part);
const say = (text = "") => void process.stdout.write(`${text}\n`);
function holds(isHeld: boolean, text: string): void {
	say(`${isHeld ? "holds " : "MISSED"}  ${text}`);
	if (!isHeld) process.exitCode = 1;
}

async function started(name: string, ...options: string[]): Promise<Supervised> {
	const mesh = await supervised(options);
	const text = `${name} serves after ${mesh.start_s.toFixed(1)} s (load ${loadNow().toFixed(1)})`;
	if (wants("start")) holds(mesh.start_s < START_S, `${text}, ${START_S} wanted`);
	return mesh;
}

async function killAll(mesh: Supervised, note: (name: string) => void = () => {}) {
	const token = await client(mesh).login("maison_mere");
	const killed: Killed[] = [];
	for (const victim of await mesh.ps()) {
		killed.push(await kill(mesh, victim, token));
		note(`${victim.name} killed`);
	}
	say(`\n${kills(killed)}\n`);
	for (const { name, faults } of killed)
		holds(
			faults.length === 0,
			`${name} killed: ${faults.slice(0, SHOWN_MAX).join("; ") || "as it must be"}`,
		);
}

async function onSqlite(): Promise<void> {
	const mesh = await started("npm run mesh");
	try {
		if (wants("kill")) await killAll(mesh);
	} finally {
		await mesh.stop();
	}
}

async function onPostgres(): Promise<void> {
	const mesh = await started("npm run mesh -- --full", "--full");
	try {
		if (wants("balance")) balanced(mesh);
		if (wants("restart") || wants("kill")) await underLoad(mesh);
	} finally {
		await mesh.stop();
	}
}

function balanced({ url }: Supervised): void {
	const script = ["scripts/test-load-balancing.sh", url, String(CALLS)];
	const { status, stdout, stderr } = spawnSync("bash", script, { cwd: ROOT, encoding: "utf8" });
	say(`\n${stdout}${stderr}`);
	holds(status === 0, "replicas take even shares");
}

async function underLoad(mesh: Supervised): Promise<void> {
	const shop = { declined_percent: 0 } as Parameters<typeof furnish>[1];
	const users = crowd(mesh.url, await furnish(mesh.url, shop), Number(values.users));
	const { all, note } = diary();
	await sleep(CALM_MS);
	note("nothing yet");
	if (wants("restart"))
		await restartAll(mesh, note).catch(({ message }: Error) => holds(false, message));
	const restarts = users.seen.length;
	if (wants("kill")) await killAll(mesh, note);
	await sleep(CALM_MS);
	await users.leave();
	note("nothing more");
	verdict(all, users, restarts);
}

async function restartAll(mesh: Supervised, note: (name: string) => void): Promise<void> {
	for (let round = 1; round <= Number(values.rounds); round++)
		await mesh.tell(["restart", "all"], (line) => note(`${line.split(" ")[0]} restarted`));
}

function verdict(all: readonly Phase[], { seen }: Crowd, restarts: number): void {
	say(`\n${phases(all, seen)}\n`);
	for (const line of failures(seen).slice(0, SHOWN_MAX)) say(line);
	if (wants("restart")) {
		const failed = failures(seen.slice(0, restarts)).length;
		holds(failed === 0, `${failed} of ${restarts} requests failed while all were restarted`);
	}
	const share = availability(seen);
	holds(
		share > TO_BEAT,
		`${share.toFixed(3)} % of ${seen.length} requests answered, ${TO_BEAT} % to beat`,
	);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
if (values.help) say(HELP);
else {
	if (wants("start") || wants("kill")) await onSqlite();
	await onPostgres();
}

import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Recorded } from "../lib/fact.ts";
import type { Database, Tx } from "../mixins/database.mixin.ts";

const HELP = `node bench/delivery.ts [--facts 20000] [--unit 3] [--rate 2000] [--nats]

From an outbox to its readers, within one process or, with --nats, by way of a nats-server:
	steady    facts come at --rate a second: how long until the reaction is committed
	flood     as fast as they can be announced, while they are read
	backlog   a reader comes late, and catches up: what a fact costs it
`;
const { values } = parseArgs({
	options: {
		facts: { type: "string", default: "20000" },
		unit: { type: "string", default: "3" },
		rate: { type: "string", default: "2000" },
		nats: { type: "boolean", default: false },
		help: { type: "boolean", default: false },
	},
});
const [facts, unit, rate] = [values.facts, values.unit, values.rate].map(Number) as Three;
type Three = [facts: number, unit: number, rate: number];
const TOPICS = 500;
const LIMIT_MS = 120_000;
const print = (line: string) => process.stdout.write(`${line}\n`);

const folder = mkdtempSync(join(tmpdir(), "delivery-"));
process.env.RETAIL_DATA_DIR = folder;
process.env.RETAIL_LOG_LEVEL = "error";
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { broker } = await import("../tests/support/broker.ts");
const { press, pressService } = await import("../tests/support/press.ts");
const { until } = await import("../tests/support/until.ts");
const { contract } = await import("../lib/contract.ts");
const { mixin, service } = await import("../lib/service.ts");
const { database } = await import("../mixins/database.mixin.ts");
const { inbox } = await import("../mixins/inbox.mixin.ts");

/** Milliseconds from the announcement of each fact to the commit of the reaction to it. */
const lags = new Map<string, number[]>();
const heard = (tx: Tx, name: string, { occurred_at }: Recorded) =>
	tx.afterCommit(() => lags.get(name)?.push(Date.now() - occurred_at));

const tables = mixin<object, { db: Database }>({
	started() {
		return this.db.write((tx) =>
			tx.script(`create table if not exists count (topic text primary key, n bigint);
				create table if not exists log (message_id text primary key, body text)`),
		);
	},
});
const COUNT =
	"insert into count values ($topic, 1) on conflict (topic) do update set n = count.n + 1";
const LOG = "insert into log values ($id, $body)";

type Reaction = (tx: Tx, fact: Recorded) => Promise<unknown>;
const KINDS: Record<string, [event: string, react: Reaction]> = {
	projection: ["press.printed", (tx, { payload: { topic } }) => tx.query(COUNT, { topic })],
	audit: ["*", (tx, { message_id: id, payload }) => tx.query(LOG, { id, body: payload })],
	indifferent: ["press.torn", async () => {}],
};
function reader(kind: string, name: string) {
	const [event, react] = KINDS[kind] as (typeof KINDS)[string];
	lags.set(name, []);
	return service(contract(name, {}), {
		mixins: [database, tables, inbox],
		actions: {},
		events: {
			async [event](tx: Tx, fact: Recorded) {
				await react(tx, fact);
				heard(tx, name, fact);
			},
		},
	});
}

const { useBus } = await import("../mixins/bus.ts");
const { jetStream } = await import("../mixins/delivery/jetstream/jetstream.ts");
const { natsServer } = await import("../tests/support/nats.ts");

const server = values.nats ? await natsServer() : undefined;
const town = broker([]);
if (server) useBus(town, jetStream({ url: server.url }));
town.createService(pressService);
await town.start();
const dbOf = (name: string) => (town.getLocalService(name) as unknown as { db: Database }).db;
let announced = 0;
const announce = async () => {
	const topic = `topic_${(announced / unit) % TOPICS}`;
	announced += unit;
	await press.print(town, { topic, texts: Array.from({ length: unit }, (_, n) => `${n}`) });
};
const taken = async (name: string) => {
	const [row] = await dbOf(name).read((db) =>
		db.query<{ n: number | null }>("select sum(last_seq) as n from inbox"),
	);
	return row?.n ?? 0;
};
const takesAll = (names: string[]) =>
	until(
		async () => Math.min(...(await Promise.all(names.map(taken)))),
		(n) => n === announced,
		LIMIT_MS,
	);
const flood = async () => {
	const end = announced + facts;
	const client = async () => {
		while (announced < end) await announce();
	};
	await Promise.all(Array.from({ length: 64 }, client));
};
async function steady() {
	const [from, end] = [performance.now(), announced + facts];
	const start = announced;
	while (announced < end) {
		const due = start + ((performance.now() - from) * rate) / 1_000;
		while (announced < Math.min(due, end)) void announce();
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
}
function lagOf(name: string) {
	const all = (lags.get(name) ?? []).splice(0).sort((a, b) => a - b);
	const at = (share: number) => all[Math.floor(all.length * share)] ?? "–";
	return `${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
const seconds = async (work: () => Promise<unknown>) => {
	const from = performance.now();
	await work();
	return (performance.now() - from) / 1_000;
};

async function main() {
	print(`node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}, ${unit} facts a unit\n`);
	const names = Object.keys(KINDS);
	for (const kind of names) town.createService(reader(kind, kind));
	await town.waitForServices(names);
	await announce();
	await takesAll(names);
	const spent = () => ["press", ...names].map((name) => dbOf(name).statements);
	for (const [what, load] of Object.entries({ steady, flood })) {
		for (const name of names) lags.set(name, []);
		const [before, cpu] = [spent(), process.cpuUsage()];
		const took = await seconds(async () => {
			await load();
			await takesAll(names);
		});
		const { user, system } = process.cpuUsage(cpu);
		const each = spent().map((count, at) => ((count - (before[at] ?? 0)) / facts).toFixed(2));
		print(`${what}, 3 readers: ${Math.round(facts / took)} facts/s`);
		print(
			`	${((user + system) / facts).toFixed(0)} µs of a core for each, from its announcement on`,
		);
		for (const name of names.slice(0, 2)) print(`	${lagOf(name)}`);
		print(
			`	statements a fact: announcing ${each[0]}, ${names.map((name, at) => `${name} ${each[at + 1]}`).join(", ")}`,
		);
	}
	for (const kind of names) {
		const late = `late_${kind}`;
		const before = process.cpuUsage();
		const took = await seconds(async () => {
			town.createService(reader(kind, late));
			await town.waitForServices(late);
			await takesAll([late]);
		});
		const { user, system } = process.cpuUsage(before);
		const [each_us, cpu_us] = [(took * 1e6) / announced, (user + system) / announced];
		print(`backlog, ${kind}: ${each_us.toFixed(1)} µs a fact, ${cpu_us.toFixed(1)} µs of a core`);
	}
	await town.stop();
	await server?.remove();
}

if (values.help) print(HELP);
else await main();

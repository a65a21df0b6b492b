import "./config/process.ts";
import type { AddressInfo } from "node:net";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { whoIsAway } from "./config/away.ts";
import { env, refuseUnsafe } from "./config/env.ts";
import { openOps } from "./config/ops.ts";
import { arrive } from "./config/presence.ts";
import { doorOf, leaveOnSignals, stopOnSignals } from "./config/stop.ts";
import { CONTEXTS } from "./config/topology.ts";
import { welcome } from "./config/welcome.ts";
import { holdContexts, holdFolder } from "./mixins/database/folder.ts";
import { databasesOf, openUpToDate } from "./mixins/database/release.ts";
import { brokerOptions } from "./moleculer.config.ts";
import { faultsOf } from "./services/node/faults.ts";
import node from "./services/node/node.service.ts";

const HELP = `Comptoir: a retail chain as a mesh of services.

	npm start                      every context in this process
	npm start -- gateway saga      only these: ${CONTEXTS.join(", ")}
	                               the others in other processes, over NATS: RETAIL_NATS_URL
	npm run mesh                   several processes, and NATS between them: npm run mesh -- --help
	npm run migrate                brings the tables up to date, and ends; names some of them, if not all

Settings are environment variables, RETAIL_HTTP_PORT, RETAIL_DATA_DIR, …: see config/env.ts
`;
const STATELESS = ["gateway", "metrics"];

const say = (text: string) => process.stdout.write(`${text}\n`);

function cannotStart(why: string): never {
	process.stderr.write(`Comptoir cannot start: ${why}\n`);
	process.exit(1);
}

function namesOf(args: string[]): readonly string[] {
	const unknown = args.find((arg) => !(CONTEXTS as readonly string[]).includes(arg));
	if (unknown) throw new Error(`There is no context ${unknown}: ${CONTEXTS.join(", ")}`);
	return args.length > 0 ? args : CONTEXTS;
}

/** On PostgreSQL there is no folder to share. Two gateways may: they keep nothing. */
async function hold(names: readonly string[]) {
	if (env.database_url) return;
	if (!env.nats_url) return holdFolder(env.data_dir);
	await holdContexts(
		env.data_dir,
		names.filter((name) => !STATELESS.includes(name)),
	);
}

async function run(args: string[]) {
	leaveOnSignals();
	const names = namesOf(args);
	refuseUnsafe();
	for (const line of await whoIsAway()) process.stderr.write(`Comptoir starts without: ${line}\n`);
	await hold(names);
	const ops = await openOps();
	const databases = await openUpToDate(names);
	const broker = new ServiceBroker({
		...brokerOptions(),
		nodeID: `${args[0] ?? "comptoir"}.${env.instance}`,
	});
	broker.fatal = cannotStart; // a port in use is no defect: its stack would hide it
	for (const name of names) {
		const { default: schema } = (await import(`./services/${name}/${name}.service.ts`)) as {
			default: ServiceSchema;
		};
		broker.createService(schema);
	}
	broker.createService(node);
	await broker.start();
	await arrive(broker);
	await databases.close(); // each service has its own by now
	ops.started(() => faultsOf(broker, names));
	stopOnSignals(broker, ops);
	const door = doorOf(broker);
	if (door && !process.send) say(welcome((door.server.address() as AddressInfo).port));
	else say(`Comptoir is ready: ${names.join(", ")}`);
	say(`Metrics and probes: ${ops.url}`);
	process.send?.({ ready: names });
}

/** What a release does first where `RETAIL_MIGRATE` is off: once, before any of its processes starts. */
async function release(args: string[]) {
	const names = namesOf(args);
	await hold(names);
	const databases = await openUpToDate(names, true);
	await databases.close();
	say(`The tables are up to date: ${databasesOf(names).join(", ")}`);
}

const args = process.argv.slice(2);
const [work, named] = args[0] === "--migrate" ? [release, args.slice(1)] : [run, args];
if (args.includes("--help")) say(HELP);
else await work(named).catch(({ message }: Error) => cannotStart(message));

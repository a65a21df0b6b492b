import "./config/process.ts";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { type Door, drain } from "./config/drain.ts";
import { env, refuseUnsafe } from "./config/env.ts";
import { gateway } from "./config/gateway.ts";
import { type Ops, openOps } from "./config/ops.ts";
import { flush } from "./config/spans.ts";
import { CONTEXTS } from "./config/topology.ts";
import { welcome } from "./config/welcome.ts";
import { holdContexts, holdFolder } from "./mixins/database/folder.ts";
import { brokerOptions } from "./moleculer.config.ts";
import { faultsOf } from "./services/node/faults.ts";
import node from "./services/node/node.service.ts";

const HELP = `Comptoir: a retail chain as a mesh of services.

	npm start                      every context in this process
	npm start -- gateway saga      only these: ${CONTEXTS.join(", ")}
	                               the others in other processes, over NATS: RETAIL_NATS_URL

Settings are environment variables, RETAIL_HTTP_PORT, RETAIL_DATA_DIR, …: see config/env.ts
`;
const STATELESS = ["gateway", "metrics"];
const STOP_MS = 35_000; // beyond it a stop is no longer patient: supervisors kill after forty seconds

/** The gateway, where this process has one. */
const doorOf = (broker: ServiceBroker) =>
	broker.getLocalService("gateway") as unknown as (Door & { server: Server }) | undefined;

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
	const names = namesOf(args);
	refuseUnsafe();
	await hold(names);
	const ops = await openOps();
	const broker = new ServiceBroker({
		...brokerOptions(),
		nodeID: `${names.length === 1 ? names[0] : "comptoir"}.${env.instance}`,
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
	ops.started(() => faultsOf(broker, names));
	onSignals(broker, ops);
	const door = doorOf(broker);
	if (door) say(welcome((door.server.address() as AddressInfo).port));
	else say(`Comptoir is ready: ${names.join(", ")}`);
	say(`Metrics and probes: ${ops.url}`);
}

function onSignals(broker: ServiceBroker, ops: Ops) {
	let isStopping = false;
	const stop = async (signal: string) => {
		if (isStopping) return;
		isStopping = true;
		say(`${signal}: finishing what has begun`);
		setTimeout(() => process.exit(1), STOP_MS).unref();
		ops.draining();
		const lead_ms = env.production ? gateway.lead_ms : 0;
		await drain(broker, { door: doorOf(broker), lead_ms });
		await flush();
		await ops.close(); // last: until then it says that this process is leaving
		process.exit(0);
	};
	for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
}

const args = process.argv.slice(2);
if (args.includes("--help")) say(HELP);
else await run(args).catch(({ message }: Error) => cannotStart(message));

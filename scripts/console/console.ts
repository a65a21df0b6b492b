import { setTimeout as sleep } from "node:timers/promises";
import { type Middleware, ServiceBroker } from "moleculer";
import repl from "moleculer-repl";
import { env, refuseUnsafe } from "../../config/env.ts";
import { brokerOptions } from "../../moleculer.config.ts";
import type { Folder } from "../mesh/folder.ts";
import { commands } from "./commands.ts";
import { operator } from "./operator.ts";

const FIND_MS = 5_000;
const QUIET_MS = 300; // nobody new for so long: all have introduced themselves
const LOOK_MS = 20;

interface Asked {
	readonly folder: Folder;
	readonly user: string;
	/** One command, to be carried out and nothing else; empty for a console. */
	readonly line: string;
}

/** Joins the mesh as a node without services. */
export async function open({ folder, user, line }: Asked): Promise<void> {
	if (!env.nats_url)
		throw new Error(
			`No mesh runs on ${folder.root}: npm run mesh starts one; or set RETAIL_NATS_URL and RETAIL_MESH_SECRET`,
		);
	refuseUnsafe();
	const { middlewares = [], ...options } = brokerOptions();
	const broker = new ServiceBroker({
		...options,
		nodeID: `console.${env.instance}`,
		middlewares: [...middlewares, operator(`console.${user}`, folder.journal) as Middleware],
	});
	await broker.start();
	await met(broker);
	const ours = commands(folder);
	const start = () => repl(broker, { delimiter: line ? " " : "comptoir $", customCommands: ours });
	if (!line) return void start();
	const server = silently(start);
	server.removeAllListeners("exit"); // input that has ended is not the end of the command
	await new Promise((done) => server.eval(line, server.context, "repl", done));
	await broker.stop();
	process.exit();
}

/** Until those who are there have introduced themselves. */
async function met({ registry }: ServiceBroker): Promise<void> {
	const began = performance.now();
	for (let [count, since] = [0, began]; performance.now() - began < FIND_MS; await sleep(LOOK_MS)) {
		const now = registry.getNodeList({ onlyAvailable: true, withServices: false }).length;
		if (now !== count) [count, since] = [now, performance.now()];
		if (count > 1 && performance.now() - since > QUIET_MS) return;
	}
	throw new Error(
		"Nobody answers in the mesh: is it running, and are url, namespace and secret its own?",
	);
}

/** The prompt is for who types. */
function silently<T>(work: () => T): T {
	const { write } = process.stdout;
	process.stdout.write = () => true;
	try {
		return work();
	} finally {
		process.stdout.write = write;
	}
}

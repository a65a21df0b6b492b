import { parseArgs } from "node:util";
import { env } from "../../config/env.ts";
import { CONTEXTS } from "../../config/topology.ts";

export const HELP = `npm run mesh: Comptoir as several processes on this machine, over NATS.

	npm run mesh                          SQLite: each context in one process, the gateway in two
	npm run mesh -- --full                PostgreSQL and Redis of its own, two processes of everything

	--replicas inventory=3                that many processes hold the context (again for another); on SQLite only the gateway
	--contexts claims,audit               only these: the others run elsewhere, over the same --nats-url
	--port 8080                           of the gateways (RETAIL_HTTP_PORT)
	--ops-port 9464                       of the first process; the others follow (RETAIL_OPS_PORT)
	--metrics-port 3030                   the page of the mesh as a whole (RETAIL_METRICS_PORT)
	--nats-url, --database-url, --redis-url
	                                      what runs already, instead of servers of its own; better set as
	                                      RETAIL_NATS_URL, …: what is on a command line others can read
	--data data                           the data folder (RETAIL_DATA_DIR)

While it runs, from another terminal:

	npm run mesh -- ps                    the processes
	npm run mesh -- scale inventory 3     on PostgreSQL: so many processes hold it
	npm run mesh -- restart inventory.1   one; a context's name: all that hold it; all: one after the other
	npm run mesh -- drain inventory.2     it finishes what it has begun, and stays away until it is restarted
	npm run mesh -- stop                  as Ctrl-C does: gateways first, then contexts, then servers
	npm run repl                          a console in the mesh: npm run repl -- --help

What dies is started again, under the same name. Processes find each other by a secret that is made once
and kept in the data folder. All but the gateways listen on loopback. data/mesh/targets.json is for Prometheus.
`;

export const COMMANDS = ["ps", "scale", "restart", "drain", "stop"] as const;

export interface Options {
	readonly full: boolean;
	readonly replicas: Readonly<Record<string, number>>;
	readonly only: readonly string[];
	readonly http_port: number;
	readonly ops_port: number;
	readonly metrics_port: number;
	readonly nats_url: string;
	readonly database_url: string;
	readonly redis_url: string;
	readonly data_dir: string;
	/** For a mesh that runs. */
	readonly command: readonly string[];
	readonly help: boolean;
}

/** What was asked for; what was not is as the settings say. */
export function optionsOf(args: string[]): Options {
	const { values, positionals } = parseArgs({
		args,
		allowPositionals: true,
		options: {
			full: { type: "boolean", default: false },
			replicas: { type: "string", multiple: true, default: [] },
			contexts: { type: "string", default: CONTEXTS.join(",") },
			port: { type: "string", default: String(env.http_port) },
			"ops-port": { type: "string", default: String(env.ops_port) },
			"metrics-port": { type: "string", default: String(env.metrics_port) },
			"nats-url": { type: "string", default: env.nats_url },
			"database-url": { type: "string", default: env.database_url },
			"redis-url": { type: "string", default: env.redis_url },
			data: { type: "string", default: env.data_dir },
			help: { type: "boolean", default: false },
		},
	});
	const [word] = positionals;
	if (word && !(COMMANDS as readonly string[]).includes(word))
		throw new Error(`There is no command ${word}: ${COMMANDS.join(", ")}; see --help`);
	return {
		full: values.full,
		replicas: Object.fromEntries(values.replicas.map(replica)),
		only: values.contexts.split(",").map((name) => name.trim()),
		http_port: portOf("port", values.port),
		ops_port: portOf("ops-port", values["ops-port"]),
		metrics_port: portOf("metrics-port", values["metrics-port"]),
		nats_url: values["nats-url"],
		database_url: values["database-url"],
		redis_url: values["redis-url"],
		data_dir: values.data,
		command: positionals,
		help: values.help,
	};
}

function replica(asked: string): [string, number] {
	const [, context, count] = /^([a-z]+)=(\d+)$/.exec(asked) ?? [];
	if (!context)
		throw new Error(`--replicas is "${asked}": it takes a context and a number, inventory=3`);
	return [context, Number(count)];
}

function portOf(option: string, value: string): number {
	const port = Number(value);
	if (!Number.isInteger(port) || port < 1 || port > 65_535)
		throw new Error(`--${option} is "${value}": it takes a port, 1 to 65535`);
	return port;
}

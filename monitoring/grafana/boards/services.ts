import { type Board, bars, chart, logs, row, stat } from "../board.ts";
import { max, mean, quantile, rate, sum } from "../promql.ts";

const CALLS = "moleculer_action_duration_seconds";
const here = 'service_name=~"$context",instance=~"$instance"';
const there = 'instance=~"$instance"';
const of = 'context=~"$context",instance=~"$instance"';

/** Each context and process: rate, errors and duration of its actions, and what it runs out of. */
export const services: Board = {
	uid: "comptoir-services",
	title: "Microservices Performance",
	description: "Each context's actions, and what each process has left.",
	variables: ["context", "instance"],
	rows: [
		row(
			"Now",
			stat("Nodes up", "short", max("mesh_nodes", { where: 'state="up"' })),
			stat("Nodes down", "short", max("mesh_nodes", { where: 'state="down"' }), { limit: 1 }),
			stat("Targets up", "short", "sum(up)"),
			stat("Calls", "reqps", rate(`${CALLS}_count`, { where: here })),
		),
		row(
			"Rate, errors, duration",
			chart("Calls by context", "reqps", {
				"{{service_name}}": rate(`${CALLS}_count`, { by: "service_name", where: here }),
			}),
			chart("Errors and refusals", "reqps", {
				"{{service_name}} {{outcome}}": rate(`${CALLS}_count`, {
					by: "service_name, outcome",
					where: `${here},outcome!="ok"`,
				}),
			}),
			chart("Mean time by context", "s", {
				"{{service_name}}": mean(CALLS, { by: "service_name", where: here }),
			}),
			chart("p95 of the slowest actions", "s", {
				"{{action}}": `topk(8, ${quantile(0.95, CALLS, { by: "action", where: here })})`,
			}),
			bars("Busiest actions", "reqps", {
				"{{action}}": `topk(10, ${rate(`${CALLS}_count`, { by: "action", where: here })})`,
			}),
			chart("In flight", "short", {
				"{{service_name}}": sum("moleculer_action_inflight", { by: "service_name", where: here }),
			}),
		),
		row(
			"Between contexts",
			chart("Calls failed", "reqps", {
				"{{action}} {{reason}}": rate("moleculer_calls_failed_total", { by: "action, reason" }),
			}),
			chart("Breakers opened", "cps", {
				"{{action}}": rate("moleculer_circuit_opened_total", { by: "action" }),
			}),
			chart("Waiting for room", "short", {
				"{{action}}": `topk(8, ${sum("moleculer_bulkhead_queue", { by: "action", where: there })})`,
			}),
			bars("Replicas", "short", {
				"{{service_name}}": max("mesh_service_endpoints", { by: "service_name" }),
			}),
			chart("Retries of readers", "cps", {
				"{{context}}": rate("inbox_retries_total", { by: "context" }),
			}),
			chart("Cache", "cps", {
				"{{context}} hit": rate("cache_hits_total", { by: "context", where: of }),
				"{{context}} miss": rate("cache_misses_total", { by: "context", where: of }),
			}),
		),
		row(
			"Processes",
			chart("CPU", "short", {
				"{{instance}}": rate("process_cpu_seconds_total", { by: "instance", where: there }),
			}),
			chart("Memory", "bytes", {
				"{{instance}}": sum("process_resident_memory_bytes", { by: "instance", where: there }),
			}),
			chart(
				"Heap used",
				"percentunit",
				{
					"{{instance}}": `${sum("nodejs_heap_size_used_bytes", { by: "instance", where: there })} / ${sum("nodejs_heap_limit_bytes", { by: "instance", where: there })}`,
				},
				{ limit: 0.85 },
			),
			chart(
				"Loop delay, p99",
				"s",
				{
					"{{instance}}": max("nodejs_eventloop_lag_p99_seconds", { by: "instance", where: there }),
				},
				{ limit: 0.2 },
			),
			chart("Open files", "short", {
				"{{instance}}": max("process_open_fds", { by: "instance", where: there }),
			}),
			chart("Time to NATS and back", "s", {
				"{{instance}}": max("nats_client_rtt_seconds", { by: "instance", where: there }),
			}),
		),
		row(
			"Databases",
			chart("Statements", "cps", {
				"{{context}} {{kind}}": rate("db_statements_total", { by: "context, kind", where: of }),
			}),
			chart("Commit, p95", "s", {
				"{{context}}": quantile(0.95, "db_write_commit_seconds", { by: "context", where: of }),
			}),
			chart(
				"Writes in line",
				"short",
				{ "{{context}}": max("db_writer_queue", { by: "context", where: of }) },
				{ limit: 500 },
			),
			chart("Units per commit", "short", {
				"{{context}}": mean("db_write_batch_units", { by: "context", where: of }),
			}),
			chart("Pool of PostgreSQL", "short", {
				"{{state}}": sum("pg_pool_connections", { by: "state", where: there }),
			}),
			chart(
				"Cache and database differ",
				"short",
				{ "{{context}}": max("cache_drift", { by: "context" }) },
				{ limit: 1 },
			),
		),
		row("Logs", logs("Warnings and errors", '{context=~"$context",level=~"warn|error|fatal"}')),
	],
};

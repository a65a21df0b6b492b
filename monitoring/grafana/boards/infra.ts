import { type Board, bars, chart, row, stat } from "../board.ts";
import { max, rate, sum } from "../promql.ts";

/** What the product stands on. */
export const infra: Board = {
	uid: "comptoir-infra",
	title: "Infrastructure",
	description: "Processes, NATS, PostgreSQL, Redis, containers.",
	variables: ["instance"],
	rows: [
		row(
			"Targets",
			stat("Up", "short", "sum(up)"),
			stat("Down", "short", "count(up) - sum(up)", { limit: 1 }),
			stat("NATS servers up", "short", "sum(nats_server_up)"),
			stat(
				"Certificate, days left",
				"short",
				"(min(tls_certificate_expiry_seconds > 0) - time()) / 86400",
			),
			bars("Every target", "short", { "{{job}} {{instance}}": "up" }),
			bars("Versions", "short", {
				"{{version}} {{node}}": "count by (version, commit, node) (app_build_info)",
			}),
			chart("Age of processes", "s", {
				"{{instance}}":
					'time() - max by (instance) (process_start_time_seconds{instance=~"$instance"})',
			}),
			chart("Scrapes take", "s", {
				"{{instance}}": max("scrape_duration_seconds", { by: "instance" }),
			}),
		),
		row(
			"NATS",
			chart("Connections", "short", {
				"{{server}}": max("nats_server_connections", { by: "server" }),
			}),
			chart("Memory", "bytes", { "{{server}}": max("nats_server_memory_bytes", { by: "server" }) }),
			chart("Messages", "cps", {
				"{{server}} {{direction}}": `max by (server, direction) (rate(nats_server_messages_total[$__rate_interval]))`,
			}),
			chart(
				"Slow consumers",
				"short",
				{
					"{{server}}": max("nats_server_slow_consumers_total", { by: "server" }),
				},
				{ limit: 1 },
			),
		),
		row(
			"PostgreSQL",
			chart("Connections", "short", {
				"{{datname}}": sum("pg_stat_database_numbackends", { by: "datname" }),
			}),
			chart("Commits", "cps", {
				"{{datname}}": rate("pg_stat_database_xact_commit", { by: "datname" }),
			}),
			chart("Rollbacks, deadlocks", "cps", {
				"{{datname}} rollback": rate("pg_stat_database_xact_rollback", { by: "datname" }),
				"{{datname}} deadlock": rate("pg_stat_database_deadlocks", { by: "datname" }),
			}),
			chart("Size", "bytes", { "{{datname}}": max("pg_database_size_bytes", { by: "datname" }) }),
		),
		row(
			"Redis",
			chart("Memory", "bytes", {
				"{{instance}}": max("redis_memory_used_bytes", { by: "instance" }),
			}),
			chart("Commands", "cps", {
				"{{instance}}": rate("redis_commands_processed_total", { by: "instance" }),
			}),
			chart("Clients", "short", {
				"{{instance}}": max("redis_connected_clients", { by: "instance" }),
			}),
			chart("Gateways that count alone", "short", {
				"{{instance}}": max("gateway_rate_limiter_local", { by: "instance" }),
			}),
		),
		row(
			"Containers",
			chart("CPU", "short", {
				"{{process}}": rate("container_cpu_usage_seconds_total", { by: "process" }),
			}),
			chart("Memory", "bytes", {
				"{{process}}": sum("container_memory_working_set_bytes", { by: "process" }),
			}),
			chart("Network", "Bps", {
				"{{process}} in": rate("container_network_receive_bytes_total", { by: "process" }),
				"{{process}} out": rate("container_network_transmit_bytes_total", { by: "process" }),
			}),
			chart("Restarts", "short", {
				"{{process}}": "sum by (process) (changes(container_start_time_seconds[$__range]))",
			}),
		),
	],
};

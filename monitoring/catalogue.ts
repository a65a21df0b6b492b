import { collectDefaultMetrics, Registry } from "prom-client";

/** What the product itself shows, histograms without their suffix: the catalogue of operations. */
export const PRODUCT: readonly string[] = [
	...["http_server_request_duration_seconds", "http_server_active_requests"],
	...["http_server_request_body_bytes", "http_server_response_body_bytes"],
	...["gateway_consumer_requests_total", "gateway_consumer_bytes_total", "gateway_auth_total"],
	...["gateway_rate_limit_decisions_total", "gateway_rate_limiter_local"],
	...["gateway_upstream_duration_seconds", "gateway_upstream_up", "gateway_upstream_checks_total"],
	...["gateway_circuit_state", "gateway_cache_total", "gateway_idempotency_total"],
	...["gateway_shed_total"],
	...["moleculer_action_duration_seconds", "moleculer_action_inflight"],
	...["moleculer_bulkhead_queue", "moleculer_calls_failed_total"],
	...["moleculer_circuit_opened_total"],
	...["nats_client_connected", "nats_client_rtt_seconds", "nats_client_reconnects_total"],
	...["nats_client_errors_total"],
	...["cache_hits_total", "cache_misses_total", "cache_cleans_total", "cache_drift"],
	...["db_write_commit_seconds", "db_write_batch_units", "db_writer_queue"],
	...["db_statements_total", "pg_pool_connections"],
	...["saga_orchestrator_sagas_total", "saga_orchestrator_saga_duration_seconds"],
	...["saga_orchestrator_saga_steps_total", "saga_orchestrator_compensations_total"],
	...["saga_orchestrator_service_calls_total", "saga_definition_ended_total"],
	...["saga_compensation_duration_seconds", "saga_orchestrator_in_flight"],
	...["saga_orchestrator_pending", "saga_orchestrator_blocked", "saga_orchestrator_overdue"],
	...["saga_orchestrator_leases_held", "saga_orchestrator_gate_closed"],
	...["saga_orchestrator_exceptions_total", "saga_orchestrator_resumed_total"],
	...["saga_orchestrator_cas_lost_total", "saga_orchestrator_fenced_total"],
	...["saga_orchestrator_commit_batch_size", "saga_orchestrator_commit_seconds"],
	...["outbox_pending", "outbox_oldest_seconds", "outbox_published_total"],
	...["outbox_repairs_total", "inbox_applied_total", "inbox_duplicates_total"],
	...["inbox_gaps_total", "inbox_retries_total", "dead_letters", "consumer_lag"],
	...["event_end_to_end_seconds", "projection_lag_events", "projection_lag_seconds"],
	...["audit_chain_valid", "audit_position"],
	...["orders_total", "payments_total", "refunds_total", "refund_amount_cents_total"],
	...["claims_total", "stock_adjustments_total", "stock_reservation_conflicts_total"],
	...["identity_token_reuse_total", "mesh_nodes", "mesh_service_endpoints"],
	...["mesh_service_expected", "mesh_action_endpoints", "total_orders_created"],
	...["total_products_sold", "average_order_value", "inventory_low_stock_alerts"],
	...["stock_drift_units", "payment_orphans", "claims_stalled", "nats_server_connections"],
	...["nats_server_memory_bytes", "nats_server_up", "nats_server_slow_consumers_total"],
	...["nats_server_messages_total", "jetstream_stream_messages", "jetstream_stream_bytes"],
	...["jetstream_consumer_pending", "jetstream_consumer_ack_pending"],
	...["business_metrics_age_seconds", "app_build_info", "nodejs_heap_limit_bytes"],
	...["tls_certificate_expiry_seconds"],
];

/** What Prometheus adds itself. */
export const PROMETHEUS: readonly string[] = ["up", "scrape_duration_seconds", "ALERTS"];

/** What exporters show, that stand beside the product under compose and Kubernetes only. */
export const EXPORTERS: readonly string[] = [
	...["pg_stat_database_numbackends", "pg_stat_database_xact_commit"],
	...["pg_stat_database_xact_rollback", "pg_stat_database_deadlocks", "pg_database_size_bytes"],
	...["redis_memory_used_bytes", "redis_commands_processed_total", "redis_connected_clients"],
	...["container_cpu_usage_seconds_total", "container_memory_working_set_bytes"],
	...["container_network_receive_bytes_total", "container_network_transmit_bytes_total"],
	...["container_start_time_seconds"],
];

/** What prom-client shows of every process. */
export function ofProcesses(): string[] {
	const register = new Registry();
	collectDefaultMetrics({ register });
	return register.getMetricsAsArray().map(({ name }) => name);
}

const PROCESS: readonly string[] = ofProcesses();

const WORDS = "and|or|unless|bool|offset|inf|nan";
const LABELS = /\b(?:by|without|on|ignoring|group_left|group_right) ?\([^)]*\)/g;

/** The metrics that an expression of PromQL asks for: its names less functions, labels and texts. */
export function metricsIn(expr: string): string[] {
	const bare = expr
		.replace(/"[^"]*"/g, "")
		.replace(/\{[^}]*\}/g, "")
		.replace(/\[[^\]]*\]/g, "")
		.replace(LABELS, "");
	const names = [...bare.matchAll(/(?<![\w.:])[a-zA-Z_][\w:]*(?!\w|\s*\()/g)].map(([name]) => name);
	return [...new Set(names.filter((name) => !new RegExp(`^(${WORDS})$`, "i").test(name)))];
}

/** Of a histogram's series, the histogram. */
export const familyOf = (name: string): string =>
	[...PRODUCT, ...PROCESS].find((known) =>
		new RegExp(`^${known}_(bucket|sum|count)$`).test(name),
	) ?? name;

import { type Board, bars, chart, row, stat } from "../board.ts";
import { max, orNone, quantiles, rate, sum } from "../promql.ts";

const HTTP = "http_server_request_duration_seconds";
const here = 'route=~"$route",instance=~"$instance"';
const COUNT = `${HTTP}_count`;
const code = (codes: string) => `${here},code=~"${codes}"`;
const share = (codes: string) =>
	`(${orNone(rate(COUNT, { where: code(codes) }))}) / ${rate(COUNT, { where: here })}`;
const limited = 'decision="limited"';
const OUTAGES =
	'alertstate="firing",alertname=~"Imbalance|ContextDown|TargetDown|NodesMissing|BreakerOpen"';

/** Everything that comes in. */
export const gateway: Board = {
	uid: "comptoir-gateway",
	title: "Gateway Overview",
	description: "What comes in, how it is answered, and who stands behind.",
	variables: ["route", "instance"],
	rows: [
		row(
			"Now",
			stat("Requests", "reqps", rate(COUNT, { where: here })),
			stat("5xx", "percentunit", share("5.."), { limit: 0.001 }),
			stat("In flight", "short", sum("http_server_active_requests")),
			stat("Alerts", "short", orNone(`count(ALERTS{${OUTAGES}})`), {
				limit: 1,
				why: "Imbalance and outages that fire now.",
			}),
		),
		row(
			"Requests",
			chart("Rate by code", "reqps", { "{{code}}": rate(COUNT, { by: "code", where: here }) }),
			chart("Latency", "s", quantiles(HTTP, { where: here }), { limit: 0.105 }),
			chart("Share of errors", "percentunit", { "4xx": share("4.."), "5xx": share("5..") }),
			bars("Busiest routes", "reqps", {
				"{{method}} {{route}}": `topk(8, ${rate(COUNT, { by: "method, route", where: here })})`,
			}),
		),
		row(
			"Who comes",
			chart("Consumers", "reqps", {
				"{{consumer}}": rate("gateway_consumer_requests_total", { by: "consumer" }),
			}),
			chart("Limits hit", "reqps", {
				"{{policy}}": rate("gateway_rate_limit_decisions_total", { by: "policy", where: limited }),
			}),
			chart("Ways in", "reqps", {
				"{{method}} {{result}}": rate("gateway_auth_total", { by: "method, result" }),
			}),
			chart("Bytes", "Bps", {
				in: rate("http_server_request_body_bytes_sum", { where: 'route=~"$route"' }),
				out: rate("http_server_response_body_bytes_sum", { where: 'route=~"$route"' }),
			}),
			chart("Spared", "reqps", {
				"cache {{result}}": rate("gateway_cache_total", { by: "result" }),
				"repeat {{result}}": rate("gateway_idempotency_total", { by: "result" }),
			}),
			chart("Shed", "reqps", { "{{class}}": rate("gateway_shed_total", { by: "class" }) }),
		),
		row(
			"Behind it",
			bars("Targets up", "short", {
				"{{context}} {{node}}": max("gateway_upstream_up", { by: "context, node" }),
			}),
			chart("Checks failed", "cps", {
				"{{context}}": rate("gateway_upstream_checks_total", {
					by: "context",
					where: 'result!="up"',
				}),
			}),
			chart("Time per action, p95", "s", {
				"{{action}}": `topk(8, ${quantiles("gateway_upstream_duration_seconds", { by: "action" }).p95})`,
			}),
			bars(
				"Breakers",
				"short",
				{ "{{action}}": max("gateway_circuit_state", { by: "action" }) },
				{
					limit: 2,
					why: "0 closed, 1 half open, 2 open: the worst node of each action.",
				},
			),
			chart("Calls per replica of carts", "reqps", {
				"{{instance}}": 'service_instance:calls:rate5m{service_name="carts"}',
			}),
			chart("Calls per context", "reqps", {
				"{{service_name}}": rate("moleculer_action_duration_seconds_count", { by: "service_name" }),
			}),
		),
		row(
			"One process and the mesh",
			chart("Requests", "reqps", { "{{mode}}": rate(COUNT, { by: "mode" }) }),
			chart("p95", "s", { "{{mode}}": quantiles(HTTP, { by: "mode" }).p95 }),
			chart("Memory", "bytes", {
				"{{mode}}": sum("process_resident_memory_bytes", { by: "mode" }),
			}),
			chart("CPU", "short", { "{{mode}}": rate("process_cpu_seconds_total", { by: "mode" }) }),
		),
	],
};

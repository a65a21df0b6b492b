import { Counter, Gauge, Histogram } from "prom-client";
import { gateway as config } from "../../config/gateway.ts";
import { registry } from "../../config/metrics.ts";
import type { Exchange } from "./exchange.ts";

const registers = [registry];
const HTTP_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.105, 0.2, 0.5, 1, 2.5, 5, 10, 30];
const ACTION_S = HTTP_S.filter((edge) => edge <= 5);
const BYTES = [100, 1_000, 10_000, 100_000, 1_000_000];
const CONSUMERS_MAX = 90; // a label has fewer than a hundred values
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]);
const LEFT = 499; // nobody was there any more to be answered

const histogram = (name: string, help: string, buckets: number[], labelNames: string[]) =>
	new Histogram({ name, help, buckets, labelNames, registers });
const counter = (name: string, help: string, labelNames: string[]) =>
	new Counter({ name, help, labelNames, registers });

const duration = histogram(
	"http_server_request_duration_seconds",
	"Requests, from their first byte to the last of the answer.",
	HTTP_S,
	["method", "route", "code"],
);
const bytesIn = histogram("http_server_request_body_bytes", "Bodies received.", BYTES, ["route"]);
const bytesOut = histogram("http_server_response_body_bytes", "Bodies sent.", BYTES, ["route"]);
const requests = counter(
	"gateway_consumer_requests_total",
	"Requests by whose key they showed; none showed none that is known.",
	["consumer", "code_class"],
);
const bytes = counter(
	"gateway_consumer_bytes_total",
	"Bytes of bodies, by whose key they showed.",
	["consumer", "direction"],
);
const upstream = histogram(
	"gateway_upstream_duration_seconds",
	"What actions take, the way there and back included.",
	ACTION_S,
	["action"],
);
const auth = counter("gateway_auth_total", "Ways in that were tried, and what came of it.", [
	"method",
	"result",
]);
const decisions = counter(
	"gateway_rate_limit_decisions_total",
	"What the limiter said, by the class of limits that was asked.",
	["policy", "consumer", "decision"],
);
const reads = counter(
	"gateway_cache_total",
	"Reads by who had an answer already: hit when it was still the right one.",
	["result"],
);
const repeats = counter(
	"gateway_idempotency_total",
	"Requests with an Idempotency-Key, by what was known of it.",
	["result"],
);
const shed = counter("gateway_shed_total", "Requests refused so that others are answered.", [
	"class",
]);

let active = 0;
new Gauge({
	name: "http_server_active_requests",
	help: "Requests that have come and are not answered yet.",
	registers,
	collect() {
		this.set(active);
	},
});

/** Children are bound once: finding one is all that a request pays. */
function bound<T>(bind: (...labels: string[]) => T) {
	const children = new Map<string, T>();
	return (...labels: string[]): T => {
		const key = labels.join("\n");
		const known = children.get(key) ?? bind(...labels);
		children.set(key, known);
		return known;
	};
}
const durationOf = bound((...labels) => duration.labels(...labels));
const bytesInOf = bound((route) => bytesIn.labels(route as string));
const bytesOutOf = bound((route) => bytesOut.labels(route as string));
const requestsOf = bound((...labels) => requests.labels(...labels));
const bytesOf = bound((...labels) => bytes.labels(...labels));
const upstreamOf = bound((action) => upstream.labels(action as string));
const authOf = bound((...labels) => auth.labels(...labels));
const decisionsOf = bound((...labels) => decisions.labels(...labels));

const named = new Set<string>();
/** Keys are made by administrators, so names are few; were they not, the last ones share one. */
function consumerOf({ consumer }: Exchange): string {
	if (!consumer || !config.metrics.has("per_consumer")) return "none";
	const { consumer: name } = consumer;
	if (named.has(name)) return name;
	if (named.size >= CONSUMERS_MAX) return "others";
	named.add(name);
	return name;
}

export const arrived = (): void => void active++;

/** Counts a request that has ended: by its route's template, never by what was asked of it. */
export function ended(exchange: Exchange, isAborted: boolean): void {
	active--;
	const { req, res, operation, started, bytes_in, bytes_out } = exchange;
	const { metrics } = config;
	const code = isAborted && !res.headersSent ? LEFT : res.statusCode;
	const route = operation?.path ?? "unmatched";
	const method = METHODS.has(req.method ?? "") ? String(req.method) : "_OTHER";
	const consumer = consumerOf(exchange);
	if (metrics.has("latency"))
		durationOf(method, route, metrics.has("status_codes") ? String(code) : "").observe(
			(performance.now() - started) / 1_000,
		);
	if (metrics.has("status_codes")) requestsOf(consumer, `${Math.floor(code / 100)}xx`).inc();
	if (!metrics.has("bandwidth")) return;
	bytesOutOf(route).observe(bytes_out);
	if (bytes_out > 0) bytesOf(consumer, "out").inc(bytes_out);
	if (bytes_in === 0) return;
	bytesInOf(route).observe(bytes_in);
	bytesOf(consumer, "in").inc(bytes_in);
}

type Way = "key" | "token" | "password" | "refresh";
export const tried = (method: Way, result: "ok" | "refused" | "missing"): void =>
	authOf(method, result).inc();

export const decided = (policy: string, exchange: Exchange, isAllowed: boolean): void =>
	decisionsOf(policy, consumerOf(exchange), isAllowed ? "allowed" : "limited").inc();

/** Milliseconds. */
export const answered = (action: string, ms: number): void =>
	upstreamOf(action).observe(ms / 1_000);

export const read = (isHit: boolean): void => reads.inc({ result: isHit ? "hit" : "miss" });

export const repeated = (result: "first" | "replayed" | "refused"): void => repeats.inc({ result });

export const refused = (of: string): void => shed.inc({ class: of });

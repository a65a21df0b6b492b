import { env } from "./env.ts";
import { BadSetting } from "./setting.ts";

const SECOND_MS = 1_000;
const KB = 1_024;

/** What the gateway allows. It knows no rule of retail: the rest comes from the contracts. */
export const gateway = {
	/** Of a consumer that has no quota of its own, and of an address that shows no key. */
	plan: { minute: 100, hour: 1_000 },
	/** A second budget of routes that move money or stock, per actor and minute. */
	write_minute: 60,
	/** Log-ins per address and minute. */
	login_minute: 20,
	/** Refused requests per address and minute, of those that show no valid key. */
	refused_minute: 60,
	/** Reads of the documents, per address and minute. */
	documents_minute: 30,
	/** Calls of administrators, per actor and minute. */
	admin_minute: 60,
	buckets_max: 50_000,
	/** Where what was used up is counted: by each gateway alone, or in Redis, for all of them. */
	limits_policy: env.redis_url && env.limits_policy === "shared" ? "redis" : "local",
	/** How long Redis may take to say whether a request passes; then this gateway says it alone. */
	limits_redis_ms: 20,
	/** After so many failures in a row Redis is left alone, for so long at a time. */
	limits_failures: 3,
	limits_rest_ms: 1_000,
	/** Which figures are counted: `status_codes`, `latency`, `bandwidth`, `per_consumer`. */
	metrics: new Set(env.gateway_metrics),

	/** Requests in flight: of one action, of one consumer, of an address that shows no key. */
	in_flight: { action: 64, consumer: 50, address: 8 },
	/** Beyond one of these for `after_ms` requests are shed, one class more after as long again. */
	pressure: { delay_ms: 200, heap: 0.85, after_ms: 5 * SECOND_MS, look_ms: SECOND_MS },

	/** How often a node is asked how it is: when it was well, and after it was not. */
	checks: {
		every_ms: 30 * SECOND_MS,
		failing_ms: 10 * SECOND_MS,
		ups: 2,
		downs: 3,
		timeout_ms: 2 * SECOND_MS,
	},
	/** Bodies from this size on are compressed for who can read them. */
	gzip_bytes: 1_000,

	timeout_ms: { read: 2 * SECOND_MS, write: 5 * SECOND_MS, report: 30 * SECOND_MS },
	/** Seconds that `?wait=true` stands for, and the most that anyone may ask for. */
	wait: { usual: 10, max: 30 },

	path_max: 2_048,
	headers_max: 100,
	body_bytes_max: 100 * KB,
	body_depth_max: 32,
	body_values_max: 10_000,

	/** Longer than a balancer's own, or it would send into a socket that we have just closed. */
	keep_alive_ms: 65 * SECOND_MS,
	headers_ms: 66 * SECOND_MS,
	request_ms: 30 * SECOND_MS,
	requests_per_socket: 10_000,
	/** Balancers need so long to hear that we are no longer ready. */
	lead_ms: 5 * SECOND_MS,
	/** What is in flight when a stop begins has this long to end. */
	drain_ms: 20 * SECOND_MS,

	/** A route whose context left goes on answering 503 for so long, then 404. */
	away_ms: 600 * SECOND_MS,
	rebuild_ms: 200,

	cors: { origins: new Set(env.cors_origins), max_age: 600 },
} as const;

for (const origin of gateway.cors.origins)
	if (!URL.canParse(origin) || new URL(origin).origin !== origin)
		throw new BadSetting(`RETAIL_CORS_ORIGINS has "${origin}": an origin is scheme://host[:port]`);

const FIGURES = ["status_codes", "latency", "bandwidth", "per_consumer"];
for (const figure of gateway.metrics)
	if (!FIGURES.includes(figure))
		throw new BadSetting(`RETAIL_GATEWAY_METRICS has "${figure}": it takes ${FIGURES.join(", ")}`);

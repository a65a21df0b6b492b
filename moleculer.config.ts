import type { BrokerOptions, Middleware } from "moleculer";
import { FixedTtl } from "./config/cache.ts";
import { env } from "./config/env.ts";
import { identity } from "./config/identity.ts";
import { logger } from "./config/logging.ts";
import { redis } from "./config/redis.ts";
import { SharedCache } from "./config/shared-cache.ts";
import { Nats } from "./config/transporter.ts";
import { SchemaValidator } from "./lib/validator.ts";

/**
 * Moleculer's own middlewares, innermost first, and ours among them. Its default order puts
 * Timeout outside the circuit breaker and the tracker: calls that time out then never open the
 * circuit, and each leaves a context behind that a stop waits for.
 */
const ORDER = [
	"ActionHook",
	"Validator",
	"Bulkhead",
	"Cacher",
	identity, // outside the cache: a hit is authorised like any other call
	"Timeout",
	"ContextTracker",
	"CircuitBreaker",
	"Retry",
	"Fallback",
	"ErrorHandler",
	"Tracing",
	"Metrics",
	"Debounce",
	"Throttle",
] as Middleware[];

/** What replicas share, where there is a Redis to share it in. */
function cacher() {
	const connection = redis();
	return connection ? new SharedCache(connection) : new FixedTtl();
}

/** A fresh object each time: a broker fills in the options that it is given. */
export const brokerOptions = (): BrokerOptions => ({
	namespace: env.namespace,
	logger: logger(),
	...(env.nats_url && { transporter: new Nats(env.nats_url) }),
	// Seconds. A node that dies in silence is called for twice the timeout at worst, by default a minute.
	heartbeatInterval: 5,
	heartbeatTimeout: 15,

	internalMiddlewares: false,
	middlewares: [...ORDER],
	validator: new SchemaValidator(),
	cacher: cacher() as BrokerOptions["cacher"] & object,

	requestTimeout: 10_000, // the default is to wait for ever
	maxCallLevel: 10, // a loop of calls ends
	tracking: { enabled: true, shutdownTimeout: 5_000 }, // a stop lets calls finish
	circuitBreaker: {
		enabled: true,
		threshold: 0.5,
		minRequestCount: 10,
		halfOpenTime: 5_000,
		check: isOutage,
	},
	bulkhead: { enabled: true, concurrency: 200, maxQueueSize: 2_000 }, // of one action, on one node
	// No retry: only sagas repeat commands, since only they carry a key that makes it safe.
	retryPolicy: { enabled: false },
	skipProcessEventRegistration: true, // start.ts drains in order
});

/** A refusal, whatever its status, is an answer; a plain Error has neither flag nor code, and counts. */
const isOutage = (err: Error) => {
	const { retryable, code } = err as { retryable?: boolean; code?: number };
	return retryable !== false || code === 500;
};

export default brokerOptions;

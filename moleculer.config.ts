import type { BrokerOptions, Middleware } from "moleculer";
import { Placement, underWayCounter } from "./config/balancing.ts";
import { begins, waits } from "./config/bulkhead.ts";
import { FixedTtl } from "./config/cache.ts";
import { calls } from "./config/calls.ts";
import { circuits } from "./config/circuits.ts";
import { env } from "./config/env.ts";
import { identity } from "./config/identity.ts";
import { logger } from "./config/logging.ts";
import { red } from "./config/red.ts";
import { redis } from "./config/redis.ts";
import { repeat } from "./config/repeat.ts";
import { SharedCache } from "./config/shared-cache.ts";
import { tracing } from "./config/tracing.ts";
import { Nats } from "./config/transporter.ts";
import { SchemaValidator } from "./lib/validator.ts";

/**
 * Moleculer's own middlewares, innermost first, and ours among them. Its default order puts
 * Timeout outside the circuit breaker and the tracker: calls that time out then never open the
 * circuit, and each leaves a context behind that a stop waits for.
 */
const order = () =>
	[
		"ActionHook",
		"Validator",
		begins,
		"Bulkhead",
		waits,
		"Cacher",
		identity, // outside the cache: a hit is authorised like any other call
		"Timeout",
		"ContextTracker",
		underWayCounter,
		"CircuitBreaker",
		circuits,
		repeat(), // says to Retry what may be repeated
		"Retry",
		"Fallback",
		"ErrorHandler",
		calls,
		red, // outside whatever may answer instead of the handler
		tracing, // outermost: its spans hold what all the others take
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
	// Seconds. Who hangs is called for twice the timeout at worst; who died is known from NATS at once.
	heartbeatInterval: 5,
	heartbeatTimeout: 15,

	metadata: { weight: env.weight },
	registry: {
		strategy: Placement,
		preferLocal: false, // or a replica would keep to itself what another owns
	},

	internalMiddlewares: false,
	middlewares: order(),
	validator: new SchemaValidator(),
	cacher: cacher() as BrokerOptions["cacher"] & object,

	requestTimeout: 10_000, // the default is to wait for ever
	maxCallLevel: 10, // a loop of calls ends
	tracking: { enabled: true, shutdownTimeout: 5_000 }, // a stop lets calls finish
	circuitBreaker: {
		enabled: true,
		threshold: 0.5,
		minRequestCount: 10,
		windowTime: 30, // seconds
		halfOpenTime: 5_000,
		check: isOutage,
	},
	bulkhead: { enabled: true, concurrency: 200, maxQueueSize: 2_000 }, // of one action, on one node
	// Only what a contract calls repeatable. Commands are repeated by sagas: their keys make it safe.
	retryPolicy: { enabled: false },
	skipProcessEventRegistration: true, // start.ts drains in order
});

/** A refusal, whatever its status, is an answer; a plain Error has neither flag nor code, and counts. */
const isOutage = (err: Error) => {
	const { retryable, code } = err as { retryable?: boolean; code?: number };
	return retryable !== false || code === 500;
};

export default brokerOptions;

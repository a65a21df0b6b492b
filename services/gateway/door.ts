import type { ServiceBroker } from "moleculer";
import { Gauge } from "prom-client";
import { env } from "../../config/env.ts";
import { gateway as config } from "../../config/gateway.ts";
import { registry } from "../../config/metrics.ts";
import { redis } from "../../config/redis.ts";
import { type Limits, localLimits } from "./limits.ts";
import { redisBuckets } from "./redis-buckets.ts";
import { type Circuit, circuitsOf, offered } from "./registry.ts";
import { sharedLimits } from "./shared-limits.ts";
import type { Gateway } from "./web.ts";

const registers = [registry];
const SEVERITY: Record<Circuit["state"], number> = {
	close: 0,
	half_open: 1,
	half_open_wait: 1,
	open: 2,
};
const open = new Set<Gateway>();

new Gauge({
	name: "gateway_rate_limiter_local",
	help: "1 while Redis is to count requests and is away: each gateway then counts its part alone.",
	registers,
	collect() {
		this.set([...open].some(({ limits }) => limits.isAway) ? 1 : 0);
	},
});
new Gauge({
	name: "gateway_circuit_state",
	help: "The circuit breaker of an action, on the node where it is worst: 0 closed, 1 half open, 2 open.",
	labelNames: ["action"],
	registers,
	collect() {
		this.reset();
		const worst = new Map<string, number>();
		for (const { ep, state } of [...open].flatMap(({ broker }) => circuitsOf(broker)))
			worst.set(ep.action.name, Math.max(worst.get(ep.action.name) ?? 0, SEVERITY[state]));
		for (const [action, state] of worst) this.set({ action }, state);
	},
});

/** Limits as the settings say: in Redis for all gateways, or of this one alone. */
export function limitsOf(broker: ServiceBroker): Limits {
	const connection = config.limits_policy === "redis" ? redis() : undefined;
	if (!connection) return localLimits(config.buckets_max);
	return sharedLimits({
		store: redisBuckets(connection, env.namespace, config.limits_redis_ms),
		buckets_max: config.buckets_max,
		failures_max: config.limits_failures,
		rest_ms: config.limits_rest_ms,
		isFaultTolerant: env.limits_fault_tolerant,
		gateways: () => Math.max(1, offered(broker, ["gateway"]).length),
	});
}

/** Shows a gateway on this process's page of metrics, and hears the signals that are for it. */
export function watch(gateway: Gateway): () => void {
	open.add(gateway);
	const renew = () => {
		try {
			gateway.renewTls?.();
		} catch (err) {
			gateway.logger.error("the certificate is not taken: the one before it stays", { err });
		}
	};
	if (gateway.renewTls) process.on("SIGHUP", renew);
	return () => {
		open.delete(gateway);
		process.off("SIGHUP", renew);
		gateway.pressure.stop();
		gateway.upstreams.stop();
		gateway.limits.close();
	};
}

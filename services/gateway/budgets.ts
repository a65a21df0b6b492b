import type { ServerResponse } from "node:http";
import { gateway as config } from "../../config/gateway.ts";
import type { Exchange } from "./exchange.ts";
import { rateLimited } from "./gateway.contract.ts";
import type { Limits, Verdict, Window } from "./limits.ts";
import { decided } from "./metrics.ts";
import { isOpenPage } from "./routes.ts";

const MINUTE = { name: "minute", seconds: 60 };
const HOUR = { name: "hour", seconds: 3_600 };

/** Charges the request to everyone who pays for it, or refuses it with 429. */
export async function charge(limits: Limits, exchange: Exchange, now = Date.now()): Promise<void> {
	exchange.charged = true;
	if (exchange.consumer?.unlimited) return decided("unlimited", exchange, true);
	const isWrite = !SAFE.has(exchange.req.method ?? "");
	const verdict = await limits.take(windowsOf(exchange), now, isWrite);
	say(exchange.res, verdict);
	decided(policyOf(exchange), exchange, verdict.allowed);
	if (!verdict.allowed) throw tooMany(verdict);
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** The class of limits that a request is under, beside its consumer's. */
const policyOf = ({ operation }: Exchange): string =>
	operation && isOpenPage(operation) ? "documents" : (operation?.schema.limit ?? "default");

/**
 * What was refused before anybody paid for it: unknown addresses, missing and broken keys. A
 * valid key pays as always; without one the address has a small budget, and then only hears 429.
 */
export async function chargeRefused(limits: Limits, exchange: Exchange, now = Date.now()) {
	if (exchange.charged) return;
	if (exchange.consumer) return charge(limits, exchange, now);
	exchange.charged = true;
	const verdict = await limits.take([refusedOf(exchange)], now, false);
	decided("refused", exchange, verdict.allowed);
	if (verdict.allowed) return;
	say(exchange.res, verdict);
	throw tooMany(verdict);
}

const refusedOf = ({ address }: Exchange): Window => ({
	...MINUTE,
	key: `refused:${address}`,
	limit: config.refused_minute,
});

function windowsOf({ consumer, address, operation, scope }: Exchange): Window[] {
	const { schema } = operation ?? {};
	if (operation && isOpenPage(operation))
		return [{ ...MINUTE, key: `pages:${address}`, limit: config.documents_minute }];
	const who = consumer ? `consumer:${consumer.consumer}` : `address:${address}`;
	const { minute, hour } = quotasOf(consumer);
	const windows: Window[] = [];
	if (minute) windows.push({ ...MINUTE, key: `${who}:minute`, limit: minute });
	if (hour) windows.push({ ...HOUR, key: `${who}:hour`, limit: hour });
	const { limit } = schema ?? {};
	if (limit === "write")
		windows.push({
			...MINUTE,
			name: "write",
			key: `write:${scope.role === "guest" ? who : scope.actor}`,
			limit: config.write_minute,
		});
	if (limit === "admin")
		windows.push({
			...MINUTE,
			name: "admin",
			key: `admin:${scope.actor}`,
			limit: config.admin_minute,
		});
	if (limit === "login")
		windows.push({
			...MINUTE,
			name: "login",
			key: `login:${address}`,
			limit: config.login_minute,
		});
	return windows;
}

/** A plan with only a minute has no hour. */
function quotasOf(consumer: Exchange["consumer"]) {
	const { quota_minute, quota_hour } = consumer ?? {};
	if (quota_minute === undefined && quota_hour === undefined) return config.plan;
	return { minute: quota_minute, hour: quota_hour };
}

const tooMany = ({ wait_s }: Verdict) =>
	Object.assign(rateLimited(), { retry_after_s: Math.max(1, wait_s) });

/**
 * The draft standard, its older spelling, and that of other gateways.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
function say(res: ServerResponse, { windows }: Verdict): void {
	const tightest = windows.reduce((a, b) => (b.remaining < a.remaining ? b : a));
	const policy = windows.map(({ name, limit, seconds }) => `"${name}";q=${limit};w=${seconds}`);
	res.setHeader("RateLimit-Policy", policy.join(", "));
	res.setHeader("RateLimit", `"${tightest.name}";r=${tightest.remaining};t=${tightest.reset_s}`);
	res.setHeader("RateLimit-Limit", tightest.limit);
	res.setHeader("RateLimit-Remaining", tightest.remaining);
	res.setHeader("RateLimit-Reset", tightest.reset_s);
	for (const { name, limit, remaining } of windows) {
		const suffix = SUFFIXES[name];
		if (!suffix) continue;
		res.setHeader(`X-RateLimit-Limit-${suffix}`, limit);
		res.setHeader(`X-RateLimit-Remaining-${suffix}`, remaining);
	}
}

const SUFFIXES: Record<string, string> = { minute: "Minute", hour: "Hour" };

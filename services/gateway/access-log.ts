import { isIPv6 } from "node:net";
import { pino } from "pino";
import { env } from "../../config/env.ts";
import type { Exchange } from "./exchange.ts";
import { traceIdOf } from "./traced.ts";

export interface AccessLog {
	write(exchange: Exchange, aborted: boolean): void;
	close(): void;
}

/** One JSON line for each request; no body, no query, no secret is in it. */
export function accessLog(where: string, node: string): AccessLog {
	if (where === "off") return { write() {}, close() {} };
	const sink = pino.destination({ dest: where || 1, sync: false, mkdir: true });
	const reopen = () => sink.reopen(); // what rotated the file says so
	if (where) process.on("SIGUSR2", reopen);
	return {
		write(exchange, aborted) {
			sink.write(`${JSON.stringify(lineOf(exchange, aborted, node))}\n`);
		},
		close() {
			process.off("SIGUSR2", reopen);
			sink.flushSync();
			if (where) sink.end();
		},
	};
}

function lineOf(exchange: Exchange, aborted: boolean, node: string) {
	const { req, res, operation, consumer, scope, id, code } = exchange;
	return {
		time: new Date().toISOString(),
		level: "info",
		msg: "request",
		method: METHODS.has(req.method ?? "") ? req.method : "_OTHER",
		route: operation?.path ?? "unmatched",
		status: res.statusCode,
		duration_ms: rounded(performance.now() - exchange.started),
		...(exchange.upstream_ms !== undefined && { upstream_ms: rounded(exchange.upstream_ms) }),
		bytes_in: exchange.bytes_in,
		bytes_out: exchange.bytes_out,
		consumer: consumer?.consumer ?? null,
		actor: scope.actor,
		role: scope.role,
		location_id: scope.location_id ?? null,
		ip: env.production ? shortened(exchange.address) : exchange.address,
		request_id: id,
		trace_id: traceIdOf(req, id),
		code: code ?? null,
		...(code && code in FACTS && { security: FACTS[code] }),
		node,
		aborted,
	};
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]);

/** Fixed names, for whoever watches the log. */
const FACTS: Record<string, string> = {
	UNAUTHENTICATED: "authn_login_fail",
	FORBIDDEN: "authz_fail",
	RATE_LIMITED: "excess_rate_limit_exceeded",
	INVALID: "input_validation_fail",
};

const rounded = (ms: number) => Math.round(ms * 100) / 100;

/** A network, not a person: /24 and /48. */
export function shortened(address: string): string {
	const v4 = address.replace(/^::ffff:/i, "");
	if (!isIPv6(v4)) return v4.replace(/\.\d+$/, ".0");
	return `${v4.split("::")[0]?.split(":").slice(0, 3).join(":")}::`;
}

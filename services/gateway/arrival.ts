import type { ServerResponse } from "node:http";
import { gateway as config } from "../../config/gateway.ts";
import { newId } from "../../lib/ids.ts";
import { GUEST } from "../../lib/scope.ts";
import { placeIn } from "../../lib/trace.ts";
import { addressOf, allowAt, locate, refuseStrange, targetOf } from "./address.ts";
import type { Exchange, Incoming } from "./exchange.ts";
import { methodNotAllowed } from "./gateway.contract.ts";
import { localeOf } from "./negotiation.ts";
import type { Table } from "./routes.ts";
import { hasTls } from "./tls.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
export const ALL_METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
const VARY = "Origin, Accept, Accept-Language, Accept-Encoding, Authorization, X-API-Key";

/** Opens the exchange of a request: its id, its clock, its headers, where it wants to go. */
export function arrive(req: Incoming, res: ServerResponse, table: Table): Exchange {
	const id = idOf(req);
	// moleculer-web reads these for the id of its context: only a well-formed one is left to it.
	req.headers["x-request-id"] = id;
	delete req.headers["x-correlation-id"];
	const exchange: Exchange = {
		req,
		res,
		id,
		started: performance.now(),
		locale: localeOf(req.headers["accept-language"]),
		address: addressOf(req),
		path: "",
		search: "",
		values: [],
		scope: GUEST,
		charged: false,
		params: {},
		headers: {},
		bytes_in: 0,
		bytes_out: 0,
	};
	req.exchange = exchange;
	dress(exchange);
	find(exchange, table);
	return exchange;
}

function idOf({ headers }: Incoming): string {
	const said = headers["x-correlation-id"] ?? headers["x-request-id"];
	if (typeof said === "string" && REQUEST_ID.test(said)) return said;
	return placeIn(headers.traceparent)?.trace_id ?? newId("req"); // a trace is joined by its id
}

/** On every answer, whatever becomes of it. */
function dress({ res, req, id }: Exchange): void {
	res.setHeader("X-Request-ID", id);
	res.setHeader("X-Content-Type-Options", "nosniff");
	res.setHeader("Referrer-Policy", "no-referrer");
	res.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
	res.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	res.setHeader("Cross-Origin-Resource-Policy", "same-site");
	res.setHeader("Vary", VARY);
	if (hasTls()) res.setHeader("Strict-Transport-Security", "max-age=31536000");
	const { origin } = req.headers;
	if (origin === undefined || !config.cors.origins.has(origin)) return;
	res.setHeader("Access-Control-Allow-Origin", origin);
	res.setHeader("Access-Control-Allow-Credentials", "true");
	res.setHeader("Access-Control-Expose-Headers", EXPOSED);
}

/** What is wrong with the address is not said yet: a preflight, and a stop, come first. */
function find(exchange: Exchange, table: Table): void {
	const { req } = exchange;
	try {
		refuseStrange(req);
		Object.assign(exchange, targetOf(req));
		const method = req.method ?? "";
		if (exchange.path === "*") exchange.allow = ALL_METHODS;
		else if (method === "TRACE")
			throw Object.assign(methodNotAllowed({ method }), { allow: ALL_METHODS });
		else if (method === "OPTIONS") exchange.allow = allowAt(table, exchange.path);
		else Object.assign(exchange, locate(table, method, exchange.path));
	} catch (fault) {
		exchange.fault = fault;
	}
}

const EXPOSED = [
	"ETag, Location, Retry-After, X-Request-ID, Idempotency-Replayed, Preference-Applied",
	"RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset",
	"X-RateLimit-Limit-Minute, X-RateLimit-Remaining-Minute",
	"X-RateLimit-Limit-Hour, X-RateLimit-Remaining-Hour",
].join(", ");

import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { gateway as config } from "../../config/gateway.ts";
import { newId } from "../../lib/ids.ts";
import type { Exchange } from "./exchange.ts";
import { badRequest, requestTimeout, tooManyHeaders } from "./gateway.contract.ts";
import { problemOf } from "./problem.ts";

/** Slow clients are cut, patient ones kept; what is no HTTP is refused in our words too. */
export function configure(server: Server): void {
	server.keepAliveTimeout = config.keep_alive_ms;
	server.headersTimeout = config.headers_ms;
	server.requestTimeout = config.request_ms;
	server.maxRequestsPerSocket = config.requests_per_socket;
	server.maxHeadersCount = 2 * config.headers_max; // beyond it Node drops them in silence
	// Node would refuse it without a word: our own step says why.
	(server as { requireHostHeader?: boolean }).requireHostHeader = false;
	server.on("clientError", refuseBroken);
}

function refuseBroken(err: Error & { code?: string }, socket: Socket): void {
	if (!socket.writable || err.code === "ECONNRESET") return void socket.destroy();
	const refusal = (err.code && REFUSALS[err.code]) ?? badRequest({ reason: "HTTP" });
	const exchange = { id: newId("req"), locale: "fr", path: "", req: {} as IncomingMessage };
	const { status, body } = problemOf(refusal, exchange as Exchange, TEXTS);
	const text = JSON.stringify(body);
	socket.end(
		[
			`HTTP/1.1 ${status} ${body.code}`,
			"Content-Type: application/problem+json; charset=utf-8",
			"Content-Language: fr-CA",
			`X-Request-ID: ${exchange.id}`,
			"X-Content-Type-Options: nosniff",
			"Cache-Control: no-store",
			`Content-Length: ${Buffer.byteLength(text)}`,
			"Connection: close",
			"",
			text,
		].join("\r\n"),
	);
}

const REFUSALS: Record<string, Error> = {
	HPE_HEADER_OVERFLOW: tooManyHeaders(),
	ERR_HTTP_REQUEST_TIMEOUT: requestTimeout(),
};
const TEXTS = new Map(
	[badRequest, requestTimeout, tooManyHeaders].map(({ entry }) => [entry.code, entry]),
);

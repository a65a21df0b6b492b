import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { gateway as config } from "../../config/gateway.ts";
import { newId } from "../../lib/ids.ts";
import { ALL_METHODS } from "./arrival.ts";
import type { Exchange } from "./exchange.ts";
import {
	badRequest,
	methodNotAllowed,
	requestTimeout,
	tooManyHeaders,
} from "./gateway.contract.ts";
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
	// Of themselves these get an empty 417, and a connection closed without a word.
	server.on("checkExpectation", (req, res) => server.emit("request", req, res));
	server.on("connect", ({ method = "" }, socket) => {
		socket.on("error", () => socket.destroy()); // nobody else listens from here on
		refuse(socket as Line, methodNotAllowed({ method }));
		(socket as Line).destroySoon(); // it is out of the server's hands: half open, it would stay
	});
}

/** `_httpMessage` is the answer that the connection is giving now. */
type Line = Socket & { _httpMessage?: ServerResponse | null };

function refuseBroken(err: Error & { code?: string }, socket: Line): void {
	if (!socket.writable || err.code === "ECONNRESET") return void socket.destroy();
	const ahead = socket._httpMessage;
	// What came whole before what is broken is answered first: each answer is that of its request.
	if (ahead?.req.complete) return void ahead.once("close", () => refuseBroken(err, socket));
	refuse(socket, REFUSALS[err.code ?? ""] ?? badRequest({ reason: "HTTP" }));
}

function refuse(socket: Line, refusal: Error): void {
	const exchange = { id: newId("req"), locale: "fr", path: "", req: {} as IncomingMessage };
	const { status, body } = problemOf(refusal, exchange as Exchange, TEXTS);
	const text = JSON.stringify(body);
	socket.end(
		[
			`HTTP/1.1 ${status} ${body.code}`,
			"Content-Type: application/problem+json; charset=utf-8",
			"Content-Language: fr-CA",
			...(status === 405 ? [`Allow: ${ALL_METHODS}`] : []),
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
	[badRequest, methodNotAllowed, requestTimeout, tooManyHeaders].map(({ entry }) => [
		entry.code,
		entry,
	]),
);

import type { ServerResponse } from "node:http";
import { gateway as config } from "../../config/gateway.ts";
import type { ActionSchema } from "../../lib/contract.ts";
import type { Route } from "../../lib/route.ts";
import { CSV_TYPE, csvOf } from "./csv.ts";
import type { Exchange, Incoming, Page } from "./exchange.ts";
import { read } from "./metrics.ts";
import { AWAY_S, type Problem } from "./problem.ts";
import { gzipped, gzipTag, hashOf, isKnown, type Text, takesGzip, textOf } from "./text.ts";

const JSON_TYPE = "application/json; charset=utf-8";
const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** What an action may have said about the answer, by `answer()`. */
export interface Said {
	readonly $statusCode?: number;
	readonly $location?: string;
	/** An `Idempotency-Key` was known: this is the first answer again. */
	readonly $replayed?: boolean;
}

/** Sends what an action replied: once into text, hashed once, not sent when it is known. */
export function sendReply(exchange: Exchange, reply: unknown, said: Said): void | Promise<void> {
	const status =
		said.$statusCode ?? exchange.operation?.schema.status ?? (reply == null ? 204 : 200);
	describe(exchange, reply, status, said);
	if (reply == null) return end(exchange, status, "");
	const { req, res, operation } = exchange;
	if (exchange.isCsv && operation) return sendCsv(exchange, operation.schema, reply, status);
	const text = textOf(reply);
	const isRead = req.method === "GET" || req.method === "HEAD";
	const tag = status < 300 && operation ? tagOf(reply, text, operation.schema, isRead) : "";
	const isPacked = operation !== undefined && mayPack(operation.schema, text, req, tag);
	if (tag) res.setHeader("ETag", isPacked ? gzipTag(tag) : tag);
	if (tag && isRead && isFresh(req.headers["if-none-match"], tag)) return end(exchange, 304, "");
	res.setHeader("Content-Type", JSON_TYPE);
	if (isPacked) return gzipped(text).then((bytes) => endPacked(exchange, status, bytes));
	end(exchange, status, text.body, text.lasting);
}

function isFresh(known: string | undefined, tag: string): boolean {
	if (known === undefined) return false;
	const isHit = isKnown(known, tag);
	read(isHit);
	return isHit;
}

/**
 * Worth its while, asked for, and no secret: of what is compressed beside a guess, length tells.
 * A version stays the tag that it is: clients send it back.
 */
function mayPack({ secret, versioned }: ActionSchema, { body }: Text, req: Incoming, tag: string) {
	if (secret || (versioned && tag) || body.length < config.gzip_bytes) return false;
	return takesGzip(String(req.headers["accept-encoding"] ?? ""));
}

function endPacked(exchange: Exchange, status: number, bytes: Buffer): void {
	const { req, res } = exchange;
	res.statusCode = status;
	res.setHeader("Content-Encoding", "gzip");
	res.setHeader("Content-Length", bytes.length);
	if (req.method === "HEAD") return void res.end();
	exchange.bytes_out = bytes.length;
	res.end(bytes);
}

function sendCsv(exchange: Exchange, schema: ActionSchema, reply: object, status: number): void {
	const { res } = exchange;
	const { next_cursor } = reply as { next_cursor?: string };
	res.setHeader("Content-Type", CSV_TYPE);
	// A table has no room for what comes after it: who wants the rest asks with this cursor.
	if (next_cursor) res.setHeader("X-Next-Cursor", next_cursor);
	end(exchange, status, csvOf(schema, reply));
}

/** What the contract and the action say about the answer, beside its body. */
function describe(exchange: Exchange, reply: unknown, status: number, said: Said): void {
	const { res, operation, wait } = exchange;
	const { cache, secret, location: template } = operation?.schema ?? {};
	const isKept = cache && !secret;
	const location = said.$location ?? (status < 400 && filled(template, exchange, reply));
	res.setHeader("Cache-Control", isKept ? "private, no-cache" : "no-store");
	res.setHeader("Content-Language", languageOf(exchange));
	if (location) res.setHeader("Location", location);
	if (wait !== undefined) res.setHeader("Preference-Applied", `wait=${wait}`);
	if (said.$replayed) res.setHeader("Idempotency-Replayed", "true");
	if (status === 503) res.setHeader("Retry-After", AWAY_S); // an alias that answers in its own shape
}

const languageOf = ({ locale }: Exchange) => (locale === "en" ? "en" : "fr-CA");

export function sendPage(exchange: Exchange, { status = 200, type, body, headers }: Page): void {
	const { res } = exchange;
	res.setHeader("Content-Type", type);
	res.setHeader("Cache-Control", "no-store");
	for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value);
	end(exchange, status, body);
}

export function sendProblem(exchange: Exchange, { status, code, headers, body }: Problem): void {
	const { res } = exchange;
	if (res.headersSent) return void res.destroy();
	exchange.code = code;
	if ((exchange.req.$ctx?.meta as Said | undefined)?.$replayed)
		res.setHeader("Idempotency-Replayed", "true");
	for (const name of ["ETag", "Location"]) res.removeHeader(name);
	for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
	res.setHeader("Cache-Control", "no-store");
	res.setHeader("Content-Language", languageOf(exchange));
	res.setHeader("Content-Type", PROBLEM_TYPE);
	end(exchange, status, JSON.stringify(body));
}

function end(exchange: Exchange, status: number, body: string, lasting?: string): void {
	const { res, req } = exchange;
	res.statusCode = status;
	if (status === 204 || status === 304) return void (res as ServerResponse).end();
	const length = lasting?.length ?? Buffer.byteLength(body);
	res.setHeader("Content-Length", length);
	if (req.method === "HEAD") return void res.end();
	exchange.bytes_out = length;
	if (lasting === undefined) res.end(body);
	else res.end(lasting, "latin1");
}

function tagOf(reply: unknown, text: Text, { secret, versioned }: Route, isRead: boolean) {
	const { version } = reply as { version?: unknown };
	if (versioned && (typeof version === "number" || typeof version === "string"))
		return `"${version}"`;
	return isRead && !secret ? hashOf(text) : "";
}

/** `"/api/v1/orders/{id}"`, with the holes filled from the reply, else from what was asked. */
function filled(template: string | undefined, { params }: Exchange, reply: unknown) {
	const fields = { ...params, ...(reply as object) } as Record<string, unknown>;
	return template?.replaceAll(/\{(\w+)\}/g, (_, hole) => encodeURIComponent(String(fields[hole])));
}

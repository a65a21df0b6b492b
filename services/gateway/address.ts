import type { IncomingMessage } from "node:http";
import { env } from "../../config/env.ts";
import { gateway as config } from "../../config/gateway.ts";
import {
	badRequest,
	methodNotAllowed,
	notFound,
	pathTooLong,
	tooManyHeaders,
} from "./gateway.contract.ts";
import { type Match, segmentsOf } from "./matcher.ts";
import type { Operation, Table } from "./routes.ts";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const ONCE = new Set(["host", "content-length", "authorization", "x-api-key"]);
const ENCODED = /%/;
const STRANGE = /\/\/|[\0-\x20\\#]/;

interface Located {
	readonly operation: Operation;
	readonly values: readonly string[];
}

/**
 * The client, behind as many proxies as we trust: each adds, at the right of `X-Forwarded-For`,
 * the address that it saw. What is left of theirs was written by the client itself.
 */
export function addressOf(req: IncomingMessage, hops = env.trusted_hops): string {
	const peer = req.socket.remoteAddress ?? "";
	if (hops === 0) return peer;
	const said = String(req.headers["x-forwarded-for"] ?? "")
		.split(",")
		.map((one) => one.trim())
		.filter(Boolean);
	return said.at(-hops) ?? said[0] ?? peer;
}

/** Path and query of the request; an absolute address only when its host is the one asked. */
export function targetOf({ url = "", headers }: IncomingMessage): { path: string; search: string } {
	let target = url;
	if (!target.startsWith("/") && target !== "*") {
		const absolute = URL.canParse(target) ? new URL(target) : undefined;
		if (!absolute || absolute.host !== headers.host) throw badRequest({ reason: "host" });
		target = absolute.pathname + absolute.search;
	}
	const mark = target.indexOf("?");
	return mark < 0
		? { path: target, search: "" }
		: { path: target.slice(0, mark), search: target.slice(mark + 1) };
}

/** What no well-meaning client sends. */
export function refuseStrange({ rawHeaders, headers, url = "" }: IncomingMessage): void {
	const length_max = config.path_max;
	if (url.length > length_max) throw pathTooLong({ length_max });
	if (rawHeaders.length > 2 * config.headers_max) throw tooManyHeaders();
	if (!headers.host) throw badRequest({ reason: "host" });
	if (headers["x-http-method-override"]) throw badRequest({ reason: "X-HTTP-Method-Override" });
	const seen = new Set<string>();
	for (let nth = 0; nth < rawHeaders.length; nth += 2) {
		const name = (rawHeaders[nth] ?? "").toLowerCase();
		if (!ONCE.has(name)) continue;
		if (seen.has(name)) throw badRequest({ reason: name });
		seen.add(name);
	}
}

/** The operation that the request is for, or why there is none. */
export function locate({ matcher }: Table, method: string, path: string): Located {
	const found = matcher.find(decodedSegments(path)).filter(({ at }) => tidy(path, at));
	if (found.length === 0) throw notFound();
	const asked = method === "HEAD" ? "GET" : method;
	for (const { at, values } of found) {
		const operation = at.get(asked);
		if (operation) return { operation, values };
	}
	const allow = allowOf(found);
	throw Object.assign(methodNotAllowed({ method: METHODS.has(method) ? method : "?" }), { allow });
}

export const allowAt = ({ matcher }: Table, path: string): string => {
	const found = matcher.find(decodedSegments(path));
	if (found.length === 0) throw notFound();
	return allowOf(found);
};

/** A closing slash is forgiven on aliases, which were born with one. */
const tidy = (path: string, at: Map<string, Operation>) =>
	!path.endsWith("/") || path === "/" || at.values().some(({ alias }) => alias);

function allowOf(found: readonly Match<Operation>[]): string {
	const methods = new Set(found.flatMap(({ at }) => [...at.keys()]));
	if (methods.has("GET")) methods.add("HEAD");
	return [...methods, "OPTIONS"].sort().join(", ");
}

function decodedSegments(path: string): string[] {
	if (STRANGE.test(path)) throw badRequest({ reason: "path" });
	const segments = segmentsOf(path);
	const plain = ENCODED.test(path) ? segments.map(decoded) : segments;
	if (plain.includes(".") || plain.includes("..")) throw badRequest({ reason: "path" });
	return plain;
}

function decoded(segment: string): string {
	try {
		const text = decodeURIComponent(segment);
		if (!/[/\0\\]/.test(text)) return text;
	} catch {
		// said below
	}
	throw badRequest({ reason: "path" });
}

import { createHash } from "node:crypto";
import { gateway as config } from "../../config/gateway.ts";
import { malformed } from "../../lib/validator.ts";
import type { Exchange } from "./exchange.ts";
import { badRequest, idempotencyKeyRequired } from "./gateway.contract.ts";
import type { Query } from "./query.ts";

const KEY = /^[A-Za-z0-9._-]{8,64}$/;
const MATCH_MAX = 200;
const WAIT = /^wait(?:=(.*))?$/i;

/** What the action is told in its headers: `If-Match`, `Idempotency-Key`, how long to wait. */
export function conditionsOf(exchange: Exchange): Record<string, string | number> {
	const { operation, locale, address, wait } = exchange;
	const { versioned, idempotency } = operation?.schema ?? {};
	const match = versioned && exchange.req.headers["if-match"];
	return {
		...{ locale, address },
		...(match && { if_match: match.slice(0, MATCH_MAX) }),
		...(idempotency && keyOf(exchange, idempotency === "required")),
		...(wait !== undefined && { wait }),
	};
}

function keyOf(exchange: Exchange, required: boolean) {
	const key = exchange.req.headers["idempotency-key"];
	if (key === undefined && !required) return {};
	if (typeof key !== "string" || !KEY.test(key)) throw idempotencyKeyRequired();
	return { idempotency_key: key, idempotency_hash: fingerprint(exchange) };
}

/** The same for the same request of the same caller, however it is spelled. Secrets stay out. */
export function fingerprint({ operation, scope, params }: Exchange): string {
	const { method, path, schema } = operation ?? {};
	const said = canonical(params, (schema?.params ?? {}) as Shape);
	const whole = JSON.stringify([method, path, scope.actor, scope.consumer, said]);
	return createHash("sha256").update(whole).digest("base64url");
}

function canonical(value: unknown, shape: Shape): unknown {
	if (Array.isArray(value)) return value.map((one) => canonical(one, shape.items ?? {}));
	if (typeof value !== "object" || value === null) return value;
	return Object.entries(value)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([name, one]) => {
			const field = fieldOf(shape, name);
			return field.writeOnly ? [] : [[name, canonical(one, field)]];
		});
}

/** A field of a choice is looked for in each of its shapes. */
function fieldOf({ properties = {}, anyOf = [] }: Shape, name: string): Shape {
	if (Object.hasOwn(properties, name)) return properties[name] ?? {};
	const found = anyOf.find((one) => Object.hasOwn(one.properties ?? {}, name));
	return found?.properties?.[name] ?? {};
}

interface Shape {
	writeOnly?: boolean;
	properties?: Record<string, Shape>;
	items?: Shape;
	anyOf?: Shape[];
}

/**
 * Seconds asked for by `?wait=true`, `?wait=5` or `Prefer: wait=5`; the header decides.
 * https://www.rfc-editor.org/rfc/rfc7240#section-4.3
 */
export function waitOf({ req }: Exchange, query: Query): number | undefined {
	const prefer = req.headers.prefer;
	for (const part of [prefer ?? []].flat().join(",").split(/[,;]/)) {
		const asked = WAIT.exec(part.trim());
		if (!asked) continue;
		const seconds = secondsOf(asked[1]?.trim() ?? "");
		if (seconds === undefined) throw badRequest({ reason: "Prefer" });
		return seconds;
	}
	const said = query.wait;
	if (said === undefined || said === "false") return undefined;
	const seconds = said === "true" ? config.wait.usual : secondsOf(said);
	if (seconds !== undefined) return seconds;
	const message = `must be true, false or 1 to ${config.wait.max}`;
	throw malformed([{ field: "wait", message, keyword: "type", in: "query" } as never]);
}

function secondsOf(text: string | readonly string[]): number | undefined {
	if (typeof text !== "string" || !/^[1-9]\d?$/.test(text)) return undefined;
	return Number(text) <= config.wait.max ? Number(text) : undefined;
}

import { gateway as config } from "../../config/gateway.ts";
import { type Fault, malformed } from "../../lib/validator.ts";
import { bodyMalformed } from "./gateway.contract.ts";

const TRAPS = new Set(["__proto__", "constructor", "prototype"]);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * JSON as the standard has it, without what readers of it disagree about: names said twice,
 * nesting without end, names that reach into a prototype, text that no database keeps.
 */
export function parseJson(bytes: Uint8Array): unknown {
	const text = decode(bytes);
	const value = parse(text);
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw malformed([fault("", "must be an object", "type")]);
	scan(text);
	if (text.includes("\\u")) refuseUnkeepable(value, "");
	return value;
}

function decode(bytes: Uint8Array): string {
	try {
		return utf8.decode(bytes);
	} catch {
		throw bodyMalformed({ reason: "UTF-8" });
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw bodyMalformed({ reason: "JSON" });
	}
}

const TOKENS = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\],]/g;

/** Walks the text, which is valid by now: what JSON.parse forgives cannot be seen in its result. */
function scan(text: string): void {
	const open: Set<string>[] = [];
	let values = 0;
	for (const [token, quoted = "", isName] of text.matchAll(TOKENS)) {
		if (isName) remember(open.at(-1), quoted);
		else if (token === "{" || token === "[") {
			open.push(new Set());
			if (open.length > config.body_depth_max) throw bodyMalformed({ reason: "depth" });
		} else if (token === "}" || token === "]") open.pop();
		else if (token === "," && ++values >= config.body_values_max)
			throw bodyMalformed({ reason: "values" });
	}
}

function remember(names: Set<string> | undefined, quoted: string): void {
	const name: string = quoted.includes("\\") ? JSON.parse(`"${quoted}"`) : quoted;
	if (TRAPS.has(name)) throw malformed([fault(name, "is unknown", "additionalProperties")]);
	if (names?.has(name)) throw bodyMalformed({ reason: "duplicate name" });
	names?.add(name);
}

/** NUL, and halves of characters: databases refuse the one and spoil the other. */
function refuseUnkeepable(value: unknown, path: string): void {
	if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed()))
		throw malformed([fault(path, "holds what is not text", "pattern")]);
	if (typeof value !== "object" || value === null) return;
	for (const [name, one] of Object.entries(value))
		refuseUnkeepable(one, path ? `${path}.${name}` : name);
}

const fault = (field: string, message: string, keyword: string): Fault & { in: string } => ({
	field,
	message,
	keyword,
	in: "body",
});

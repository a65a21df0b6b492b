import type { TObject, TSchema } from "typebox";
import type { ActionSchema } from "../../lib/contract.ts";
import { convert } from "../../lib/convert.ts";
import { checker, type Fault, malformed } from "../../lib/validator.ts";
import type { Query } from "./query.ts";

/** The fields of `params` that come from one place of a request, closed to all others. */
interface Part {
	readonly schema: TObject;
	readonly isEmpty: boolean;
	check(value: unknown): Fault[];
}
/** Where each field of `params` comes from. No place can overrule another. */
export interface Shape {
	readonly names: readonly string[];
	readonly path: Part;
	readonly query: Part;
	/** Absent where the method takes no body. */
	readonly body?: Part;
	/** `?wait=` and `Prefer: wait=` are for the gateway; they reach the action in its headers. */
	readonly waits: boolean;
}

const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

export function shapeOf(method: string, path: string, schema: ActionSchema): Shape {
	const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
	const asked: readonly string[] = schema.query ?? [];
	const rest = Object.keys(schema.params.properties).filter(
		(name) => !names.includes(name) && !(name === "wait" && asked.includes("wait")),
	);
	const takesBody = WITH_BODY.has(method);
	const inQuery = takesBody ? rest.filter((name) => asked.includes(name)) : rest;
	return {
		names,
		path: part(schema.params, names),
		query: part(schema.params, inQuery),
		...(takesBody && {
			body: part(
				schema.params,
				rest.filter((name) => !asked.includes(name)),
			),
		}),
		waits: asked.includes("wait"),
	};
}

function part({ properties, required }: TObject, names: readonly string[]): Part {
	const must: readonly string[] = required ?? [];
	const schema = {
		type: "object",
		properties: Object.fromEntries(names.map((name) => [name, properties[name] as TSchema])),
		required: must.filter((name) => names.includes(name)),
		additionalProperties: false,
	} as unknown as TObject;
	let check: Part["check"] | undefined; // compiled when first asked: most routes are not, at once
	return {
		schema,
		isEmpty: names.length === 0,
		check(value) {
			check ??= checker(schema);
			return check(value);
		},
	};
}

/** The params of the call, or every fault with the place that it is in. */
export function paramsOf(
	shape: Shape,
	values: readonly string[],
	query: Query,
	body: unknown,
): Record<string, unknown> {
	const path = Object.fromEntries(shape.names.map((name, nth) => [name, values[nth]]));
	const parts = [
		["path", shape.path, path],
		["query", shape.query, lists(shape.query, query)],
		["body", shape.body, body ?? {}],
	] as const;
	const faults: (Fault & { in: string })[] = [];
	const params: Record<string, unknown> = {};
	for (const [place, part, given] of parts) {
		if (!part || (part.isEmpty && isNothing(given))) continue;
		const read = convert(part.schema, given);
		const found = part.check(read);
		for (const fault of found) faults.push({ ...fault, in: place });
		if (found.length === 0) Object.assign(params, read);
	}
	if (faults.length > 0) throw malformed(faults);
	return params;
}

function isNothing(given: unknown): boolean {
	for (const _ in given as object) return false;
	return true;
}

/** A parameter that is said once may still be a list. */
function lists({ schema }: Part, query: Query): Query {
	const names = Object.keys(query).filter(
		(name) =>
			typeof query[name] === "string" &&
			(Object.hasOwn(schema.properties, name)
				? (schema.properties[name] as { type?: string }).type
				: "") === "array",
	);
	if (names.length === 0) return query;
	return { ...query, ...Object.fromEntries(names.map((name) => [name, [query[name] as string]])) };
}

import { randomUUID } from "node:crypto";
import { Compile } from "typebox/compile";
import type { Schema } from "./mutate.ts";
import { valid } from "./mutate.ts";

/** A route, as the running product describes it. */
export interface Route {
	readonly name: string;
	readonly method: string;
	readonly path: string;
	readonly action: string;
	readonly context: string;
	readonly roles: readonly string[];
	readonly params: Schema;
	readonly query: Schema;
	readonly body: Schema | undefined;
	readonly takesBody: boolean;
	readonly idempotency: string | undefined;
	readonly versioned: boolean;
	/** `api_key`, `bearer`: the ways in, as described. */
	readonly security: readonly string[][];
}

export function routesOf(document: any): Route[] {
	return Object.entries<any>(document.paths).flatMap(([path, methods]) =>
		Object.entries<any>(methods).map(([verb, one]) => {
			const method = verb.toUpperCase();
			const headers = one.parameters.filter((each: any) => each.in === "header");
			return {
				name: `${method} ${path}`,
				method,
				path,
				action: one.operationId.replace(/\.alias\.\w+$/, ""),
				context: one.tags[0],
				roles: one["x-roles"],
				params: placed(one.parameters, "path"),
				query: placed(one.parameters, "query"),
				body: one.requestBody?.content["application/json"].schema,
				takesBody: ["POST", "PUT", "PATCH"].includes(method),
				idempotency: one["x-idempotency"],
				versioned: headers.some((each: any) => each.name === "If-Match"),
				security: one.security.map((each: object) => Object.keys(each).sort()),
			};
		}),
	);
}

function placed(parameters: any[], place: string): Schema {
	const fields = parameters.filter((one) => one.in === place);
	return {
		type: "object",
		properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
		required: fields.filter(({ required }) => required).map(({ name }) => name),
		additionalProperties: false,
	};
}

/** What must be shown, by the rules of HTTP that hold for every context: not read from the document. */
export function needsOf({ path, roles }: Pick<Route, "path" | "roles">) {
	const token = !roles.includes("guest");
	if (/^\/(api\/v1\/)?auth(\/|$)/.test(path)) return { key: false, token, either: false };
	const inside = path.startsWith("/api/v1/");
	return { key: inside, token, either: !inside && !token };
}

/** Things of the demo, by the collection that they are found in. Others are called "1". */
const KNOWN: Record<string, string> = {
	orders: "456",
	customers: "customer_1",
	carts: "demo-cart",
	users: "caissier_2",
	"api-keys": "key_4",
	payments: "789",
	payment: "789",
	steps: "RESERVE_STOCK",
	"by-barcode": "96385074",
	aggregates: "order",
	"dead-letters": "orders.msg_1",
};

/** The path with its holes filled: by what is given for a collection, else by what the demo has. */
export function addressOf({ path, params }: Route, ids: Record<string, string> = {}): string {
	return path.replaceAll(/([\w-]+)\/\{(\w+)\}(?:\/\{(\w+)\})?/g, (_, before, name, second) => {
		const id = ids[before] ?? KNOWN[before] ?? "1";
		const schema = params.properties?.[name];
		const fits = !schema || Compile(schema as never).Check(id) ? id : valid(schema, name);
		return `${before}/${fits}${second ? "/1" : ""}`;
	});
}

/** Another caller to those who count by address, each time. */
export const stranger = () => ({
	"X-Forwarded-For": `10.${byte()}.${byte()}.${byte()}`,
});
const byte = () => Math.floor(Math.random() * 256);

/** The headers that the route asks for, whoever asks. */
export const headersOf = ({ idempotency, takesBody }: Route): Record<string, string> => ({
	...stranger(),
	...(idempotency && { "Idempotency-Key": randomUUID() }),
	...(takesBody && { "Content-Type": "application/json" }),
});

/** The body of a request that fits the route. */
export const bodyOf = ({ body, takesBody }: Route): string | undefined =>
	takesBody ? JSON.stringify(body ? valid(body) : {}) : undefined;

/** Who may ask this, in the order of how much each sees. */
export const WIDEST = [
	"head_office",
	"admin",
	"logistics",
	"store_manager",
	"cashier",
	"customer",
	"supplier",
	"auditor",
] as const;
export type Staff = (typeof WIDEST)[number];

/** One account of the demo for each role. */
export const ACCOUNTS: Record<Staff, string> = {
	head_office: "maison_mere",
	admin: "admin",
	logistics: "logistique",
	store_manager: "gerant_1",
	cashier: "caissier_1",
	customer: "client_1",
	supplier: "fournisseur_1",
	auditor: "verificateur",
};

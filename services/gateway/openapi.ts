import type { TObject, TSchema } from "typebox";
import { exampleOf } from "./example.ts";
import { PROBLEM, problemsOf } from "./openapi-problems.ts";
import type { Operation, Table } from "./routes.ts";

/** `/orders/:id` is written `/orders/{id}` there. */
export const pathOf = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}");

/** The document of what is served now, made of the same table that serves it. */
export function documentOf({ operations }: Table, context?: string) {
	const told = operations.filter((one) => !one.page && (!context || one.context === context));
	const paths: Record<string, Record<string, object>> = {};
	for (const one of told) {
		const path = pathOf(one.path);
		paths[path] = { ...paths[path], [one.method.toLowerCase()]: operationOf(one) };
	}
	return {
		openapi: "3.1.0",
		info: { title: "Comptoir", version: "1.0.0", description: "One retail chain, one way in." },
		servers: [{ url: "/" }],
		tags: [...new Set(told.map((one) => one.context))].sort().map((name) => ({ name })),
		paths,
		components: {
			securitySchemes: {
				api_key: { type: "apiKey", in: "header", name: "X-API-Key" },
				bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
			},
			schemas: { Problem: PROBLEM },
		},
	};
}

function operationOf({
	action,
	context,
	alias,
	schema,
	shape,
	needs,
	refusals,
	method,
}: Operation) {
	const { summary, roles, limit = "default", idempotency, deprecated } = schema as Described;
	return {
		operationId: alias ? `${action}.alias.${method.toLowerCase()}` : action,
		summary: summary ?? action,
		tags: [context],
		security: securityOf(needs),
		parameters: [
			...parametersOf("path", shape.path.schema),
			...parametersOf("query", shape.query.schema),
			...(shape.waits ? [WAIT] : []),
			...(schema.csv ? [FORMAT] : []),
			...(idempotency ? [header("Idempotency-Key", idempotency === "required")] : []),
			...(schema.versioned && method !== "GET" ? [header("If-Match", false)] : []),
		],
		...(shape.body && hasFields(shape.body.schema) && { requestBody: bodyOf(shape.body.schema) }),
		responses: responsesOf(schema, refusals),
		"x-roles": roles,
		"x-rate-limit": limit,
		...(idempotency && { "x-idempotency": idempotency }),
		...((alias || deprecated) && { "x-alias": true }),
	};
}
type Described = Operation["schema"] & { deprecated?: boolean };

const hasFields = ({ properties }: TObject) => Object.keys(properties).length > 0;

function securityOf({ key, token, either }: Operation["needs"]): object[] {
	const [withKey, withToken] = [{ api_key: [] }, { bearer: [] }];
	if (either) return [withKey, withToken];
	if (key && token) return [{ ...withKey, ...withToken }];
	return key ? [withKey] : token ? [withToken] : [];
}

const parametersOf = (place: string, { properties, required }: TObject) => {
	const must: readonly string[] = required ?? [];
	return Object.entries(properties).map(([name, schema]) => ({
		name,
		in: place,
		required: place === "path" || must.includes(name),
		schema,
	}));
};

const header = (name: string, required: boolean) => ({
	name,
	in: "header",
	required,
	schema: { type: "string" },
});
const WAIT = {
	name: "wait",
	in: "query",
	required: false,
	schema: { type: ["boolean", "integer"] },
};

const FORMAT = {
	name: "format",
	in: "query",
	required: false,
	schema: { type: "string", enum: ["json", "csv"] },
};

const bodyOf = (schema: TObject) => ({
	required: ((schema.required as string[] | undefined) ?? []).length > 0,
	content: { "application/json": { schema, example: exampleOf(schema) } },
});

/** A few actions say their "no" in a shape of their own: there both are. */
function responsesOf(schema: Operation["schema"], refusals: Operation["refusals"]) {
	const [said, problems] = [successOf(schema), problemsOf(refusals)];
	const both = Object.entries(said).map(([code, one]) => {
		const problem = problems[code] as Partial<typeof one> | undefined;
		return [code, { ...one, content: { ...one.content, ...problem?.content } }];
	});
	return { ...problems, ...Object.fromEntries(both) };
}

function successOf({
	status,
	statuses,
	returns,
	summary = "",
	location,
	csv,
}: Operation["schema"]) {
	const usual = status ?? (returns ? 200 : 204);
	const isPlaced = location !== undefined || statuses !== undefined;
	const reply = {
		...(isPlaced && { headers: { Location: { schema: { type: "string" } } } }),
		...(returns && {
			content: {
				"application/json": { schema: returns, example: exampleOf(returns as TSchema) },
				...(csv && { "text/csv": { schema: { type: "string" } } }),
			},
		}),
	};
	const said = Object.entries({ [usual]: summary, ...statuses });
	return Object.fromEntries(said.map(([code, description]) => [code, { description, ...reply }]));
}

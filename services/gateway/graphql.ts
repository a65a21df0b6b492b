import { GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule, parse } from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import { env } from "../../config/env.ts";
import { signed } from "../../config/identity.ts";
import { forbidden, mayCall } from "../../lib/scope.ts";
import type { Exchange, Page } from "./exchange.ts";
import { notFound } from "./gateway.contract.ts";
import { limits } from "./graphql-limits.ts";
import { type Resolve, schemaOf } from "./graphql-schema.ts";
import { answered } from "./metrics.ts";
import { timeoutOf } from "./pipeline.ts";
import { problemOf } from "./problem.ts";
import type { Field, Table } from "./routes.ts";

const TOKENS_MAX = 1_000;

interface Asking {
	readonly exchange: Exchange;
	readonly table: Table;
	/** One answer for one question, however often the document asks it. */
	readonly asked: Map<string, Promise<unknown>>;
}

/** Knows its callers, and calls actions as them. */
export async function answerTo(exchange: Exchange, table: Table): Promise<Page> {
	if (!schemaFor(table)) throw notFound();
	const body = JSON.stringify(exchange.params);
	const headers = { "content-type": "application/json", accept: "application/json" };
	const asking: Asking = { exchange, table, asked: new Map() };
	const response = await yoga.fetch(
		"http://gateway/graphql",
		{ method: "POST", headers, body },
		asking,
	);
	const type = "application/json; charset=utf-8";
	return { status: response.status, type, body: await response.text() };
}

const kept = new WeakMap<Table, GraphQLSchema>();
function schemaFor(table: Table): GraphQLSchema | undefined {
	const schema = kept.get(table) ?? schemaOf([...table.fields.values()], resolve);
	if (schema) kept.set(table, schema);
	return schema;
}

/** A field is a call by name, with the identity of who asked, and its refusals in his language. */
const resolve: Resolve = (field) => (_source, args: object, context) => {
	const asking = context as Asking;
	const question = `${field.action} ${JSON.stringify(args)}`;
	const known = asking.asked.get(question) ?? call(field, args, asking);
	if (field.schema.graphql?.startsWith("Query.")) asking.asked.set(question, known);
	return known;
};

async function call({ action, schema }: Field, args: object, { exchange, table }: Asking) {
	const { req, scope, locale } = exchange;
	try {
		if (!schema.roles || !mayCall(schema.roles, scope)) throw forbidden();
		const given = Object.entries(args).filter(([, value]) => value !== null);
		const headers = { locale, identity: signed(scope) };
		const timeout = timeoutOf({
			schema,
			method: schema.graphql?.startsWith("Query.") ? "GET" : "POST",
		});
		const called = performance.now();
		const params = Object.fromEntries(given);
		const calling = req.$ctx?.call<unknown, object>(action, params, { headers, timeout });
		return await calling?.finally(() => answered(action, performance.now() - called));
	} catch (err) {
		const { code, body } = problemOf(err, exchange, table.refusals);
		const { message, status, request_id, errors } = body;
		throw new GraphQLError(String(message), {
			extensions: { code, status, request_id, ...(errors ? { errors } : {}) },
		});
	}
}

/** Not told: what else there is; how deep is too deep is. */
const guard: Plugin<Asking> = {
	onParse({ setParseFn }) {
		setParseFn((source, options) => parse(source, { ...options, maxTokens: TOKENS_MAX }));
	},
	onValidate({ addValidationRule, context }) {
		addValidationRule(limits);
		const { role } = (context as unknown as Asking).exchange.scope;
		if (env.production && role !== "admin") addValidationRule(NoSchemaIntrospectionCustomRule);
		return ({ result, setResult }) => {
			const told = result.map((error) => {
				const message = error.message.replace(/ ?Did you mean .*$/s, "");
				const { nodes, extensions } = error;
				const code = extensions.code ?? "INVALID";
				return new GraphQLError(message, { nodes, extensions: { ...extensions, code } });
			});
			if (told.length > 0) setResult(told);
		};
	},
};

const yoga = createYoga<Asking>({
	schema: ({ table }) => schemaFor(table) as GraphQLSchema,
	plugins: [guard],
	...{ cors: false, graphiql: false, landingPage: false, batching: false, multipart: false },
	parserAndValidationCache: false, // what is allowed depends on who asks
	logging: false,
	maskedErrors: true,
});

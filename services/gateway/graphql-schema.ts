import {
	GraphQLBoolean,
	GraphQLError,
	type GraphQLFieldConfigArgumentMap,
	type GraphQLFieldConfigMap,
	type GraphQLFieldResolver,
	GraphQLFloat,
	GraphQLInputObjectType,
	type GraphQLInputType,
	GraphQLList,
	GraphQLNonNull,
	GraphQLObjectType,
	type GraphQLOutputType,
	GraphQLScalarType,
	GraphQLSchema,
	GraphQLString,
	Kind,
} from "graphql";
import type { Field } from "./routes.ts";

/** Money and counts go beyond the 32 bits of GraphQL's own. */
const Whole = new GraphQLScalarType<unknown, unknown>({
	name: "Whole",
	description: "A whole number, exact to 2^53",
	parseValue: (value) => value,
	parseLiteral(node) {
		if (node.kind === Kind.INT) return Number(node.value);
		throw new GraphQLError("not a whole number", { nodes: node });
	},
});
/** What has no shape of its own; the action checks it. */
const Json = new GraphQLScalarType<unknown, unknown>({ name: "Json" });

export type Resolve = (field: Field) => GraphQLFieldResolver<unknown, unknown>;

/** The schema of what the actions declare now: `graphql: "Query.stock"` is all that it takes. */
export function schemaOf(fields: readonly Field[], resolve: Resolve): GraphQLSchema | undefined {
	const of = (root: string) => {
		const mine = fields.filter(({ schema }) => schema.graphql?.startsWith(`${root}.`));
		return mine.length === 0
			? undefined
			: new GraphQLObjectType({ name: root, fields: fieldsOf(mine, resolve) });
	};
	const query = of("Query");
	const mutation = of("Mutation");
	return query && new GraphQLSchema({ query, ...(mutation && { mutation }) });
}

function fieldsOf(mine: readonly Field[], resolve: Resolve) {
	const fields: GraphQLFieldConfigMap<unknown, unknown> = {};
	for (const field of mine) {
		const { graphql = "", summary = "", params, returns = {} } = field.schema;
		const name = graphql.slice(graphql.indexOf(".") + 1);
		const title = capital(name);
		fields[name] = {
			type: outputOf(returns as Shape, title),
			args: argumentsOf(params as Shape, title),
			description: summary,
			resolve: resolve(field),
		};
	}
	return fields;
}

function argumentsOf({ properties = {}, required = [] }: Shape, title: string) {
	const args: GraphQLFieldConfigArgumentMap = {};
	for (const [name, shape] of Object.entries(properties)) {
		const type = inputOf(shape, `${title}${capital(name)}`);
		args[name] = { type: required.includes(name) ? new GraphQLNonNull(type) : type };
	}
	return args;
}

/** A type is named by its way from the field: `StockItems`. */
function outputOf(shape: Shape, title: string): GraphQLOutputType {
	const { type = "", properties, items, required = [] } = shape;
	if (type === "array" && items) return new GraphQLList(outputOf(items, title));
	if (type !== "object" || !properties || Object.keys(properties).length === 0) return leafOf(type);
	const fields = Object.entries(properties).map(([name, one]) => {
		const inner = outputOf(one, `${title}${capital(name)}`);
		return [name, { type: required.includes(name) ? new GraphQLNonNull(inner) : inner }];
	});
	return new GraphQLObjectType({ name: title, fields: Object.fromEntries(fields) });
}

function inputOf(shape: Shape, title: string): GraphQLInputType {
	const { type = "", properties, items } = shape;
	if (type === "array" && items) return new GraphQLList(new GraphQLNonNull(inputOf(items, title)));
	if (type !== "object" || !properties) return leafOf(type);
	return new GraphQLInputObjectType({ name: `${title}Input`, fields: argumentsOf(shape, title) });
}

const LEAVES: Record<string, GraphQLScalarType> = {
	string: GraphQLString,
	integer: Whole,
	number: GraphQLFloat,
	boolean: GraphQLBoolean,
};
const leafOf = (type: string): GraphQLScalarType => LEAVES[type] ?? Json;

const capital = (name: string) =>
	name.replaceAll(/(?:^|_)(\w)/g, (_, first: string) => first.toUpperCase());

interface Shape {
	type?: string;
	properties?: Record<string, Shape>;
	items?: Shape;
	required?: string[];
}

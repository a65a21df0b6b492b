import Type from "typebox";
import { closed } from "../../lib/contract.ts";
import { needsOf, type Operation, type Table } from "./routes.ts";
import { shapeOf } from "./shape.ts";

/** What a POST carries; batches, files and persisted queries are not among it. */
const params = closed(
	Type.Object({
		query: Type.String(),
		operationName: Type.Optional(Type.Unknown()),
		variables: Type.Optional(Type.Unknown()),
		extensions: Type.Optional(Type.Unknown()),
	}),
);

/** GraphQL is one more route. What answers is read when it is first asked: ten megabytes that most shops never need. */
export function graphqlOperation(vitals: { readonly table: Table }): Operation {
	const [method, path, schema] = ["POST", "/graphql", { params }];
	return {
		...{ method, path, schema, context: "graphql", action: "gateway /graphql", alias: false },
		shape: shapeOf(method, path, schema),
		needs: needsOf(path, ["guest"]),
		refusals: new Map(),
		seen_at: Number.POSITIVE_INFINITY,
		async page(exchange) {
			const { answerTo } = await import("./graphql.ts");
			return answerTo(exchange, vitals.table);
		},
	};
}

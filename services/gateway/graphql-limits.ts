import {
	type ASTNode,
	type FragmentDefinitionNode,
	GraphQLError,
	Kind,
	type SelectionSetNode,
	type ValidationContext,
	type ValidationRule,
} from "graphql";

const MAX = { depth: 8, aliases: 15, directives: 50, operations: 10 };

/** What a document may ask for, decided before any of it is executed. */
export const limits: ValidationRule = (context) => {
	const counts = { aliases: 0, directives: 0, operations: 0 };
	const count = (what: keyof typeof counts) => (node: ASTNode) => {
		if (++counts[what] === MAX[what] + 1) refuse(context, node, `${what}: ${MAX[what]} at most`);
	};
	const [countAlias, countOperation] = [count("aliases"), count("operations")];
	return {
		Field: (node) => void (node.alias && countAlias(node)),
		Directive: count("directives"),
		OperationDefinition(node) {
			countOperation(node);
			if (tooDeep(context, node.selectionSet, MAX.depth, new Map()))
				refuse(context, node, `depth: ${MAX.depth} at most`);
		},
	};
};

const refuse = (context: ValidationContext, node: ASTNode, text: string) =>
	context.reportError(
		new GraphQLError(text, { nodes: node, extensions: { code: "QUERY_TOO_COMPLEX" } }),
	);

type Known = Map<FragmentDefinitionNode, number>;

/** True when it nests deeper than `left`. A fragment is walked again only when less is left. */
function tooDeep(
	context: ValidationContext,
	{ selections }: SelectionSetNode,
	left: number,
	known: Known,
): boolean {
	if (left === 0) return true;
	return selections.some((one) => {
		if (one.kind === Kind.FRAGMENT_SPREAD) {
			const fragment = context.getFragment(one.name.value);
			if (!fragment || (known.get(fragment) ?? Number.POSITIVE_INFINITY) <= left) return false;
			known.set(fragment, left);
			return tooDeep(context, fragment.selectionSet, left, known);
		}
		if (!one.selectionSet) return false;
		const inner = one.kind === Kind.FIELD ? left - 1 : left;
		return tooDeep(context, one.selectionSet, inner, known);
	});
}

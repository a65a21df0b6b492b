import type { Context, ServiceSchema } from "moleculer";
import type { Action, Params, Reply } from "../../lib/contract.ts";

/**
 * A neighbour that plays only the parts that a test needs, typed by its contract: one that drifts
 * from it stops compiling.
 */
export function stub<C extends { name: string }>(
	contract: C,
	actions: {
		[K in keyof C as C[K] extends Action ? K : never]?: (
			ctx: Context<Params<C[K]>>,
		) => Promise<Reply<C[K]>>;
	},
): ServiceSchema {
	const handlers = Object.entries(actions).map(([key, handler]) => [
		key,
		{ ...(contract as Record<string, any>)[key].schema, handler },
	]);
	return { name: contract.name, actions: Object.fromEntries(handlers) } as ServiceSchema;
}

import type { Context, ServiceSchema } from "moleculer";
import type { Action, Params, Reply } from "../../lib/contract.ts";

/** A neighbour of which only one action is there: it drifts from its contract, it stops compiling. */
export function neighbour<A extends Action>(
	{ action, schema }: A,
	handler: (ctx: Context<Params<A>>) => Promise<Reply<A>>,
): ServiceSchema {
	const [name, key] = action.split(".") as [string, string];
	return { name, actions: { [key]: { ...schema, handler } } } as unknown as ServiceSchema;
}

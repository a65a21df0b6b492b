import type { CallingOptions, Context } from "moleculer";
import Type, { type Static, type TObject, type TProperties, type TSchema } from "typebox";
import { type Event, type EventEntry, type Fact, knows, nameOf } from "./fact.ts";
import type { Refusal, RefusalEntry } from "./refusal.ts";
import type { Route } from "./route.ts";

/** A remote action, called like a function. `ctx` carries trace, deadline and identity. */
export interface Action<P = any, R = any> {
	(ctx: Caller, params: P, options?: CallingOptions): Promise<R>;
	readonly action: string;
	readonly schema: ActionSchema;
}

export type Params<A> = A extends Action<infer P, any> ? P : never;
export type Reply<A> = A extends Action<any, infer R> ? R : never;
/** What travels in the registry: the gateway and OpenAPI are built from this and nothing else. */
export interface ActionSchema extends Route {
	readonly params: TObject;
	readonly returns?: TSchema;
	readonly summary?: string;
	readonly timeout?: number;
	readonly cache?: Cached;
	/** The param that names the thing it is about: all calls about one thing go to one replica. */
	readonly key?: string;
	/** Without a key: to the replica that has the least to do, not to each in turn. */
	readonly balance?: "least";
	/** Asked twice it does no more than once: another replica may be asked, when one is lost. */
	readonly repeatable?: true;
	/** How many run at once in one process, and how many wait: more are refused, QUEUE_FULL. */
	readonly bulkhead?: Bulkhead;
	/** `"Query.stock"`: the field of GraphQL that this action answers. */
	readonly graphql?: string;
	readonly refusals?: readonly RefusalEntry[];
}

interface Bulkhead {
	readonly enabled: true;
	readonly concurrency: number;
	readonly maxQueueSize: number;
}

/**
 * A reply may be kept for `ttl` seconds, until a fact about `about` is announced; without
 * `about`, until any fact of the context is. What differs by caller has `#scope.…` in `keys`.
 */
export interface Cached {
	readonly ttl: number;
	readonly about?: string;
	readonly keys?: string[];
}

interface ActionSpec<P, R> extends Omit<ActionSchema, "params" | "returns" | "refusals"> {
	params: P;
	returns?: R;
	refusals?: readonly Refusal[];
}
interface ActionEntry<P = any, R = any> {
	kind: "action";
	schema: ActionSchema;
	types?: [P, R];
}
type Caller = Pick<Context, "call">;

/** Every entry is bound to its wire name: `inventory.reserve` is called "inventory.reserve". */
type Contract<N extends string, Entries> = { readonly name: N } & {
	readonly [K in keyof Entries & string]: Entries[K] extends ActionEntry<infer P, infer R>
		? Action<P, R>
		: Entries[K] extends EventEntry<infer P>
			? Event<`${N}.${K}`, P>
			: never;
};

export function action<P extends TProperties, R extends TSchema | undefined = undefined>({
	params,
	returns,
	refusals,
	...rest
}: ActionSpec<P, R>): ActionEntry<Static<TObject<P>>, R extends TSchema ? Static<R> : void> {
	const schema = {
		...rest,
		params: closed(Type.Object(params)),
		...(returns && { returns: copy(returns) }),
		...(refusals && { refusals: refusals.map(({ entry }) => copy(entry)) }),
	};
	return { kind: "action", schema };
}

export function contract<
	const N extends string,
	const E extends Record<string, ActionEntry | EventEntry>,
>(name: N, entries: E): Contract<N, E> {
	const bound = Object.entries(entries).map(([key, entry]) => [key, bind(`${name}.${key}`, entry)]);
	return Object.freeze({ name, ...Object.fromEntries(bound) });
}

function bind(name: string, entry: ActionEntry | EventEntry): Action | Event {
	if (entry.kind === "action") {
		const call = (ctx: Caller, params: unknown, options?: CallingOptions) =>
			ctx.call<any, unknown>(name, params, options);
		return Object.assign(call, { action: name, schema: entry.schema });
	}
	const { about, version } = entry;
	knows(name, version);
	const state = (payload: Record<string, unknown>): Fact => ({
		event: name,
		version,
		key: nameOf(about, payload),
		payload,
	});
	return Object.assign(state, { event: name, schema: entry.schema });
}

/** The registry drops an object that it meets twice: no two places may share a schema. */
const copy = <T>(data: T): T => JSON.parse(JSON.stringify(data));

/** A copy that refuses unknown fields at every depth: a misspelt one is not ignored in silence. */
export const closed = <S extends TSchema>(schema: S): S => close(copy(schema));

function close<S extends object>(schema: S): S {
	// Members of an `allOf` stay open, or each would refuse the fields of the others.
	for (const [key, value] of Object.entries(schema))
		if (key !== "allOf" && typeof value === "object" && value !== null) close(value);
	const { type, properties } = schema as Partial<TObject>;
	return type === "object" && properties
		? Object.assign(schema, { additionalProperties: false, ...schema })
		: schema;
}

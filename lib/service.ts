import type { Context, Service, ServiceSchema } from "moleculer";
import type { Action, Params, Reply } from "./contract.ts";

/** `Adds` is what the mixin puts on `this`, `Needs` what it finds there: types only. */
export interface Mixin<Adds = unknown, Needs = unknown> extends Partial<ServiceSchema> {
	readonly adds?: Adds;
	readonly needs?: Needs;
}

/** Binds handlers to a contract: none missing, none extra, each with the contract's types. */
export function service<C extends { name: string }, const M extends readonly Mixin<any, any>[]>(
	contract: C,
	body: Body<C, M> & Satisfied<M> & ThisType<Service & Added<M>>,
): ServiceSchema {
	const actions = Object.fromEntries(
		Object.entries(body.actions).map(([key, handler]) => [
			key,
			{ ...(contract as any)[key].schema, handler },
		]),
	);
	// Moleculer starts mixins from the last to the first: reversed, they start as they are written.
	const mixins = body.mixins?.toReversed() ?? [];
	const { events: hears, ...rest } = body;
	return { ...rest, name: contract.name, mixins, actions, hears } as unknown as ServiceSchema;
}

/** Some of a contract's handlers: one page of a table of contents that is too long for one. */
export const page =
	<C, M extends readonly Mixin<any, any>[]>() =>
	<K extends keyof Handlers<C>>(
		handlers: Pick<Handlers<C>, K> & ThisType<Service & Added<M>>,
	): Pick<Handlers<C>, K> =>
		handlers;

/** The same for reactions to facts, spread into the service's `events`. */
export const reactions =
	<M extends readonly Mixin<any, any>[]>() =>
	<E extends Reactions>(handlers: E & ThisType<Service & Added<M>>): E =>
		handlers;

/** Reactions to some of the facts of their names: the others cost nothing but a watermark. */
export function among<E extends Reactions>(isMine: (payload: any) => boolean, handlers: E): E {
	for (const handler of Object.values(handlers)) Object.assign(handler, { isMine });
	return handlers;
}

export function mixin<Adds, Needs = unknown>(
	body: Lifecycle & Pick<ServiceSchema, "mixins"> & ThisType<Service & Needs & Adds>,
): Mixin<Adds, Needs> {
	return body as Mixin<Adds, Needs>;
}

interface Body<C, M> extends Lifecycle {
	mixins?: M;
	dependencies?: string[];
	settings?: Record<string, unknown>;
	actions: Handlers<C>;
	/** Reactions to facts, each in the reader's own unit of work, once: see `mixins/inbox`. */
	events?: Reactions;
}
type Reactions = Record<string, (tx: any, fact: any) => Promise<void>>;
interface Lifecycle {
	created?(): void;
	started?(): Promise<void> | void;
	stopped?(): Promise<void> | void;
}
type Handlers<C> = {
	[K in keyof C as C[K] extends Action ? K : never]: (
		ctx: Context<Params<C[K]>>,
	) => Promise<Reply<C[K]>>;
};

type Satisfied<M extends readonly Mixin<any, any>[]> =
	Added<M> extends Needed<M> ? unknown : { mixins: "one of them needs a mixin that is missing" };
type Added<M extends readonly Mixin<any, any>[]> = Both<
	M[number] extends infer One ? (One extends Mixin<infer A, any> ? A : unknown) : never
>;
type Needed<M extends readonly Mixin<any, any>[]> = Both<
	M[number] extends infer One ? (One extends Mixin<any, infer N> ? N : unknown) : never
>;
type Both<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void
	? I
	: never;

import Type, { type Static, type TObject, type TProperties } from "typebox";
import type { Holes } from "./refusal.ts";

/** A kind of fact. Calling it states one; only the outbox publishes it. */
export interface Event<N extends string = string, P = any> {
	(payload: P): Fact<N, P>;
	readonly event: N;
	readonly schema: TObject;
}

export interface Fact<N extends string = string, P = any> {
	readonly event: N;
	readonly version: number;
	/** What it is about: facts of one key stay in order. */
	readonly key: string;
	readonly payload: P;
}

/** A fact as its outbox recorded it. */
export interface Recorded<N extends string = string, P = any> extends Fact<N, P> {
	readonly message_id: string;
	/** The context that announced it. */
	readonly producer: string;
	/** Dense within the key: 1, 2, 3, … */
	readonly key_seq: number;
	/** Epoch milliseconds of the unit of work that announced it. */
	readonly occurred_at: number;
	/** `correlation_id`, `causation_id`, `actor`: who and what it comes from. */
	readonly headers: Readonly<Record<string, string>>;
}

/** A fact as a reader hears it. */
export type Heard<E> = E extends Event<infer N, infer P> ? Recorded<N, P> : never;

/** A fact in a contract, before it has a name on the wire. */
export interface EventEntry<P = any> {
	kind: "event";
	schema: TObject;
	about: string;
	version: number;
	types?: P;
}
/**
 * A fact about the thing that `about` names: `"order:{order_id}"`. Facts about one thing stay in
 * order. Unlike params it stays open: a reader ignores the fields that a newer writer adds.
 */
export function event<P extends TProperties, const A extends string>(
	payload: P,
	{ about, version = 1 }: { about: About<P, A>; version?: number },
): EventEntry<Static<TObject<P>>> {
	return { kind: "event", schema: Type.Object(payload), about, version };
}

const versions = new Map<string, number>();

/** The version of a fact that the contract in this process describes. */
export const knownVersion = (event: string): number | undefined => versions.get(event);
export const knows = (event: string, version: number): void => void versions.set(event, version);

/** Only fields of the payload may stand in the holes. */
type About<P, A extends string> = [Exclude<Holes<A>, keyof P>] extends [never] ? A : never;

/** `"stock:{location_id}:{product_id}"` with its holes filled in. */
export const nameOf = (about: string, fields: object): string =>
	about.replaceAll(/\{(\w+)\}/g, (_, hole) => String(fields[hole as never]));

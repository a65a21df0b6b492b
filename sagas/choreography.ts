import type { Event } from "../lib/fact.ts";
import { type About, type Choreography, eventsOf, type Reaction, type Told } from "./reaction.ts";

interface Head<K extends Keys> extends Told {
	/** One field of all facts, or for each context its own. */
	readonly key: K;
	readonly shows?: Readonly<Record<string, Event>>;
	readonly having?: Readonly<Record<string, Event>>;
}
type Keys = string | Readonly<Record<string, About>>;
type FieldOf<K, N> = K extends string
	? K
	: N extends `${infer Context}.${string}`
		? Context extends keyof K
			? K[Context] extends About
				? K[Context]["key"]
				: never
			: never
		: never;
/** Only a fact that names the thing can be part of its story. */
type Of<K, E> =
	E extends Event<infer N, infer P> ? (FieldOf<K, N> extends keyof P ? E : never) : never;

interface Opening<K> {
	before<E extends Event[]>(...facts: { [I in keyof E]: E[I] & Of<K, E[I]> }): Opening<K>;
	unless<E extends Event>(fact: E & Of<K, E>): Opening<K>;
	begins<E extends Event>(step: string, fact: E & Of<K, E>): Chain<K>;
}
interface Chain<K> {
	when<E extends Event>(fact: E & Of<K, E>): { by: Part<K>; byHand: Part<K> };
	ends(facts: { COMPLETED: Event[]; COMPENSATED: Event[] }): { build(): Choreography };
}
type Part<K> = (who: string, step: string, told?: { failed?: string }) => Doing<K>;
interface Doing<K> {
	undoing(step: string): Doing<K>;
	first<E extends Event>(fact: E & Of<K, E>): Doing<K>;
	says<E extends Event>(fact: E & Of<K, E>): Saying<K>;
}
interface Saying<K> extends Chain<K> {
	or<E extends Event>(refusal: E & Of<K, E>): Saying<K>;
	within(time: `${number}${"s" | "m"}`): Chain<K>;
}

const PATIENCE_MS = 600_000;
const UNIT_MS = { s: 1_000, m: 60_000 };

export function choreography<const K extends Keys>(name: string, head: Head<K>): Opening<K> {
	const { key, shows = {}, having = {}, ...told } = head;
	const turned = (map: Readonly<Record<string, Event>>) =>
		Object.fromEntries(Object.entries(map).map(([word, { event }]) => [event, word]));
	const opening: Draft = { ...told, name, before: [], unless: [], start: "", reactions: [] };
	const close = (draft: Draft, ends: Choreography["ends"]): Choreography => {
		const facts = eventsOf({ ...draft, ends });
		const contexts = [...new Set(facts.map((fact) => fact.slice(0, fact.indexOf("."))))];
		const about =
			typeof key === "string" ? Object.fromEntries(contexts.map((one) => [one, { key }])) : key;
		const words = { shows: turned(shows), having: turned(having) };
		return { ...draft, ...words, ends, about: about as Choreography["about"] };
	};
	return chain(opening, close) as unknown as Opening<K>;
}
type Draft = Omit<Choreography, "about" | "ends" | "shows" | "having">;
type Close = (draft: Draft, ends: Choreography["ends"]) => Choreography;

function chain(draft: Draft, close: Close) {
	const add = (one: Reaction) => ({ ...draft, reactions: [...draft.reactions, one] });
	const change = (changes: Partial<Reaction>) => {
		const last = { ...(draft.reactions.at(-1) as Reaction), ...changes };
		return chain({ ...draft, reactions: draft.reactions.with(-1, last) }, close);
	};
	const last = draft.reactions.at(-1);
	const none = { says: [], refuses: [], within_ms: PATIENCE_MS };
	const part =
		(hears: string, byHand?: true) =>
		(who: string, step: string, told: { failed?: string } = {}) =>
			chain(add({ ...none, ...told, who, step, hears, ...(byHand && { byHand }) }), close);
	return {
		before: (...facts: Event[]): unknown =>
			chain({ ...draft, before: facts.map(({ event }) => event) }, close),
		unless: ({ event }: Event): unknown =>
			chain({ ...draft, unless: [...draft.unless, event] }, close),
		begins: (step: string, { event }: Event): unknown => {
			const who = event.slice(0, event.indexOf("."));
			return chain({ ...add({ ...none, who, step, says: [event] }), start: event }, close);
		},
		when: ({ event }: Event): unknown => ({ by: part(event), byHand: part(event, true) }),
		undoing: (undoes: string): unknown => change({ undoes }),
		first: ({ event: first }: Event): unknown => change({ first }),
		says: ({ event }: Event): unknown => change({ says: [event] }),
		or: ({ event }: Event): unknown => change({ refuses: [...(last?.refuses ?? []), event] }),
		within(time: string): unknown {
			const unit = UNIT_MS[time.at(-1) as keyof typeof UNIT_MS];
			return change({ within_ms: Number.parseFloat(time) * unit });
		},
		ends(facts: Record<keyof Choreography["ends"], Event[]>) {
			const names = (all: Event[]) => all.map(({ event }) => event);
			const ends = { COMPLETED: names(facts.COMPLETED), COMPENSATED: names(facts.COMPENSATED) };
			return { build: () => close(draft, ends) };
		},
	};
}

/**
 * Work that nobody coordinates, as data: who hears what, does what, and says what. It drives
 * nothing. Whoever watches knows from it which facts are one story, and how far that has come.
 */
export interface Choreography extends Told {
	readonly name: string;
	/** Which field of a context's facts names the thing that the story is about. */
	readonly about: Readonly<Record<string, About>>;
	/** What is told of it before it begins, and what says that it never will. */
	readonly before: readonly string[];
	readonly unless: readonly string[];
	readonly start: string;
	readonly reactions: readonly Reaction[];
	readonly ends: Readonly<Record<"COMPLETED" | "COMPENSATED", readonly string[]>>;
	/** The state shown outside from that fact on. */
	readonly shows: Readonly<Record<string, string>>;
	/** Facts that belong only if they have this field. */
	readonly having: Readonly<Record<string, string>>;
}

export interface Told {
	readonly version: number;
	/** What the thing is called in the input of the row: `order_id`. */
	readonly named: string;
	/** What of the facts is kept, by path: of `purchase.order_id` the last part is its name. */
	readonly keeps: readonly string[];
	/** What the outside is told once it is complete. */
	readonly completed?: string;
}

export interface About {
	readonly key: string;
	/** Facts that say otherwise, or nothing of it, are about something else. */
	readonly only?: Readonly<Record<string, string>>;
}

export interface Reaction {
	/** The context that reacts, and what its part is called. */
	readonly who: string;
	readonly step: string;
	/** Absent for the part that begins the story. */
	readonly hears?: string;
	/** Said on the way, before the outcome is known. */
	readonly first?: string;
	readonly says: readonly string[];
	readonly refuses: readonly string[];
	/** The step that it takes back. */
	readonly undoes?: string;
	/** A person does it, whenever that may be. */
	readonly byHand?: true;
	/** After how long without an answer somebody should look, in ms. */
	readonly within_ms: number;
	/** What the outside is told if it is refused; else the refusal's own text. */
	readonly failed?: string;
}

export const answersOf = ({ says, refuses }: Pick<Reaction, "says" | "refuses">) => [
	...says,
	...refuses,
];

/** Every fact that belongs to the story, each once. */
export const eventsOf = (of: Pick<Choreography, "before" | "unless" | "reactions" | "ends">) => [
	...new Set([
		...of.before,
		...of.unless,
		...of.reactions.flatMap((one) => [...(one.first ? [one.first] : []), ...answersOf(one)]),
		...of.ends.COMPLETED,
		...of.ends.COMPENSATED,
	]),
];

import { answersOf, type Choreography, type Reaction } from "../../sagas/reaction.ts";
import type { Scene } from "./story-fact.ts";

/**
 * Of all facts heard, those that follow from the start, causes before effects: the same list, in
 * whatever order they came. Facts of different contexts may come in any.
 */
export function storyOf(of: Choreography, heard: readonly Scene[], forced = false) {
	const known = new Map(heard.map((scene) => [scene.event, scene]));
	const ranks = ranksOf(of);
	const told = new Set<string>();
	const take = (event: string | undefined) => {
		if (!event || told.has(event) || !known.has(event)) return false;
		told.add(event);
		return true;
	};
	for (const event of [...of.before, of.start]) take(event);
	if (forced) for (const event of endsOf(of)) take(event);
	const follow = (one: Reaction) =>
		one.hears && told.has(one.hears)
			? [one.first, ...answersOf(one)].filter((event) => take(event)).length
			: 0;
	while (of.reactions.reduce((more, one) => more + follow(one), 0) > 0);
	const story = heard
		.filter(({ event }) => told.has(event))
		.sort((a, b) => (ranks.get(a.event) ?? 0) - (ranks.get(b.event) ?? 0) || byTime(a, b));
	return { story, apart: heard.filter(({ event }) => !told.has(event)).sort(byTime) };
}

/** Those by which it ends, one way or the other. */
export const endsOf = ({ ends }: Choreography) => [...ends.COMPLETED, ...ends.COMPENSATED];

const byTime = (a: Scene, b: Scene) => a.at - b.at || (a.message_id < b.message_id ? -1 : 1);

const ranks = new WeakMap<Choreography, ReadonlyMap<string, number>>();

/** How many facts stand between each and the beginning, at most. */
function ranksOf(of: Choreography): ReadonlyMap<string, number> {
	const known = ranks.get(of);
	if (known) return known;
	const rank = new Map([...of.before, of.start].map((event, at) => [event, at]));
	const raise = ({ hears, first, ...one }: Reaction) => {
		const from = hears === undefined ? undefined : rank.get(hears);
		if (from === undefined) return false;
		const up = (event: string, to: number) => (rank.get(event) ?? -1) < to && !!rank.set(event, to);
		const isFirst = first !== undefined && up(first, from + 1);
		return answersOf(one).filter((event) => up(event, from + 2)).length > 0 || isFirst;
	};
	// No story comes back to where it was: longer chains than reactions there are not.
	for (let turn = 0; turn <= of.reactions.length; turn++) of.reactions.forEach(raise);
	ranks.set(of, rank);
	return rank;
}

import { answersOf, type Choreography, eventsOf } from "../../sagas/reaction.ts";

/**
 * What would stop a choreography: a fact that is said and neither heard nor an end, or a context
 * that does not listen for its part. `hearsOf` answers nothing for a context that is elsewhere.
 */
export function deafTo(of: Choreography, hearsOf: (who: string) => object | undefined): string[] {
	const heard = new Set(of.reactions.map(({ hears }) => hears));
	const ends = new Set([...of.ends.COMPLETED, ...of.ends.COMPENSATED]);
	const lost = of.reactions
		.flatMap(answersOf)
		.filter((event) => !heard.has(event) && !ends.has(event))
		.map((event) => `nobody hears ${event}, which is no end`);
	const unsaid = of.reactions.flatMap(({ hears }) =>
		hears === undefined || of.reactions.some((one) => answersOf(one).includes(hears))
			? []
			: [`nobody says ${hears}`],
	);
	const deaf = of.reactions.flatMap(({ who, hears, byHand }) => {
		const listens = hearsOf(who);
		const isDeaf = hears !== undefined && !byHand && listens && !(hears in listens);
		return isDeaf ? [`${who} does not hear ${hears}`] : [];
	});
	const watcher = hearsOf("saga");
	const unseen = eventsOf(of).filter((event) => watcher && !(event in watcher));
	return [
		...new Set([...lost, ...unsaid, ...deaf, ...unseen.map((one) => `saga does not hear ${one}`)]),
	];
}

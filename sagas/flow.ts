import type { Choreography, Reaction } from "./reaction.ts";

const node = (event: string) => event.replace(".", "_");

/** Who hears what and says what, in Mermaid: facts are round, what is done about them is square. */
export function flow({ start, reactions, ends }: Choreography): string {
	const [first] = reactions.filter(({ hears }) => hears === undefined);
	const facts = [
		...new Set(reactions.flatMap(({ first, says, refuses }) => [first, says, refuses].flat())),
	];
	const named = facts.filter((event) => event !== undefined);
	const end = (word: "COMPLETED" | "COMPENSATED") =>
		ends[word].map((event) => `\t${node(event)} --> ${word}((${word}))`);
	return [
		"flowchart LR",
		...named.map((event) => `\t${node(event)}([${event}])`),
		...(first ? [`\t${first.step}["${first.who}: ${first.step}"] --> ${node(start)}`] : []),
		...reactions.flatMap(drawn),
		...end("COMPLETED"),
		...end("COMPENSATED"),
	].join("\n");
}

function drawn({ who, step, hears, first, says, refuses, undoes, byHand }: Reaction): string[] {
	if (hears === undefined) return [];
	const part = `${step}_${node(hears)}`;
	const what = undoes ? `${who}: ${step}, undoing ${undoes}` : `${who}: ${step}`;
	return [
		`\t${node(hears)} --> ${part}["${byHand ? `${what}, by hand` : what}"]`,
		...(first ? [`\t${part} -.->|first| ${node(first)}`] : []),
		...says.map((event) => `\t${part} --> ${node(event)}`),
		...refuses.map((event) => `\t${part} -->|refused| ${node(event)}`),
	];
}

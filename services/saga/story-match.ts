import type { Recorded } from "../../lib/fact.ts";
import { newId } from "../../lib/ids.ts";
import { type Choreography, eventsOf } from "../../sagas/reaction.ts";
import { CHOREOGRAPHIES, digestOf } from "./definitions.ts";
import type { Head } from "./journal.ts";
import type { Scene } from "./story-fact.ts";

/** A fact, and the story that it belongs to. */
export interface Told {
	readonly of: Choreography;
	readonly name: string;
	readonly business_key: string;
	readonly fact: Recorded;
}

/** The stories that a fact belongs to: none, as a rule, where nothing runs by itself. */
export function storiesOf(fact: Recorded): Told[] {
	return CHOREOGRAPHIES.flatMap((of) => {
		const business_key = keyIn(of, fact);
		return business_key === undefined ? [] : [{ of, name: of.name, business_key, fact }];
	});
}

function keyIn(of: Choreography, { event, producer, payload }: Recorded): string | undefined {
	const about = known.get(of)?.has(event) ? of.about[producer] : undefined;
	const needed = of.having[event];
	if (!about || (needed && payload[needed] === undefined)) return undefined;
	const others = Object.entries(about.only ?? {}).some(([field, word]) => payload[field] !== word);
	return others ? undefined : payload[about.key];
}
const known = new Map(CHOREOGRAPHIES.map((of) => [of, new Set(eventsOf(of))]));

type Fields = Readonly<Record<string, unknown>>;

/** What is kept of a fact. */
export function sceneOf({ keeps }: Choreography, fact: Recorded): Scene {
	const { event, message_id, occurred_at, producer, headers, payload } = fact;
	const data = [...keeps, "reason"].flatMap((path): [string, unknown][] => {
		const names = path.split(".");
		const value = names.reduce(
			(at: Fields | undefined, name) => at?.[name] as Fields | undefined,
			payload,
		);
		return value === undefined ? [] : [[names.at(-1) as string, value]];
	});
	const actor = headers.actor ?? producer;
	return { event, message_id, at: occurred_at, actor, data: Object.fromEntries(data) };
}

/** The row of a story that begins with its fact, because nobody has asked for it here before. */
export function headOf({ of, business_key, fact }: Told): Head {
	const { payload, headers, message_id, producer } = fact;
	const { data } = sceneOf(of, fact);
	const order_id = of.named === "order_id" ? business_key : data.order_id;
	return {
		saga_id: payload.saga_id ?? newId("saga"),
		kind: "choreographed",
		name: of.name,
		version: of.version,
		hash: hashes.get(of) ?? "",
		business_key,
		...(typeof order_id === "string" && { order_id }),
		...(typeof data.customer_id === "string" && { customer_id: data.customer_id }),
		correlation_id: headers.correlation_id ?? message_id,
		actor: headers.actor ?? producer,
	};
}
const hashes = new Map(CHOREOGRAPHIES.map((of) => [of, digestOf(of)]));

/** No story begins after that. */
export const isNever = ({ of, fact }: Told): boolean =>
	of.unless.includes(fact.event) ||
	(of.ends.COMPLETED.includes(fact.event) && of.start.startsWith(`${fact.producer}.`));

/**
 * What a load is, as data: our runner and the scripts for k6 both walk it, so that their numbers
 * speak of the same thing. Imports nothing: k6 is not Node.
 */
export interface Scenario {
	readonly title: string;
	/** Ramps: in so many minutes from the users before to these. */
	readonly stages: readonly Stage[];
	/** Seconds that a user looks at an answer before asking again. */
	readonly think_s: number;
	readonly journeys: readonly Journey[];
	/** Of a hundred payments the simulated provider declines so many. */
	readonly declined_percent?: number;
	readonly holds: Thresholds;
}
export interface Stage {
	readonly minutes: number;
	readonly users: number;
}
/** What users do, one step after the other; of all journeys this one is chosen with `share`. */
export interface Journey {
	readonly share: number;
	readonly steps: readonly Step[];
}
export interface Step {
	readonly name: string;
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	/** `{product}` is one of them at random, `{session}` the journey's own; `{cart}` what a step before has kept. */
	readonly path: string;
	/** JSON, with the same places to fill. */
	readonly body?: string;
	/** Whose token it carries; without one it is a guest's. */
	readonly as?: Person;
	/** Carries an idempotency key of its own. */
	readonly keyed?: boolean;
	/** The statuses that are right: more than one where a refusal is an answer like any other. */
	readonly expects: readonly number[];
	/** Keeps a field of the reply under a name. */
	readonly keep?: { readonly as: string; readonly field: string };
}
/** Of all requests of a run. */
export interface Thresholds {
	readonly p95_ms: number;
	/** A share: 0.01 is one in a hundred. */
	readonly failed: number;
}

/** Who logs in before it begins, with the demo's accounts. */
export const PEOPLE = {
	buyer: { username: "user@example.com", password: "password" },
	manager: { username: "gerant_1", password: "comptoir-demo" },
} as const;
export type Person = keyof typeof PEOPLE;

/** The demo's key without a quota: it goes through the limiter, and is never refused by it. */
export const KEY = "pos-test-automation-dev-key-2025";

/** How many products the demo's catalogue offers to `{product}`. */
export const PRODUCTS = 60;

/** The users that a ramp has after so many minutes; undefined once it is over. */
export function usersAt(stages: readonly Stage[], minutes: number): number | undefined {
	let [before, from] = [0, 0];
	for (const { minutes: length, users } of stages) {
		if (minutes < before + length)
			return Math.round(from + ((users - from) * (minutes - before)) / length);
		before += length;
		from = users;
	}
	return undefined;
}

/** A journey, by their shares. `random` is from 0 to 1. */
export function journeyOf({ journeys }: Scenario, random: number): Journey {
	const total = journeys.reduce((sum, { share }) => sum + share, 0);
	let left = random * total;
	for (const journey of journeys) {
		left -= journey.share;
		if (left < 0) return journey;
	}
	return journeys.at(-1) as Journey;
}

/** A path or a body with its places filled. */
export const filled = (text: string, values: Readonly<Record<string, string>>) =>
	text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);

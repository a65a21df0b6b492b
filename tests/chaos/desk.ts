import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "../support/client.ts";
import { doors, type Request } from "./doors.ts";

const GIVE_UP_MS = 300_000;
const PAUSE_MS = 150;
const PAUSE_MAX_MS = 2_000;

/** Somebody who asks until there is an answer: what broke, or was late, is asked again as it was. */
export interface Desk {
	ask(request: Request, isAnswer: (answer: Answer) => boolean): Promise<Answer>;
	/** What became of the requests so far. */
	served(): Served;
}
export interface Served {
	readonly requests: number;
	/** Answered, and not by a 5xx. */
	readonly at_once: number;
	/** At once, or when asked once more. */
	readonly at_second: number;
	/** How often something had to be asked again: it broke, or was still under way. */
	readonly again: number;
	/** Why: the status and code of what was no answer, and how often. */
	readonly troubles: ReadonlyMap<string, number>;
}

export function desk(urls: readonly string[], passwords: ReadonlyMap<string, string>): Desk {
	const enter = doors(urls, passwords);
	const sum = { requests: 0, at_once: 0, at_second: 0, again: 0 };
	const troubles = new Map<string, number>();

	return {
		served: () => ({ ...sum, troubles }),
		async ask(request, isAnswer) {
			const end = performance.now() + GIVE_UP_MS;
			sum.requests++;
			let isServed = false;
			for (let attempt = 1; ; attempt++) {
				const answer = await enter(request);
				if (!isServed && isGood(answer)) {
					isServed = true;
					sum.at_once += Number(attempt === 1);
					sum.at_second += Number(attempt <= 2);
				}
				if (answer && isAnswer(answer)) return answer;
				if (performance.now() > end)
					throw new Error(`No answer to ${request.method} ${request.path}: ${say(answer)}`);
				sum.again++;
				troubles.set(nameOf(answer), (troubles.get(nameOf(answer)) ?? 0) + 1);
				await pause(restOf(answer));
			}
		},
	};
}

/** As long as it was asked to wait, within reason. */
const restOf = (answer: Answer | undefined) =>
	Math.min(PAUSE_MAX_MS, 1_000 * Number(answer?.headers.get("retry-after") ?? 0) || PAUSE_MS);
const isGood = (answer: Answer | undefined) => answer !== undefined && answer.status < 500;
const nameOf = (answer: Answer | undefined) =>
	answer ? [answer.status, answer.body.code].filter(Boolean).join(" ") : "no answer";
const say = (answer: Answer | undefined) =>
	answer ? `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}` : "nothing";

import { setTimeout as pause } from "node:timers/promises";
import { type Answer, type Asking, type Client, client } from "../support/client.ts";

const LIMIT_MS = 12_000;
const GIVE_UP_MS = 180_000;
const PAUSE_MS = 150;

interface Request extends Asking {
	who: string;
	method: "GET" | "POST" | "PUT";
	path: string;
}

/** Somebody who asks until there is an answer: what broke, or was late, is asked again as it was. */
export interface Desk {
	ask(request: Request, isAnswer: (answer: Answer) => boolean): Promise<Answer>;
	/** How many wait for an answer now. */
	pending(): number;
	/** How often something had to be asked again. */
	again(): number;
}

export function desk(url: string, passwords: ReadonlyMap<string, string>): Desk {
	const shop: Client = client({ url });
	const tokens = new Map<string, string>();
	let [pending, again] = [0, 0];

	const tokenOf = async (who: string): Promise<string> => {
		const token = tokens.get(who) ?? (await shop.login(who, passwords.get(who)));
		tokens.set(who, token);
		return token;
	};
	const once = async ({ who, method, path, ...asking }: Request): Promise<Answer | undefined> => {
		try {
			const token = await tokenOf(who);
			const answer = await shop.ask(method, path, { limit_ms: LIMIT_MS, ...asking, token });
			if (answer.status === 401) tokens.delete(who); // it has expired
			return answer;
		} catch {
			return undefined; // the connection broke, or nobody came to the door
		}
	};
	return {
		pending: () => pending,
		again: () => again,
		async ask(request, isAnswer) {
			const end = performance.now() + GIVE_UP_MS;
			pending++;
			try {
				for (;;) {
					const answer = await once(request);
					if (answer && isAnswer(answer)) return answer;
					if (performance.now() > end)
						throw new Error(`No answer to ${request.method} ${request.path}: ${say(answer)}`);
					again++;
					await pause(PAUSE_MS);
				}
			} finally {
				pending--;
			}
		},
	};
}

const say = (answer: Answer | undefined) =>
	answer ? `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}` : "nothing";

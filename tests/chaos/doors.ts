import { type Answer, type Asking, type Client, client } from "../support/client.ts";

const LIMIT_MS = 12_000;

export interface Request extends Asking {
	who: string;
	method: "GET" | "POST" | "PUT";
	path: string;
}

/** The gateways, and who may enter: the first that opens is asked, as behind a load balancer. */
export function doors(urls: readonly string[], passwords: ReadonlyMap<string, string>) {
	const all = urls.map((url) => client({ url }));
	const tokens = new Map<string, string>();

	const tokenOf = async (shop: Client, who: string): Promise<string> => {
		const token = tokens.get(who) ?? (await shop.login(who, passwords.get(who)));
		tokens.set(who, token);
		return token;
	};
	const enter = async (door: Client, { who, method, path, ...asking }: Request) => {
		const token = await tokenOf(door, who);
		const answer = await door.ask(method, path, { limit_ms: LIMIT_MS, ...asking, token });
		if (answer.status === 401) tokens.delete(who); // it has expired
		return answer;
	};
	/** Nothing when the connection broke, or nobody came to any door. */
	return async (request: Request): Promise<Answer | undefined> => {
		for (const door of [...all])
			try {
				return await enter(door, request);
			} catch (error) {
				if (door === all[0]) all.push(all.shift() as Client); // the others come first from now on
				if (!isClosed(error)) return undefined;
			}
		return undefined;
	};
}

/** Nobody has heard the request: it goes to the next door. */
const isClosed = (error: unknown) =>
	(error as { cause?: { code?: string } }).cause?.code === "ECONNREFUSED";

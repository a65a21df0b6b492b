import { unauthenticated } from "../identity/identity.contract.ts";
import { badRequest } from "./gateway.contract.ts";

export type Query = Readonly<Record<string, string | readonly string[]>>;

/** Addresses are kept by proxies, histories and logs: a secret in one is no longer a secret. */
const SECRETS = ["api_key", "apikey", "access_token", "token"];

/** Flat: a name and its text, or its texts when it is said again. Nothing is built of brackets. */
export function queryOf(search: string): Query {
	if (search === "") return {};
	const query: Record<string, string | string[]> = Object.create(null);
	for (const pair of search.split("&")) {
		if (pair === "") continue;
		const equals = pair.indexOf("=");
		const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
		const value = equals < 0 ? "" : decoded(pair.slice(equals + 1));
		const before = query[name];
		query[name] = before === undefined ? value : [before, value].flat();
	}
	if (SECRETS.some((name) => name in query)) throw unauthenticated();
	return query;
}

const PLAIN = /^[\w.-]*$/;

function decoded(text: string): string {
	if (PLAIN.test(text)) return text;
	try {
		const value = decodeURIComponent(text.replaceAll("+", " "));
		if (!value.includes("\0")) return value;
	} catch {
		// said below
	}
	throw badRequest({ reason: "query" });
}

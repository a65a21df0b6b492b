import type { Product } from "./product.ts";

export { until } from "./until.ts";

export const KEY = "pos-test-automation-dev-key-2025"; // no quota: goes through the limiter, is never refused by it

export interface Answer<T = any> {
	status: number;
	headers: Headers;
	body: T;
}

export interface Asking {
	body?: unknown;
	token?: string;
	key?: string | null;
	headers?: Record<string, string>;
	/** How long to wait for an answer; without it, for ever. */
	limit_ms?: number;
}

export type Client = ReturnType<typeof client>;

/** Talks to the product as a stranger would: `await shop.get("/api/v1/products")`. */
export function client({ url }: Pick<Product, "url">) {
	async function ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
		const { body, token, key = KEY, headers = {}, limit_ms } = asking;
		const answer = await fetch(`${url}${path}`, {
			method,
			headers: {
				...(key && { "X-API-Key": key }),
				...(token && { Authorization: `Bearer ${token}` }),
				...(body !== undefined && { "Content-Type": "application/json" }),
				...headers,
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
			...(limit_ms !== undefined && { signal: AbortSignal.timeout(limit_ms) }),
		});
		const text = await answer.text();
		const isJson = answer.headers.get("content-type")?.includes("json");
		return {
			status: answer.status,
			headers: answer.headers,
			body: isJson ? JSON.parse(text) : text,
		};
	}
	/** Passwords take long to check: who is told to come back, on a busy machine, does. */
	async function login(username: string, password = "comptoir-demo", tries = 5): Promise<string> {
		const { status, body } = await ask("POST", "/api/v1/auth/login", {
			body: { username, password },
		});
		if ((status === 503 || status === 504) && tries > 1)
			return login(username, password, tries - 1);
		if (status !== 200)
			throw new Error(`${username} may not enter: ${status} ${JSON.stringify(body)}`);
		return body.access_token;
	}
	return {
		ask,
		login,
		get: (path: string, asking?: Asking) => ask("GET", path, asking),
		post: (path: string, asking?: Asking) => ask("POST", path, asking),
		put: (path: string, asking?: Asking) => ask("PUT", path, asking),
		patch: (path: string, asking?: Asking) => ask("PATCH", path, asking),
		del: (path: string, asking?: Asking) => ask("DELETE", path, asking),
	};
}

/** A key of one's own for each request that moves money or stock. */
export const once = () => ({ "Idempotency-Key": crypto.randomUUID() });

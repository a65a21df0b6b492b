import { LRUCache } from "lru-cache";
import type { Context } from "moleculer";
import { countOf } from "../../config/cache.ts";
import { isMistyped, sha256 } from "../../lib/api-key.ts";
import { forbidden, mayCall, type Role, type Scope } from "../../lib/scope.ts";
import { type Consumer, identity, unauthenticated } from "../identity/identity.contract.ts";
import type { Exchange } from "./exchange.ts";
import { tried } from "./metrics.ts";

const KEY_MAX = 200;
const TOKEN_MAX = 4_000;
const KEPT_MAX = 1_000;
const KEPT_MS = 5_000;
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

type Caller = Pick<Context, "call">;

/** Until anything changes in identity: at once in one process, within seconds in a mesh. */
const consumers = new LRUCache<string, { consumer: Consumer; count: number }>({
	max: KEPT_MAX,
	ttl: KEPT_MS,
});

/** Whose key the request shows. Keys are read in one place, the header. */
export async function consumerOf(
	caller: Caller,
	{ req }: Exchange,
	id: object,
): Promise<Consumer | undefined> {
	const key = req.headers["x-api-key"];
	if (key === undefined) return undefined;
	if (typeof key !== "string" || key === "" || key.length > KEY_MAX) throw demanding("key");
	if (isMistyped(key)) throw demanding("key"); // nobody need be asked
	const key_hash = sha256(key);
	const count = countOf(identity.name);
	const known = consumers.get(key_hash);
	if (known?.count === count) return known.consumer;
	const consumer = await identity
		.verifyKey(caller, { key_hash }, id)
		.catch((err: unknown) => Promise.reject(unauthenticated.is(err) ? demanding("key") : err));
	consumers.set(key_hash, { consumer, count });
	return consumer;
}

/** Who the request's token speaks for. A broken one is refused even where none is needed. */
async function actorOf(caller: Caller, { req }: Exchange, id: object): Promise<Scope | undefined> {
	const said = req.headers.authorization;
	if (said === undefined) return undefined;
	const token = BEARER.exec(said)?.[1];
	if (!token || token.length > TOKEN_MAX) throw demanding("token", "invalid_token");
	const actor = await identity
		.verifyToken(caller, { token }, id)
		.catch((err: unknown) =>
			Promise.reject(unauthenticated.is(err) ? demanding("token", "invalid_token") : err),
		);
	const { user_id, role, location_id, customer_id, supplier_id } = actor;
	return {
		actor: user_id,
		role: role as Role,
		...(location_id && { location_id }),
		...(customer_id && { customer_id }),
		...(supplier_id && { supplier_id }),
	};
}

/** Finds out who asks, and refuses whom the route is not for. */
export async function identify(caller: Caller, exchange: Exchange, id: object): Promise<void> {
	const { key, token, either } = exchange.operation?.needs ?? {};
	const consumer = await counted("key", consumerOf(caller, exchange, id));
	if (consumer) exchange.consumer = consumer;
	if (key && !consumer) throw missing("key");

	const actor = await counted("token", actorOf(caller, exchange, id));
	const shown = consumer && { consumer: consumer.consumer };
	exchange.scope = { ...(actor ?? { actor: "guest", role: "guest" }), ...shown };
	if (actor && consumer && !mayCarry(consumer, actor)) throw forbidden();
	if (token && !actor) throw missing("token");
	if (either && !actor && !consumer) throw missing("key");
}

function missing(what: "key" | "token"): Error {
	tried(what, "missing");
	return demanding(what);
}

async function counted<T>(what: "key" | "token", finding: Promise<T | undefined>) {
	try {
		const found = await finding;
		if (found !== undefined) tried(what, "ok");
		return found;
	} catch (err) {
		if (unauthenticated.is(err)) tried(what, "refused");
		throw err;
	}
}

/** A till's key is not a way for an administrator to come in. */
const mayCarry = ({ scopes }: Consumer, { role }: Scope) =>
	scopes.includes("*") || scopes.includes(role);

export function authorise({ operation, scope }: Exchange): void {
	if (!mayCall(operation?.schema.roles, scope)) throw forbidden();
}

/** Every 401 says what it wants. */
const demanding = (what: "key" | "token", error?: string) =>
	Object.assign(unauthenticated(), {
		www_authenticate:
			what === "key"
				? 'ApiKey realm="comptoir", header="X-API-Key"'
				: `Bearer realm="comptoir"${error ? `, error="${error}"` : ""}`,
	});

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { CallingOptions, Context, Middleware } from "moleculer";
import { forbidden, GUEST, mayCall, type Scope } from "../lib/scope.ts";
import { env } from "./env.ts";

const LIFE_MS = 60_000;
const RENEW_MS = 30_000; // handed out with at least half of its life left
const TOLERANCE_MS = 5_000; // clocks of two machines differ
const KEPT_MAX = 10_000;

const secret = env.mesh_secret || randomBytes(32); // one process talks only to itself

/**
 * Who asks, for one hop: signed by the gateway, verified by each context. A context trusts
 * nothing else, least of all `ctx.meta`, which a callee can overwrite.
 */
export function signed(scope: Scope): string {
	const name = JSON.stringify(scope);
	const kept = tokens.get(name);
	if (kept) return kept;
	const body = Buffer.from(JSON.stringify({ scope, until: Date.now() + LIFE_MS })).toString(
		"base64url",
	);
	const token = `${body}.${seal(body)}`;
	tokens.set(name, token);
	return token;
}

/** The scope that the token carries; a guest's when there is none, or it is not ours. */
export function verified(token: unknown): Scope {
	if (typeof token !== "string") return GUEST;
	const kept = scopes.get(token) ?? read(token);
	return kept && kept.until + TOLERANCE_MS > Date.now() ? kept.scope : GUEST;
}

function read(token: string): Claim | undefined {
	const [body = "", seals = ""] = token.split(".");
	const [mine, theirs] = [Buffer.from(seal(body)), Buffer.from(seals)];
	if (mine.length !== theirs.length || !timingSafeEqual(mine, theirs)) return undefined;
	const claim: Claim = JSON.parse(Buffer.from(body, "base64url").toString());
	Object.freeze(claim.scope);
	scopes.set(token, claim);
	return claim;
}

const seal = (body: string) => createHmac("sha256", secret).update(body).digest("base64url");
const tokens = new LRUCache<string, string>({ max: KEPT_MAX, ttl: RENEW_MS });
const scopes = new LRUCache<string, Claim>({ max: KEPT_MAX, ttl: LIFE_MS });
interface Claim {
	scope: Scope;
	until: number;
}

/** What a context shows when it acts by itself. */
export const asService = (name: string): { identity: string } => ({
	identity: signed({ actor: name, role: "service" }),
});

/**
 * Stands outside the cache, so that a hit is authorised like any other call; hands the identity
 * on to the calls that a call makes, and lets nobody in whose role the action does not name.
 */
export const identity: Middleware = {
	name: "Identity",
	localAction(next, action) {
		const { roles } = action as { roles?: readonly string[] };
		return function authorised(this: unknown, ctx: Context) {
			const scope = verified(ctx.headers?.identity);
			if (!mayCall(roles, scope)) return Promise.reject(forbidden());
			(ctx.locals as { scope?: Scope }).scope = scope;
			return next.call(this as never, ctx);
		};
	},
	call(next: Call) {
		return function handOn(action: string, params: object, opts: CallingOptions = {}) {
			const token = (opts.parentCtx as Context | undefined)?.headers?.identity;
			const known = opts.headers as { identity?: string } | undefined;
			if (!token || known?.identity) return next(action, params, opts);
			return next(action, params, { ...opts, headers: { ...known, identity: token } });
		} as never;
	},
};
type Call = (action: string, params: object, opts: CallingOptions) => Promise<unknown>;

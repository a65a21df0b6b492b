import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import moleculer, { type ActionSchema, type Context } from "moleculer";
import type { Cached } from "../lib/contract.ts";
import { nameOf } from "../lib/fact.ts";
import { cacheCleaned, cacheHit, cacheMiss, compare } from "./cache-metrics.ts";

const REPLIES_MAX = 5_000;
const THINGS_MAX = 50_000;
export const TTL_S = 30; // of an action that says none

/**
 * How often each thing, and each context, has changed. A reply is kept under the count that was
 * true before it was read, so a read that began before a write can never be served after it.
 */
const changes = new LRUCache<string, number>({ max: THINGS_MAX });
let changesAll = 0; // a count that was dropped comes back higher than it ever was

/** Whatever this process has cached about it, or has heard that others have, is of no use any more. */
export const changed = (context: string, about: string): void => {
	changesAll++;
	changes.set(context, changesAll);
	changes.set(`${context}/${about}`, changesAll);
	cacheCleaned(context);
};

/** The same for as long as nothing has changed, of a thing or of a whole context. */
export const countOf = (name: string): number => {
	const count = changes.get(name);
	if (count !== undefined) return count;
	changes.set(name, ++changesAll);
	return changesAll;
};

/** What is asked, and what it is about: it is asked anew once that has changed. */
export interface Question {
	readonly context: string;
	/** A thing of the context, or all of it. */
	readonly thing: string;
	/** One spelling for one question. JSON escapes what Moleculer's own key does not. */
	readonly asked: string;
}

export function questionOf(
	action: ActionSchema,
	options: Cached | undefined,
	ctx: Pick<Context, "params" | "locals">,
): Question {
	const name = String(action.name);
	const context = contextOf(name);
	const { about, keys } = options ?? {};
	const thing = about ? `${context}/${nameOf(about, ctx.params as object)}` : context;
	const question = keys
		? keys.map((key) => at(key.startsWith("#") ? ctx.locals : ctx.params, key.replace("#", "")))
		: ctx.params;
	const asked = JSON.stringify(question);
	const { secret } = action as { secret?: boolean };
	return { context, thing, asked: `${name}:${secret ? hash(asked) : asked}` };
}

const contextOf = (name: string) => name.slice(0, name.indexOf("."));

function keygen(action: ActionSchema, options: Cached | undefined, ctx: Context): string {
	const { thing, asked } = questionOf(action, options, ctx);
	const colon = asked.indexOf(":");
	return `${asked.slice(0, colon)}:${countOf(thing)}${asked.slice(colon)}`;
}

const hash = (asked: string) => createHash("sha256").update(asked).digest("base64url");

const at = (from: unknown, path: string) =>
	path.split(".").reduce<unknown>((value, part) => (value as never)?.[part], from);

/** Moleculer's renews the life of what is read, so that a hot reply would never be refreshed. */
export class FixedTtl extends moleculer.Cachers.MemoryLRU {
	constructor() {
		super({ keygen: keygen as never, ttl: TTL_S });
		const self = this as unknown as { cache: unknown };
		self.cache = new LRUCache<string, object>({ max: REPLIES_MAX, ttl: TTL_S * 1_000 });
	}

	/** Kept frozen: shared by all that read it, changed by none. */
	override set(key: string, data: unknown, ttl?: number) {
		return super.set(key, freeze(data), ttl);
	}

	override async middlewareWithoutLock(
		ctx: Context,
		key: string,
		handler: (ctx: Context) => Promise<unknown>,
		options: Cached,
	): Promise<unknown> {
		const context = contextOf(key);
		const kept: unknown = await this.get(key);
		if (kept === undefined) {
			cacheMiss(context);
			const reply = await handler(ctx);
			void this.set(key, reply, options.ttl);
			return reply;
		}
		cacheHit(context);
		ctx.cachedResult = true;
		const isCurrent = async () => keygen(ctx.action as ActionSchema, options, ctx) === key;
		compare({ context, kept, ask: () => handler(ctx), isCurrent });
		return kept;
	}
}

function freeze<T>(data: T): T {
	if (typeof data === "object" && data !== null && !Object.isFrozen(data)) {
		Object.freeze(data);
		for (const value of Object.values(data)) freeze(value);
	}
	return data;
}

import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import moleculer, { type ActionSchema, type Context, type ServiceBroker } from "moleculer";
import type { Cached } from "../lib/contract.ts";
import { type Question, questionOf, TTL_S } from "./cache.ts";
import { cacheHit, cacheMiss, compare } from "./cache-metrics.ts";

const ANSWER_MS = 250; // a Redis that is slower than the database is of no use
const REST_MS = 1_000; // then it is left alone for a moment
const TOKEN_MS = 3_600_000; // longer than any reply is kept
const AT_ONCE = 500;
const UNTOLD_MAX = 50_000;
const UNTOLD_MS = 300_000; // longer than any reply is kept: then nothing is left to forget

interface Kept {
	/** The token of its thing, before it was read. */
	readonly at: string;
	readonly reply: unknown;
}
type Handler = (ctx: Context) => Promise<unknown>;
type Cacheable = ActionSchema & { cache?: Cached };

/** Moleculer's, whose `get` and `set` know nothing of tokens: its middleware is not used here. */
const Base = moleculer.Cachers.Base as unknown as new () => {
	prefix: string;
	logger: ServiceBroker["logger"];
	init(broker: ServiceBroker): void;
};

/**
 * Replies that all replicas share. Each thing has a token, which every change of it replaces; a
 * reply is good for as long as the token is the one that was there before it was read. While Redis
 * is away nothing is cached, and what changes meanwhile is told when it is back.
 */
export class SharedCache extends Base {
	readonly #redis: Redis;
	#rests_until = 0;
	/** Changes that Redis has not been told of. */
	readonly #untold = new LRUCache<string, true>({ max: UNTOLD_MAX, ttl: UNTOLD_MS });
	#timer: NodeJS.Timeout | undefined;

	constructor(redis: Redis) {
		super();
		this.#redis = redis;
		redis.options.commandTimeout = ANSWER_MS;
		redis.on("ready", () => void this.#tell());
	}

	override init(broker: ServiceBroker): void {
		super.init(broker);
		this.#timer = setInterval(() => void this.#tell(), REST_MS).unref();
	}

	async close(): Promise<void> {
		clearInterval(this.#timer);
		this.#redis.disconnect();
	}

	middleware() {
		const localAction = (handler: Handler, action: Cacheable) => {
			const { cache } = action;
			if (!cache) return handler;
			return (ctx: Context) => this.#answer(handler, cache, questionOf(action, cache, ctx), ctx);
		};
		return { name: "Cacher", localAction };
	}

	/** Resolves once Redis knows: false when it could not be told yet. */
	async changed(context: string, about: string): Promise<boolean> {
		const things = [context, `${context}/${about}`];
		return this.#tell(things);
	}

	async #answer(handler: Handler, { ttl = TTL_S }: Cached, question: Question, ctx: Context) {
		const { context, thing } = question;
		const found = await this.#find(question);
		if (found?.kept) {
			cacheHit(context);
			ctx.cachedResult = true;
			const { at, reply } = found.kept;
			const isCurrent = async () => (await this.#find(question))?.token === at;
			compare({ context, kept: reply, ask: () => handler(ctx), isCurrent });
			return reply;
		}
		cacheMiss(context);
		const at = found && (found.token ?? (await this.#begin(thing)));
		const reply = await handler(ctx);
		if (at && reply !== undefined) {
			const kept = JSON.stringify({ at, reply } satisfies Kept);
			void this.#try((redis) => redis.set(this.#name(question.asked), kept, "PX", ttl * 1_000));
		}
		return reply;
	}

	/** The token as it is now, and the reply if it was read under that one; nothing while Redis is away. */
	async #find({ thing, asked }: Question) {
		const names = [this.#tokenName(thing), this.#name(asked)];
		const found = await this.#try((redis) => redis.mget(names));
		if (!found) return undefined;
		const [token, text] = found;
		const kept = token && text ? (JSON.parse(text) as Kept) : undefined;
		return { token, kept: kept?.at === token ? kept : undefined };
	}

	/** Of two that begin at once one does, and both have its token. */
	async #begin(thing: string): Promise<string | undefined> {
		const name = this.#tokenName(thing);
		const [, read] =
			(await this.#try((redis) =>
				redis.multi().set(name, randomUUID(), "PX", TOKEN_MS, "NX").get(name).exec(),
			)) ?? [];
		return (read?.[1] as string | null | undefined) ?? undefined;
	}

	async #tell(things: readonly string[] = [...this.#untold.keys()]): Promise<boolean> {
		for (let from = 0; from < things.length; from += AT_ONCE) {
			const some = things.slice(from, from + AT_ONCE);
			const pairs = some.map((thing) => [this.#tokenName(thing), randomUUID()] as const);
			for (const thing of some) this.#untold.delete(thing);
			const isTold = await this.#try(async (redis) => {
				const pipeline = redis.pipeline();
				for (const [name, token] of pairs) pipeline.set(name, token, "PX", TOKEN_MS);
				const outcomes = (await pipeline.exec()) ?? [];
				for (const [error] of outcomes) if (error) throw error;
				return true;
			});
			if (isTold) continue;
			for (const thing of things.slice(from)) this.#untold.set(thing, true);
			return false;
		}
		return true;
	}

	async #try<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
		if (this.#redis.status !== "ready" || Date.now() < this.#rests_until) return undefined;
		try {
			return await work(this.#redis);
		} catch (error) {
			if (Date.now() >= this.#rests_until)
				this.logger.warn("Redis does not answer: nothing is cached for a moment", { error });
			this.#rests_until = Date.now() + REST_MS;
			return undefined;
		}
	}

	#name = (asked: string) => `${this.prefix}reply:${asked}`;
	#tokenName = (thing: string) => `${this.prefix}token:${thing}`;
}

import type { Context } from "moleculer";
import { traceparentFrom } from "../../config/tracing.ts";
import { headersOf } from "../../lib/http.ts";
import { keyReused } from "../../lib/idempotency.ts";
import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { type checker, malformed } from "../../lib/validator.ts";
import { keyOf, requestOf } from "../../mixins/occasion.ts";
import type { Saga } from "../../sagas/saga.ts";
import type { Engine } from "./engine.ts";
import { askedFor } from "./facts.ts";
import type { Head, Journal } from "./journal.ts";
import { sagaBusy } from "./saga.contract.ts";
import type { State } from "./state.ts";

const TRIES = 5; // each time another saga had the same thing, and has ended since

export interface Request {
	/** Asked for only when the request is new: making it may call others. */
	input(): Promise<State["input"]>;
	customer_id?: string | undefined;
	wait_ms?: number;
}
export interface Begun {
	saga_id: string;
	input: State["input"];
	/** The saga's end, or nothing if it did not come in time; absent where nobody waits. */
	ended: Promise<State | undefined> | undefined;
}
/** What a run is written down as, and by whom. */
export interface Starter {
	readonly head: Pick<Head, "kind" | "name" | "version" | "hash">;
	/** True once it is committed; false when another has its request or its business key. */
	start(head: Head, input: State["input"]): Promise<boolean>;
}
export interface Host {
	engine: Engine;
	journal: Journal;
	hashes: ReadonlyMap<Saga, string>;
	/** What is wrong with an input, for each definition: compiled once. */
	faultsOf: ReadonlyMap<Saga, ReturnType<typeof checker>>;
}

/** Starts the saga of a request, or finds the one that the same request has started before. */
export async function begin(
	host: Host,
	ctx: Context,
	saga: Saga,
	{ input: asked, customer_id, wait_ms = 0 }: Request,
	starter: Starter = driven(host, saga),
): Promise<Begun> {
	const request = askedBy(ctx);
	const before = request.request_key && (await host.journal.asked(request.request_key));
	if (before) return found(host, ctx, before, request, wait_ms);

	const input = await asked();
	const faults = host.faultsOf.get(saga)?.(input) ?? [];
	if (faults.length > 0) throw malformed(faults);
	const traceparent = traceparentFrom(ctx);
	for (let tries = 0; tries < TRIES; tries++) {
		const head: Head = {
			saga_id: newId("saga"),
			...starter.head,
			business_key: saga.key(input),
			...request,
			...(typeof input.order_id === "string" && { order_id: input.order_id }),
			...(customer_id && { customer_id }),
			correlation_id: ctx.requestID ?? newId("req"),
			...(traceparent && { traceparent }),
			actor: scopeOf(ctx).actor,
		};
		askedFor(head, scopeOf(ctx));
		const ended = wait_ms > 0 ? host.engine.wait(head.saga_id, wait_ms) : undefined;
		if (await starter.start(head, input)) return { saga_id: head.saga_id, input, ended };
		const holder = await host.journal.holder(head);
		if (holder) return found(host, ctx, holder, request, wait_ms);
	}
	throw sagaBusy();
}

const driven = ({ engine, hashes }: Host, saga: Saga): Starter => ({
	head: { name: saga.name, version: saga.version, hash: hashes.get(saga) ?? "" },
	start: engine.start,
});

type Asked = Pick<Head, "request_key" | "request_hash">;

async function found(
	{ engine, journal }: Host,
	ctx: Context,
	{ head, state: { input } }: { head: Head; state: State },
	asked: Asked,
	wait_ms: number,
): Promise<Begun> {
	const { saga_id } = head;
	if (isReused(head, asked)) throw keyReused();
	if (asked.request_key !== undefined && head.request_key === asked.request_key)
		Object.assign(ctx.meta, { $replayed: true });
	const ended = engine.wait(saga_id, wait_ms);
	const run = await journal.load(saga_id); // it may have ended before anybody waited
	const isEnded = run && run.state.finished_at !== null;
	return {
		saga_id,
		input,
		ended: wait_ms === 0 ? undefined : isEnded ? Promise.resolve(run.state) : ended,
	};
}

/** One key, two requests. Two keys may well ask for one thing: two cancellations of an order do. */
const isReused = ({ request_key, request_hash }: Head, asked: Asked) =>
	request_key !== undefined &&
	request_key === asked.request_key &&
	request_hash !== undefined &&
	asked.request_hash !== undefined &&
	request_hash !== asked.request_hash;

/** A request that has an `Idempotency-Key` is named by it, as everywhere. */
function askedBy(ctx: Context): Asked {
	const occasion = requestOf(ctx);
	if (!occasion) return {};
	const { idempotency_hash } = headersOf(ctx);
	return {
		request_key: keyOf(occasion),
		...(idempotency_hash && { request_hash: idempotency_hash }),
	};
}

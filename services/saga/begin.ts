import type { Context } from "moleculer";
import { headersOf } from "../../lib/http.ts";
import { keyReused } from "../../lib/idempotency.ts";
import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { type checker, malformed } from "../../lib/validator.ts";
import type { Saga } from "../../sagas/saga.ts";
import type { Engine } from "./engine.ts";
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
interface House {
	engine: Engine;
	journal: Journal;
	hashes: ReadonlyMap<Saga, string>;
	/** What is wrong with an input, for each definition: compiled once. */
	faultsOf: ReadonlyMap<Saga, ReturnType<typeof checker>>;
}

/** Starts the saga of a request, or finds the one that the same request has started before. */
export async function begin(
	house: House,
	ctx: Context,
	saga: Saga,
	{ input: asked, customer_id, wait_ms = 0 }: Request,
): Promise<Begun> {
	const request = requestOf(ctx);
	const before = request.request_key && (await house.journal.asked(request.request_key));
	if (before) return found(house, ctx, before, request, wait_ms);

	const input = await asked();
	const faults = house.faultsOf.get(saga)?.(input) ?? [];
	if (faults.length > 0) throw malformed(faults);
	for (let tries = 0; tries < TRIES; tries++) {
		const head: Head = {
			saga_id: newId("saga"),
			name: saga.name,
			version: saga.version,
			hash: house.hashes.get(saga) ?? "",
			business_key: saga.key(input),
			...request,
			...(typeof input.order_id === "string" && { order_id: input.order_id }),
			...(customer_id && { customer_id }),
			correlation_id: ctx.requestID ?? newId("req"),
			actor: scopeOf(ctx).actor,
		};
		const ended = wait_ms > 0 ? house.engine.wait(head.saga_id, wait_ms) : undefined;
		if (await house.engine.start(head, input)) return { saga_id: head.saga_id, input, ended };
		const holder = await house.journal.holder(head);
		if (holder) return found(house, ctx, holder, request, wait_ms);
	}
	throw sagaBusy();
}

type Asked = Pick<Head, "request_key" | "request_hash">;

async function found(
	{ engine, journal }: House,
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

/** An `Idempotency-Key` is the caller's own: of its consumer, its actor and the action it asked for. */
function requestOf(ctx: Context): Asked {
	const { idempotency_key, idempotency_hash } = headersOf(ctx);
	if (!idempotency_key) return {};
	const { consumer = "", actor } = scopeOf(ctx);
	const request_key = `${consumer}/${actor}/${ctx.action?.name}/${idempotency_key}`;
	return { request_key, ...(idempotency_hash && { request_hash: idempotency_hash }) };
}

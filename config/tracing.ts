import type { ActionSchema, CallingOptions, Context, Middleware } from "moleculer";
import type { Recorded } from "../lib/fact.ts";
import { isAmong, newSpanId, type Place, placeIn, traceOf, traceparentOf } from "../lib/trace.ts";
import { doing } from "./doing.ts";
import { env } from "./env.ts";
import { outcomeOf } from "./outcome.ts";
import { isExported, record, type Span } from "./spans.ts";

const SLOW_MS = 1_000;

/** How an action says what its span is called, and who asked from outside the mesh. */
export interface Traced {
	readonly spanName?: (ctx: never) => string;
	readonly parentOf?: (ctx: never) => unknown;
	readonly tagsOf?: (ctx: never) => Record<string, string>;
	readonly faultOf?: (ctx: never) => string | undefined;
}

/** Where a call, or the hearing of a fact, stands in its trace; kept only where spans are exported. */
const places = new WeakMap<object, Place>();

/** Of a call or of a fact that is heard: the `traceparent` of what comes from it, if it is traced. */
export function traceparentFrom(cause: object): string | undefined {
	const place = places.get(cause);
	return place?.is_sampled ? traceparentOf(place) : undefined;
}

/** Outermost: its spans hold what all the others take. */
export const tracing: Middleware = {
	name: "Traces",
	localAction(next, action) {
		const traced = (action.tracing ?? {}) as Traced;
		return function spanned(this: unknown, ctx: Context) {
			const run = () => next.call(this as never, ctx);
			const correlation_id = ctx.requestID ?? ctx.id;
			const more = sagaOf(ctx);
			if (!isExported) return doing.run({ correlation_id, more }, run);
			const said = traced.parentOf?.(ctx as never) ?? parentIn(ctx);
			const parent = placeIn(said);
			const place = placeUnder(parent, correlation_id);
			places.set(ctx, place);
			const end = begin(place, parent, () => spanOf(action, traced, ctx));
			return doing.run({ correlation_id, place, more }, () => ended(run(), end));
		} as never;
	},
	call(next: Call) {
		if (!isExported) return next as never;
		return function handOn(action: string, params: object, opts: CallingOptions = {}) {
			const place = opts.parentCtx && places.get(opts.parentCtx);
			if (!place) return next(action, params, opts);
			const headers = { ...opts.headers, traceparent: traceparentOf(place) };
			return next(action, params, { ...opts, headers });
		} as never;
	},
};
type Call = (action: string, params: object, opts: CallingOptions) => Promise<unknown>;

/** A reaction to a fact: in the trace of what it tells of, under whoever announced it. */
export function hearing<T>(context: string, fact: Recorded, react: () => Promise<T>): Promise<T> {
	const { event, message_id, headers, producer } = fact;
	const correlation_id = headers.correlation_id ?? message_id;
	const more = { event_id: message_id };
	if (!isExported) return doing.run({ correlation_id, more }, react);
	const parent = placeIn(headers.traceparent);
	const place = placeUnder(parent, correlation_id);
	places.set(fact, place);
	const end = begin(place, parent, () => ({
		name: event,
		service: context,
		kind: "consumer",
		tags: { correlation_id, producer, message_id },
	}));
	return doing.run({ correlation_id, place, more }, () => ended(react(), end));
}

const placeUnder = (parent: Place | undefined, correlation_id: string): Place => {
	const trace_id = parent?.trace_id ?? traceOf(correlation_id);
	const is_sampled = parent?.is_sampled || isAmong(trace_id, env.trace_percent);
	return { trace_id, span_id: newSpanId(), is_sampled };
};

type Told = Pick<Span, "name" | "service" | "kind" | "tags"> & {
	readonly fault?: string | undefined;
};

/** Answers how to end the span: it is recorded if it is sampled, was slow, or failed. */
function begin(place: Place, parent: Place | undefined, tell: () => Told) {
	const from_ms = Date.now();
	const began = performance.now();
	return (failure?: unknown) => {
		const took = performance.now() - began;
		const { fault, ...told } = tell();
		const error = fault ?? faultIn(failure);
		if (!place.is_sampled && !error && took < SLOW_MS) return;
		const { trace_id, span_id } = place;
		const to_ms = from_ms + took;
		record({ trace_id, span_id, parent_id: parent?.span_id, from_ms, to_ms, ...told, error });
	};
}

async function ended<T>(work: Promise<T>, end: (failure?: unknown) => void): Promise<T> {
	try {
		const value = await work;
		end();
		return value;
	} catch (error) {
		end(error);
		throw error;
	}
}

function spanOf(action: ActionSchema, traced: Traced, ctx: Context): Told {
	const correlation_id = ctx.requestID ?? ctx.id;
	const own = traced.tagsOf?.(ctx as never);
	return {
		name: traced.spanName?.(ctx as never) ?? String(action.name),
		service: ctx.service?.name ?? "",
		kind: "server",
		tags: { correlation_id, node: ctx.broker.nodeID, ...own },
		fault: traced.faultOf?.(ctx as never),
	};
}

const parentIn = ({ headers }: Context) =>
	(headers as { traceparent?: string } | null)?.traceparent;
const sagaOf = ({ headers }: Context) => {
	const { saga_id } = (headers ?? {}) as { saga_id?: string };
	return saga_id ? { saga_id } : undefined;
};

/** A refusal is an answer: only what nobody expected is an error of the trace. */
function faultIn(failure: unknown): string | undefined {
	if (failure === undefined) return undefined;
	const { type, name } = (failure ?? {}) as { type?: string; name?: string };
	return outcomeOf(failure) === "refused" ? undefined : (type ?? name ?? "Error");
}

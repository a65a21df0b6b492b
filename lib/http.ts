import type { Context } from "moleculer";

/** What an action may ask of the answer that carries its reply; only the gateway reads it. */
interface AnswerOptions {
	readonly status?: number;
	readonly location?: string;
}

/** For the few actions whose HTTP status depends on what happened. Elsewhere the contract says it. */
export function answer({ meta }: { meta: object }, { status, location }: AnswerOptions): void {
	Object.assign(meta, status && { $statusCode: status }, location && { $location: location });
}

/** The one-hop headers that the gateway sends with a call. */
interface CallHeaders {
	identity?: string;
	/** `Idempotency-Key`, with a fingerprint of the request that it came with. */
	idempotency_key?: string;
	idempotency_hash?: string;
	if_match?: string;
	/** The client's address, as far as the gateway can tell. */
	address?: string;
	/** `fr` unless the caller prefers English. */
	locale?: "fr" | "en";
	/** Seconds that the caller is ready to wait for an outcome (`Prefer: wait=10`). */
	wait?: number;
	/** Whose span this call is made in: `lib/trace.ts`. */
	traceparent?: string;
	saga_id?: string;
	saga_step?: string;
	saga_direction?: "do" | "undo";
	saga_step_kind?: string;
}

export const headersOf = (ctx: Pick<Context, "headers">): CallHeaders => ctx.headers ?? {};

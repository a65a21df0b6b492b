import type { Context } from "moleculer";
import { headersOf } from "../lib/http.ts";
import { scopeOf } from "../lib/scope.ts";

export type Call = Pick<Context, "headers" | "params"> &
	Partial<Pick<Context, "locals" | "action" | "meta">>;

/** Names an effect, however often it is asked for. */
export interface Occasion {
	readonly saga_id: string;
	readonly step: string;
}

/** Headers go one hop: the calls that this call makes do not look like steps. */
export function stepOf(ctx: Call): Occasion | undefined {
	const { saga_id, saga_step: step } = headersOf(ctx);
	return saga_id && step ? { saga_id, step } : undefined;
}

const REQUESTS = "idem:";
export const isRequest = ({ saga_id }: Occasion): boolean => saga_id.startsWith(REQUESTS);

/**
 * What a client names by its `Idempotency-Key`: within its consumer and actor, so that nobody
 * meets an answer that was given to another. Without colons, for those who join the two parts.
 */
export function requestOf(ctx: Call): Occasion | undefined {
	const { idempotency_key: key } = headersOf(ctx);
	if (!key) return undefined;
	const { consumer = "", actor } = scopeOf({ locals: ctx.locals ?? {} });
	const step = `${ctx.action?.name}/${encodeURIComponent(key)}`;
	return { saga_id: `${REQUESTS}${consumer}:${actor}`, step };
}

/** The gateway tells a client that it hears its first answer again. */
export function tellReplayed(ctx: Call, occasion: Occasion): void {
	if (isRequest(occasion) && ctx.meta) Object.assign(ctx.meta, { $replayed: true });
}

/** What the other side is asked by, in every attempt and in both directions. */
export const keyOf = ({ saga_id, step }: Occasion) => `${saga_id}:${step}`;

import type { Context, Middleware } from "moleculer";
import type { ActionSchema } from "../lib/contract.ts";
import { headersOf } from "../lib/http.ts";

const SHARE = 0.1; // of calls that may be repeated: an outage must not double its own load
const SAVED_MAX = 20; // repeats after a quiet time, when one replica dies with calls under way
const DELAY_MS = 20; // the registry has then heard who left

/** What says that this replica did not answer, and never will. A timeout says neither. */
const LOST = ["SERVICE_NOT_AVAILABLE", "SERVICE_NOT_FOUND", "REQUEST_REJECTED"];

/** Earned by calls, spent by repeats. */
export function budget(share = SHARE, saved_max = SAVED_MAX) {
	let saved = saved_max;
	return {
		earn() {
			saved = Math.min(saved + share, saved_max);
		},
		spend() {
			if (saved < 1) return false;
			saved--;
			return true;
		},
	};
}

/** About the called action itself: what it could not reach, it cannot reach from elsewhere either. */
export function isLost(err: unknown, action: string): boolean {
	const { type, data } = (err ?? {}) as { type?: string; data?: { action?: string } };
	return LOST.includes(type ?? "") && data?.action === action;
}

type Action = ActionSchema & { name: string; retryPolicy?: object };

/** A read, or a request that its client has named: the second of one name is answered what the first was. */
const isRepeatable = ({ repeatable, idempotency }: Action, ctx: Context) =>
	repeatable || (idempotency !== undefined && headersOf(ctx).idempotency_key !== undefined);

/**
 * Has Moleculer's Retry, which stands around it, repeat what the contract calls `repeatable`, and
 * what has an `Idempotency-Key` where the contract takes one: once, when the replica was lost, and
 * within the budget. Nothing else is ever repeated.
 */
export function repeat(): Middleware {
	const purse = budget();
	return {
		name: "Repeat",
		remoteAction(next, definition) {
			const action = definition as unknown as Action;
			if (!action.repeatable && !action.idempotency) return next;
			const safe = new WeakSet<object>(); // what calls failed with that may be repeated
			action.retryPolicy = {
				enabled: true,
				retries: 1,
				delay: DELAY_MS,
				check: (err: unknown) =>
					safe.has(err as object) && isLost(err, action.name) && purse.spend(),
			};
			return function counted(this: unknown, ctx: Context) {
				const answer = next.call(this as never, ctx);
				if (!isRepeatable(action, ctx)) return answer;
				purse.earn();
				answer.catch((err: object) => safe.add(err));
				return answer;
			};
		},
	};
}

import type { CallingOptions, Middleware } from "moleculer";
import { Counter } from "prom-client";
import { registry } from "./metrics.ts";
import { failureOf } from "./outcome.ts";

const registers = [registry];

const failed = new Counter({
	name: "moleculer_calls_failed_total",
	help: "Calls of this process that came to no answer.",
	labelNames: ["action", "reason"],
	registers,
});
const opened = new Counter({
	name: "moleculer_circuit_opened_total",
	help: "How often this process has ceased to call an action on a node where it keeps failing.",
	labelNames: ["action"],
	registers,
});

/** A failure is passed on to whoever called the caller: it is counted once, where it happened. */
const counted = new WeakSet<object>();

function count(action: string, err: unknown): void {
	const reason = failureOf(err);
	if (!reason || counted.has(err as object)) return;
	counted.add(err as object);
	const { nodeID, data } = err as { nodeID?: string; data?: { action?: string } };
	if (nodeID !== undefined && data?.action !== action) return; // of a call that our callee made
	failed.inc({ action, reason });
}

/** What callers see of the mesh: who does not answer, and whom they have given up for a while. */
export const calls: Middleware = {
	name: "Calls",
	call(next: Call) {
		return function watched(action: string, params: object, opts?: CallingOptions) {
			const answer = next(action, params, opts);
			answer.catch((err) => count(action, err));
			return answer; // itself: it carries its context
		} as never;
	},
	broadcast(next: Broadcast) {
		return function heard(event: string, payload: { action?: string }, opts?: object) {
			if (event === "$circuit-breaker.opened") opened.inc({ action: payload.action ?? "" });
			return next(event, payload, opts);
		} as never;
	},
};
type Call = (action: string, params: object, opts?: CallingOptions) => Promise<unknown>;
type Broadcast = (event: string, payload: object, opts?: object) => unknown;

import { AsyncLocalStorage } from "node:async_hooks";
import { type Place, traceOf } from "../lib/trace.ts";

/** What is being done: for the lines that are logged meanwhile. */
interface Doing {
	readonly correlation_id: string;
	readonly place?: Place | undefined;
	readonly more?: Readonly<Record<string, string>> | undefined;
}
export const doing = new AsyncLocalStorage<Doing>();

/** The ids that a log line carries. */
export function idsNow(): Record<string, string | undefined> {
	const now = doing.getStore();
	if (!now) return {};
	const { correlation_id, place, more } = now;
	const trace_id = place?.trace_id ?? traceOf(correlation_id);
	return { request_id: correlation_id, trace_id, span_id: place?.span_id, ...more };
}

/** What is done later, by others: its lines are still those of whoever asked for it now. */
export function ofCaller<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R {
	const now = doing.getStore();
	return now ? (...args) => doing.run(now, () => work(...args)) : work;
}

/** What goes on after whoever began it has been answered: its lines carry no ids. */
export const ofNobody = <T>(work: () => T): T => doing.exit(work);

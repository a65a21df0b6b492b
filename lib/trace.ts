import { createHash, randomBytes } from "node:crypto";

/**
 * Where one is in a trace. Ids are W3C's: 32 and 16 hexadecimal digits.
 * https://www.w3.org/TR/trace-context/
 */
export interface Place {
	readonly trace_id: string;
	readonly span_id: string;
	readonly is_sampled: boolean;
}

const PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NOTHING = /^0+$/;
const SAMPLED = 1;

/** The place that a `traceparent` names; undefined for one that is not exactly right. */
export function placeIn(traceparent: unknown): Place | undefined {
	if (typeof traceparent !== "string") return undefined;
	const [, trace_id, span_id, flags] = PARENT.exec(traceparent) ?? [];
	if (!trace_id || !span_id || NOTHING.test(trace_id) || NOTHING.test(span_id)) return undefined;
	return {
		trace_id,
		span_id,
		is_sampled: (Number.parseInt(flags ?? "", 16) & SAMPLED) === SAMPLED,
	};
}

export const traceparentOf = ({ trace_id, span_id, is_sampled }: Place) =>
	`00-${trace_id}-${span_id}-${is_sampled ? "01" : "00"}`;

/**
 * The trace of a correlation id: itself if it is one, else made of it. So a trace goes wherever
 * the correlation id does (calls, facts, a saga that is resumed next week) and needs no column.
 */
export const traceOf = (correlation_id: string): string =>
	/^[0-9a-f]{32}$/.test(correlation_id) && !NOTHING.test(correlation_id)
		? correlation_id
		: createHash("sha256").update(correlation_id).digest("hex").slice(0, 32);

/** Whether such a trace is among `percent` of a hundred: every process answers the same. */
export const isAmong = (trace_id: string, percent: number) =>
	Number.parseInt(trace_id.slice(-8), 16) < (percent / 100) * 2 ** 32;

const self = randomBytes(4).toString("hex"); // of this process: what follows need only count
let spans = randomBytes(4).readUInt32BE();

/** An id that no other span has; a count costs less than eight random bytes each time. */
export function newSpanId(): string {
	spans = (spans + 1) >>> 0;
	return `${self}${spans.toString(16).padStart(8, "0")}`;
}

import { Counter } from "prom-client";
import { env } from "./env.ts";
import { registry } from "./metrics.ts";
import { otlp, type Span, zipkin } from "./span-formats.ts";

export type { Span } from "./span-formats.ts";

const BATCH_MAX = 512;
const WAITING_MAX = 2_048;
const EVERY_MS = 5_000;
const LIMIT_MS = 5_000;
const HEADERS = { "Content-Type": "application/json" };

const dropped = new Counter({
	name: "trace_spans_dropped_total",
	help: "Spans that nobody took: too many at once, or no collector.",
	registers: [registry],
});
const TARGETS = [
	...(env.zipkin_url ? [{ url: new URL("/api/v2/spans", env.zipkin_url), format: zipkin }] : []),
	...(env.otlp_url ? [{ url: new URL("/v1/traces", env.otlp_url), format: otlp }] : []),
];
/** Whether spans go anywhere at all. */
export const isExported = TARGETS.length > 0;

let waiting: Span[] = [];
let timer: NodeJS.Timeout | undefined;

/** Hands a span over; never waits, never fails: what cannot be kept is dropped, and counted. */
export function record(span: Span): void {
	if (waiting.length < WAITING_MAX) waiting.push(span);
	else dropped.inc();
	if (waiting.length >= BATCH_MAX) void flush();
	else timer ??= setTimeout(() => void flush(), EVERY_MS).unref();
}

/** Sends what waits; at the end of a process the last of its spans. */
export async function flush(): Promise<void> {
	clearTimeout(timer);
	timer = undefined;
	const batch = waiting;
	waiting = [];
	if (batch.length === 0) return;
	await Promise.all(TARGETS.map(({ url, format }) => send(url, format(batch), batch.length)));
}

async function send(url: URL, body: object, count: number): Promise<void> {
	try {
		const signal = AbortSignal.timeout(LIMIT_MS);
		const request = { method: "POST", headers: HEADERS, body: JSON.stringify(body), signal };
		const { ok } = await fetch(url, request);
		if (!ok) dropped.inc(count);
	} catch {
		dropped.inc(count);
	}
}

/** Something that took time. Instants are epoch milliseconds, with fractions. */
export interface Span {
	readonly trace_id: string;
	readonly span_id: string;
	readonly parent_id?: string | undefined;
	readonly name: string;
	/** Who served it: a context. */
	readonly service: string;
	readonly kind: keyof typeof KINDS;
	readonly from_ms: number;
	readonly to_ms: number;
	readonly tags: Readonly<Record<string, string>>;
	/** What went wrong: its code. */
	readonly error?: string | undefined;
}
const KINDS = { server: 2, consumer: 5 } as const;
const [OK, ERROR] = [1, 2];

/** https://zipkin.io/zipkin-api, `POST /api/v2/spans`. Instants in microseconds; ids whole. */
export const zipkin = (spans: readonly Span[]) =>
	spans.map(
		({ trace_id, span_id, parent_id, name, service, kind, from_ms, to_ms, tags, error }) => ({
			traceId: trace_id,
			id: span_id,
			...(parent_id && { parentId: parent_id }),
			name,
			kind: kind.toUpperCase(),
			timestamp: Math.round(from_ms * 1_000),
			duration: Math.max(1, Math.round((to_ms - from_ms) * 1_000)),
			localEndpoint: { serviceName: service },
			tags: { ...tags, ...(error && { error }) },
		}),
	);

/** https://opentelemetry.io/docs/specs/otlp/#otlphttp, in JSON. Instants in nanoseconds. */
export const otlp = (spans: readonly Span[]) => ({
	resourceSpans: [...Map.groupBy(spans, ({ service }) => service)].map(([service, its]) => ({
		resource: { attributes: attributes({ "service.name": service }) },
		scopeSpans: [{ scope: { name: "comptoir" }, spans: its.map(otlpSpan) }],
	})),
});

const otlpSpan = ({
	trace_id,
	span_id,
	parent_id,
	name,
	kind,
	from_ms,
	to_ms,
	tags,
	error,
}: Span) => ({
	traceId: trace_id,
	spanId: span_id,
	...(parent_id && { parentSpanId: parent_id }),
	name,
	kind: KINDS[kind],
	startTimeUnixNano: nanoseconds(from_ms),
	endTimeUnixNano: nanoseconds(to_ms),
	attributes: attributes(tags),
	status: error ? { code: ERROR, message: error } : { code: OK },
});

const attributes = (tags: Readonly<Record<string, string>>) =>
	Object.entries(tags).map(([key, value]) => ({ key, value: { stringValue: value } }));

/** Beyond 2^53, so a text. */
const nanoseconds = (ms: number) => String(BigInt(Math.round(ms * 1_000)) * 1_000n);

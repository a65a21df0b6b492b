import type { IncomingMessage } from "node:http";
import type { Context } from "moleculer";
import type { Traced } from "../../config/tracing.ts";
import { placeIn, traceOf } from "../../lib/trace.ts";
import type { Incoming } from "./exchange.ts";

type Asked = Context<{ req: Incoming }>;

/** The span of a request: named by its route, never by its address, under whoever sent it. */
export const traced: Traced = {
	spanName: ({ params: { req } }: Asked) =>
		`${req.method} ${req.exchange?.operation?.path ?? "unmatched"}`,
	parentOf: ({ params: { req } }: Asked) => req.headers.traceparent,
	tagsOf: ({ params: { req } }: Asked) => ({
		"http.request.method": req.method ?? "",
		"http.route": req.exchange?.operation?.path ?? "unmatched",
		"http.response.status_code": String(req.exchange?.res.statusCode ?? 0),
		consumer: req.exchange?.consumer?.consumer ?? "none",
	}),
	faultOf: ({ params: { req } }: Asked) => {
		const status = req.exchange?.res.statusCode ?? 0;
		return status >= 500 ? (req.exchange?.code ?? String(status)) : undefined;
	},
};

/** The sender's trace, if it said one; else that of the request's own id. */
export const traceIdOf = ({ headers }: IncomingMessage, id: string): string =>
	placeIn(headers.traceparent)?.trace_id ?? traceOf(id);

import { gateway as config } from "../../config/gateway.ts";
import type { Exchange } from "./exchange.ts";
import { originForbidden } from "./gateway.contract.ts";

const HEADERS = [
	"Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match",
	"If-None-Match, Prefer, X-API-Key, X-Correlation-ID, X-Request-ID",
].join(", ");

/** Answers OPTIONS, a browser's question included. Origins are a set: one is in it or is not. */
export function answerOptions({ req, res, allow = "" }: Exchange): void {
	const { origin } = req.headers;
	if (origin !== undefined && req.headers["access-control-request-method"] !== undefined) {
		if (!config.cors.origins.has(origin)) throw originForbidden();
		res.setHeader("Access-Control-Allow-Methods", allow);
		res.setHeader("Access-Control-Allow-Headers", HEADERS);
		res.setHeader("Access-Control-Max-Age", config.cors.max_age);
	}
	res.setHeader("Allow", allow);
	res.statusCode = 204;
	res.end();
}

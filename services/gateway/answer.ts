import type { Context } from "moleculer";
import type { Served } from "../../config/balancing.ts";
import { env } from "../../config/env.ts";
import { signed } from "../../config/identity.ts";
import { identity } from "../identity/identity.contract.ts";
import type { Exchange } from "./exchange.ts";
import { answered, repeated, tried } from "./metrics.ts";
import { timeoutOf } from "./pipeline.ts";
import { type Said, sendPage, sendReply } from "./reply.ts";

/** By name: an endpoint chosen before the params are known would not be the key's. */
export async function answer(exchange: Exchange, ctx: Context): Promise<void> {
	const { operation, params, headers, scope } = exchange;
	if (!operation) return;
	if (operation.page) return sendPage(exchange, await operation.page(exchange));
	const called = performance.now();
	const calling = ctx.call<unknown, object>(operation.action, params, {
		headers: { ...headers, identity: signed(scope) },
		timeout: timeoutOf(operation, exchange.wait),
	});
	const reply = await calling.finally(() => {
		exchange.upstream_ms = performance.now() - called;
		answered(operation.action, exchange.upstream_ms);
		tellWho(exchange, ctx.locals as Served);
	});
	await sendReply(exchange, reply, ctx.meta as Said);
}

/** Who watches how calls are spread sees it in the answer; strangers to production do not. */
function tellWho({ res }: Exchange, { served_by }: Served): void {
	if (served_by && !env.production) res.setHeader("X-Served-By", served_by);
}

/** What is counted of a request beside its time and size, once its answer is known. */
export function told(exchange: Exchange): void {
	const { operation, res, headers } = exchange;
	if (headers.idempotency_key) repeated(outcomeOf(exchange));
	if (operation?.schema.limit !== "login") return;
	const way = operation.action === identity.refresh.action ? "refresh" : "password";
	if (res.statusCode < 400) tried(way, "ok");
	else if (res.statusCode < 500) tried(way, "refused");
}

function outcomeOf({ res, code }: Exchange): "first" | "replayed" | "refused" {
	if (res.hasHeader("Idempotency-Replayed")) return "replayed";
	return code?.startsWith("IDEMPOTENCY_") ? "refused" : "first";
}

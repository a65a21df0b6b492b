import type { Context } from "moleculer";
import { gateway as config } from "../../config/gateway.ts";
import { asService } from "../../config/identity.ts";
import type { Admission } from "./admission.ts";
import { hasBody, readBody, refuseBody } from "./body.ts";
import { charge } from "./budgets.ts";
import { conditionsOf, waitOf } from "./conditions.ts";
import { answerOptions } from "./cors.ts";
import { authorise, identify } from "./credentials.ts";
import { CSV_TYPE, withoutFormat } from "./csv.ts";
import type { Exchange } from "./exchange.ts";
import { badRequest, notAcceptable } from "./gateway.contract.ts";
import type { Limits } from "./limits.ts";
import { acceptsJson, prefersCsv } from "./negotiation.ts";
import type { Pressure } from "./pressure.ts";
import { queryOf } from "./query.ts";
import { isOpenPage, type Operation } from "./routes.ts";
import { paramsOf } from "./shape.ts";

const JSON_TYPE = "application/json";

/** What a gateway lets requests in by. */
export interface Door {
	readonly limits: Limits;
	readonly admission: Admission;
	readonly pressure: Pressure;
}

/** What every request passes before its action is called, cheapest refusals first. */
export async function admit(caller: Context, exchange: Exchange, door: Door): Promise<void> {
	const { req, fault, operation } = exchange;
	const { limits } = door;
	const query = queryOf(exchange.search); // a key in the address is refused wherever it is sent
	if (fault) throw fault;
	if (!operation) return answerOptions(exchange);
	if (isOpenPage(operation)) return admitToPage(exchange, operation, door);

	const hasCsv = operation.schema.csv !== undefined;
	exchange.isCsv = hasCsv && prefersCsv(req.headers.accept);
	if (!exchange.isCsv && !acceptsJson(req.headers.accept))
		throw notAcceptable({ formats: hasCsv ? `${JSON_TYPE}, ${CSV_TYPE}` : JSON_TYPE });
	refuseBody(req, operation.shape.body !== undefined);
	await identify(caller, exchange, asGateway());
	await charge(limits, exchange);
	authorise(exchange);
	refuseGone(exchange);
	door.admission.enter(exchange, door.pressure.level);

	const { value, bytes } = hasBody(req) ? await readBody(req) : NO_BODY;
	exchange.bytes_in = bytes;
	const asked = withoutWait(exchange, query);
	exchange.params = paramsOf(
		operation.shape,
		exchange.values,
		withoutFormat(exchange, asked),
		value,
	);
	exchange.headers = conditionsOf(exchange);
}

/** Its answer has closed already, and will not close again: what it took from here on nobody gives back. */
function refuseGone({ res }: Exchange): void {
	if (res.destroyed) throw badRequest({ reason: "closed" });
}

const NO_BODY = { value: undefined, bytes: 0 };

/** Health is free: who asks for it is deciding whether to send us anybody. */
async function admitToPage(exchange: Exchange, operation: Operation, { limits }: Door) {
	refuseBody(exchange.req, false);
	if (operation.context === "health") exchange.charged = true;
	else await charge(limits, exchange);
}

/** How long to wait is between the caller and the gateway: the action reads it in its headers. */
function withoutWait(exchange: Exchange, query: ReturnType<typeof queryOf>) {
	if (!exchange.operation?.shape.waits) return query;
	const wait = waitOf(exchange, query);
	if (wait !== undefined) exchange.wait = wait;
	const { wait: _, ...rest } = query;
	return rest;
}

export const asGateway = () => ({ headers: asService("gateway") });

/** How long the action has; what it calls gets what is left of it. */
export function timeoutOf({ schema, method }: Pick<Operation, "schema" | "method">, wait?: number) {
	const { limit, timeout } = schema;
	const { read, write, report } = config.timeout_ms;
	if (wait !== undefined) return (wait + 1) * 1_000;
	if (timeout !== undefined) return timeout;
	if (limit === "report") return report;
	return method === "GET" ? read : write;
}

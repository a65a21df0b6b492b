import moleculer from "moleculer";
import type { ActionSchema } from "../../lib/contract.ts";
import type { Placed } from "../orders/orders.contract.ts";
import { sagaBlocked, sagaCancelled, saleUnavailable } from "./saga.contract.ts";
import type { Failure, State } from "./state.ts";

type Schemas = ReadonlyMap<string, ActionSchema>;

/** What a completed saga answers who waited for it. */
export function completed({ saga_id, message = "", input, steps }: State): Placed {
	const reply = (step: string) =>
		steps.find((run) => run.step === step)?.do.reply as
			| { id?: string; total_cents?: number }
			| undefined;
	const order = reply("CREATE_ORDER");
	const payment = reply("PROCESS_PAYMENT");
	return {
		saga_id,
		status: "COMPLETED",
		message,
		order_id: String(input.order_id),
		...(payment?.id && { payment_id: payment.id }),
		...(order?.total_cents !== undefined && { total_cents: order.total_cents }),
	};
}

/** The refusal that a turned or blocked saga ends in, with the saga's id beside its own data. */
export function refused({ saga_id, error, blocked, status }: State, schemas: Schemas): Error {
	if (blocked && status !== "COMPENSATED") return withData(sagaBlocked(), { saga_id });
	if (!error) return withData(saleUnavailable(), { saga_id });
	if (error.type === sagaCancelled.code) return withData(sagaCancelled(), { saga_id });
	if (!isDeclared(error, schemas)) return withData(saleUnavailable(), { saga_id });
	const { message, code, type, data } = error;
	return new moleculer.Errors.MoleculerClientError(message, code, type, {
		...(data as object | undefined),
		saga_id,
	});
}

/** A declared "no", as opposed to an outage or a defect. */
export const isDeclared = ({ type }: Failure, schemas: Schemas): boolean =>
	[...schemas.values()].some(({ refusals }) => refusals?.some(({ code }) => code === type));

const withData = (error: Error, data: object) => Object.assign(error, { data });

import Type, { type Static } from "typebox";
import type { FailureConfig } from "./payments.contract.ts";

/** A line of the provider's own ledger, one for each key that it was ever asked by. */
export const Charge = Type.Object({
	key: Type.String(),
	amount_cents: Type.Integer(),
	refunded_cents: Type.Integer(),
	status: Type.Enum(["captured", "declined", "cancelled"]),
	failure_code: Type.Optional(Type.String()),
	provider_ref: Type.String(),
	created_at: Type.Integer(),
});
export type Charge = Static<typeof Charge>;

export type Operation = NonNullable<FailureConfig["operations"]>[number];
interface Request {
	operation: Operation;
	amount_cents: number;
	at: number;
	draw: number;
}

export const NO_FAILURE: FailureConfig = {
	failure_rate: 0,
	failure_amounts_cents: [],
	latency_ms: 0,
};

/** What fails unless the configuration says more: what it meant before it could. */
const CAPTURES: Operation[] = ["capture"];

/** Whether a configuration is about that kind of request at all. */
export const concerns = ({ operations = CAPTURES }: FailureConfig, operation: Operation) =>
	operations.includes(operation);

/** Whether a request is declined; `draw` is of 0…99, so that a rate of 0 declines none and 100 all. */
export function isDeclined(
	config: FailureConfig,
	{ operation, amount_cents, at, draw }: Request,
): boolean {
	const { failure_rate, failure_amounts_cents, expires_at } = config;
	if (!concerns(config, operation)) return false;
	if (expires_at !== undefined && Date.parse(expires_at) <= at) return false;
	const concerned =
		failure_amounts_cents.length === 0 || failure_amounts_cents.includes(amount_cents);
	return concerned && draw < failure_rate;
}

/** What can still be given back of a charge. */
export const leftOf = ({ status, amount_cents, refunded_cents }: Charge): number =>
	status === "captured" ? amount_cents - refunded_cents : 0;

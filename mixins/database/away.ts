import moleculer from "moleculer";

const CODES = [
	...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"],
	...["57P01", "57P02", "57P03"], // it shuts down, has crashed, is starting
	...["53300", "25P03"], // too many connections; a transaction that was silent for too long
	...["08000", "08001", "08003", "08004", "08006"],
];
const NAMES = ["SequelizeConnection", "SequelizeHostNot", "SequelizeInvalidConnection"];
// The pool says of itself that it has waited for too long in two words.
const TEXT = /^(Operation timeout|Connection terminated|Client has encountered a connection error)/;

/**
 * A server that cannot be reached is an outage: callers are told so, and to come again. What
 * became of a commit that it broke off nobody knows. Any other error stays what it is.
 */
export function orAway(error: unknown): unknown {
	const { original } = (error ?? {}) as { original?: unknown };
	if (!isAway(error) && !isAway(original)) return error;
	const outage = new moleculer.Errors.MoleculerRetryableError(
		"The database cannot be reached",
		503,
		"SERVICE_NOT_AVAILABLE",
	);
	return Object.assign(outage, { cause: error });
}

function isAway(error: unknown): boolean {
	const { code = "", name = "", message = "" } = (error ?? {}) as Record<string, string>;
	return (
		CODES.includes(String(code)) ||
		NAMES.some((one) => String(name).startsWith(one)) ||
		TEXT.test(message)
	);
}

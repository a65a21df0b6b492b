import moleculer from "moleculer";

/** A unit of work that its database has kept waiting for longer than any takes. */
export const stuck = (limit_ms: number) =>
	Object.assign(new Error(`A unit of work took more than ${limit_ms} ms`), { code: STUCK });
const STUCK = "UNIT_STUCK";

const SLOW = ["55P03", STUCK]; // somebody held a lock for too long; a unit of work did not come to an end

const CODES = [
	...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"],
	...["57P01", "57P02", "57P03"], // it shuts down, has crashed, is starting
	...["53300", "25P03"], // too many connections; a transaction that was silent for too long
	...["08000", "08001", "08003", "08004", "08006"],
	...SLOW,
];
const NAMES = ["SequelizeConnection", "SequelizeHostNot", "SequelizeInvalidConnection"];
// The pool says of itself that it has waited for too long in two words, and so does the driver.
const TEXT =
	/^(Operation timeout|Query read timeout|timeout expired|Connection terminated|Client (was closed|has encountered a connection error))/;

const OUTAGE = "SERVICE_NOT_AVAILABLE";

/**
 * A server that cannot be reached, or that keeps us waiting, is an outage: callers are told so, and to come again. What
 * became of a commit that it broke off nobody knows. Any other error stays what it is.
 */
export function orAway(error: unknown): unknown {
	if (!isAway(error)) return error;
	const outage = new moleculer.Errors.MoleculerRetryableError(
		"The database cannot be reached",
		503,
		OUTAGE,
	);
	return Object.assign(outage, { cause: error });
}

/**
 * True where it was not there for anybody: whoever asked is not to blame, as it may be for a lock
 * that it waited for, or for a unit of work that hangs.
 */
export function wasAbsent(error: unknown): boolean {
	const { type, cause } = (error ?? {}) as { type?: string; cause?: unknown };
	return type === OUTAGE && isAway(cause) && !isSlow(cause);
}

function isSlow(error: unknown): boolean {
	const { code = "", original } = (error ?? {}) as Record<string, unknown>;
	return SLOW.includes(String(code)) || (original !== undefined && isSlow(original));
}

/** Sequelize says by its name what the driver says by a code, and hides the one behind the other. */
function isAway(error: unknown): boolean {
	const { code = "", name = "", message = "", original } = (error ?? {}) as Record<string, unknown>;
	return (
		CODES.includes(String(code)) ||
		NAMES.some((one) => String(name).startsWith(one)) ||
		TEXT.test(String(message)) ||
		(original !== undefined && isAway(original))
	);
}

import type { ServiceBroker } from "moleculer";
import type { TSchema } from "typebox";
import { asService } from "../../config/identity.ts";
import type { ActionSchema } from "../../lib/contract.ts";
import { checker } from "../../lib/validator.ts";
import type { Outcome, OutcomeKind } from "./event.ts";
import { type Clock, gate } from "./gate.ts";
import type { Head } from "./journal.ts";
import type { Call } from "./state.ts";

export type Answer = Pick<Outcome, "outcome" | "reply" | "error" | "retry_after_ms">;

/** One dispatch of a committed intent; it never throws: what it does not know is UNKNOWN. */
export type Dispatch = (head: Head, call: Call) => Promise<Answer>;

export type Dispatcher = Dispatch & {
	/** The actions that it has called, and whether their gates are closed. */
	gates(): ReadonlyMap<string, boolean>;
};

/** Errors that say that nobody began, when they are about the called action itself. */
const NOBODY = ["SERVICE_NOT_FOUND", "SERVICE_NOT_AVAILABLE", "QUEUE_FULL"];

/**
 * Calls participants through the broker, behind a gate for each action. `returns` tells that an
 * action answers again: after a silence, or after a call of which nobody knows what came.
 */
export function dispatcher(
	broker: ServiceBroker,
	schemas: ReadonlyMap<string, ActionSchema>,
	clock: Clock,
	returns: (action: string) => void,
): Dispatcher {
	const gates = new Map<string, ReturnType<typeof gate>>();
	const gateOf = (action: string) => {
		const made = gates.get(action) ?? gate(clock);
		gates.set(action, made);
		return made;
	};

	const dispatch: Dispatch = async (head, call) => {
		const door = gateOf(call.action);
		let last: Answer = { outcome: "RETRYABLE", error: NOBODY_THERE };
		while (await door.enter(call.budget_until)) {
			const answer = await once(broker, schemas.get(call.action), head, call);
			if (door.leave(answer.outcome)) returns(call.action);
			if (answer.outcome !== "RETRYABLE" || clock.now() >= call.budget_until) return answer;
			last = answer;
		}
		return last;
	};
	return Object.assign(dispatch, {
		gates: () => new Map([...gates].map(([action, door]) => [action, door.isClosed()] as const)),
	});
}

const NOBODY_THERE = { type: "SERVICE_NOT_AVAILABLE", code: 503, message: "Nobody is there" };

async function once(
	broker: ServiceBroker,
	schema: ActionSchema | undefined,
	{ saga_id, correlation_id, traceparent }: Head,
	{ action, params, step, direction, kind, timeout_ms }: Call,
): Promise<Answer> {
	const headers = {
		...asService("saga"),
		...(traceparent && { traceparent }),
		saga_id,
		saga_step: step,
		saga_direction: direction,
		saga_step_kind: kind,
	};
	try {
		const options = { timeout: timeout_ms, retries: 0, headers, requestID: correlation_id };
		const reply: unknown = await broker.call(action, params as object, options);
		const faults = schema?.returns ? faultsOf(schema.returns, reply) : [];
		if (faults.length > 0) throw new Error(`${action} replied badly: ${JSON.stringify(faults)}`);
		return { outcome: "OK", ...(reply !== undefined && reply !== null && { reply }) };
	} catch (error) {
		const failure = failureOf(error);
		const outcome = outcomeOf(failure, action, schema);
		if (outcome === "UNKNOWN" && !EXPECTED.includes(failure.type))
			broker.logger.error(
				"a participant answered outside its contract",
				{ action, saga_id },
				error as object,
			);
		const { retry_after_ms } = (failure.data ?? {}) as { retry_after_ms?: number };
		return { outcome, error: failure, ...(retry_after_ms && { retry_after_ms }) };
	}
}

const checkers = new WeakMap<TSchema, ReturnType<typeof checker>>();

/** What later steps are computed from must be what the contract says. */
function faultsOf(schema: TSchema, reply: unknown) {
	const check = checkers.get(schema) ?? checker(schema);
	checkers.set(schema, check);
	return check(reply);
}

/** Unknown, but nobody's fault. */
const EXPECTED = ["REQUEST_TIMEOUT", "REQUEST_REJECTED", "REQUEST_SKIPPED", ...NOBODY];

/** Whatever is not known not to have happened may have happened. */
export function outcomeOf(
	{ type, data }: { type: string; data?: unknown },
	action: string,
	schema: ActionSchema | undefined,
): OutcomeKind {
	const isOwn = (data as { action?: string } | undefined)?.action === action;
	if (NOBODY.includes(type)) return isOwn ? "RETRYABLE" : "UNKNOWN";
	if (type === "VALIDATION_ERROR") return "REJECTED";
	return schema?.refusals?.some(({ code }) => code === type) || type === "SAGA_STEP_UNDONE"
		? "REJECTED"
		: "UNKNOWN";
}

function failureOf(error: unknown) {
	const { type, code, message, data } = (error ?? {}) as Record<string, unknown>;
	return {
		type: typeof type === "string" && type ? type : "ERROR",
		code: typeof code === "number" ? code : 500,
		message: String(message ?? error),
		...(data !== undefined && data !== null && { data }),
	};
}

import { isRefusal } from "../lib/refusal.ts";

/** What becomes of a call, as whoever watches the mesh counts it. */
export type Outcome = "ok" | "refused" | "error" | "timeout";
export type Failure = "timeout" | "unavailable" | "rejected" | "queue_full" | "oversize";

const LATE = ["REQUEST_TIMEOUT", "REQUEST_SKIPPED"];

/** Of what a call ended with: an expected no, an answer that came too late, or a defect. */
export function outcomeOf(err: unknown): Outcome {
	if (isRefusal(err)) return "refused";
	return LATE.includes(typeOf(err)) ? "timeout" : "error";
}

const FAILURES: Readonly<Record<string, Failure>> = {
	REQUEST_TIMEOUT: "timeout",
	REQUEST_SKIPPED: "timeout",
	SERVICE_NOT_FOUND: "unavailable",
	SERVICE_NOT_AVAILABLE: "unavailable",
	REQUEST_REJECTED: "rejected", // its node has left before it answered
	QUEUE_FULL: "queue_full",
	MAX_PAYLOAD_EXCEEDED: "oversize",
};

/** Why a call did not come to an answer; nothing where it did, whatever the answer was. */
export const failureOf = (err: unknown): Failure | undefined => FAILURES[typeOf(err)];

function typeOf(err: unknown): string {
	const { type, code } = (err ?? {}) as { type?: unknown; code?: unknown };
	return String(type ?? code); // the client of NATS says it in its code
}

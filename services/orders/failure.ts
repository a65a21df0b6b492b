import type { Failure } from "./orders.contract.ts";

interface Refused extends Error {
	type?: string;
	data?: unknown;
}

/** Why an order is turned around: the step that was refused, in the words of who refused it. */
export function failureOf(step: string, { type: code = "", message, data }: Refused): Failure {
	return { step, code, message, ...(data ? { data: data as Record<string, unknown> } : {}) };
}

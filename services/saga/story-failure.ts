import { explain, type RefusalEntry } from "../../lib/refusal.ts";
import { FACT_LABELS } from "../../sagas/diagram.ts";
import type { Choreography } from "../../sagas/reaction.ts";
import { sagas } from "./saga.contract.ts";
import type { Failure } from "./state.ts";
import type { Scene } from "./story-fact.ts";

interface Reason {
	step: string;
	code: string;
	message: string;
	data?: Record<string, unknown>;
}

/** Every refusal that a story may end in, by its code. */
const REFUSALS: ReadonlyMap<string, RefusalEntry> = new Map(
	(sagas.placeOrder.schema.refusals ?? []).map((entry) => [entry.code, entry]),
);
const CONFLICT = 409;
const UNAVAILABLE = 503;

/** Why a story turned, in the words of who refused. */
export function blameOf(of: Choreography, story: readonly Scene[]): Failure | undefined {
	const whole = story.map(({ data }) => data.reason).find(isReason);
	if (whole) {
		const { step, code: type, message, data } = whole;
		const code = REFUSALS.get(type)?.status ?? UNAVAILABLE;
		return { step, type, code, message, ...(data && { data }) };
	}
	for (const { event, data } of story) {
		const refused = of.reactions.find(
			({ refuses, undoes }) => undoes === undefined && refuses.includes(event),
		);
		if (!refused) continue;
		const type = event.slice(event.indexOf(".") + 1).toUpperCase();
		const message = typeof data.reason === "string" ? data.reason : (FACT_LABELS[event] ?? type);
		return { step: refused.step, type, code: CONFLICT, message };
	}
	return undefined;
}

const isReason = (reason: unknown): reason is Reason =>
	typeof reason === "object" && reason !== null && "code" in reason;

/** What people are told of it: the step's own word, where it has one; else the refusal's. */
export function toldOf(of: Choreography, { step, type, message, data }: Failure): string {
	const word = of.reactions.find((one) => one.step === step)?.failed;
	if (word) return word;
	const entry = REFUSALS.get(type);
	return entry ? (entry.title?.fr ?? explain(entry, data ?? {}, "fr")) : message;
}

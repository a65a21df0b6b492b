import type { Scope } from "../../lib/scope.ts";
import { malformed } from "../../lib/validator.ts";
import type { Channel, Notification, Recipient } from "./notifications.contract.ts";
import { type Filling, isTemplate, said } from "./templates.ts";

/** What is to be said to one recipient, by one channel, because of one cause. */
export interface Notice extends Recipient {
	readonly channel: Channel;
	readonly template: string;
	readonly payload: Filling;
	/** Names the cause: the fact, or the request. */
	readonly cause: string;
}

/** As it is kept: without its words, which depend on who reads. */
export type Kept = Omit<Notification, "title" | "text"> & {
	payload: Filling;
	dedupe_key: string;
	due_at?: number;
};

/** The same cause, recipient, channel and template is the same message. */
export const dedupeKeyOf = (notice: Notice): string =>
	[notice.cause, notice.template, notice.recipient_type, notice.recipient_id, notice.channel].join(
		"/",
	);

/** In the application it is there at once; elsewhere it has to be carried. */
export function opened({ cause: _, ...notice }: Notice, made: Made): Kept {
	const { id, at_ms, dedupe_key } = made;
	const created_at = new Date(at_ms).toISOString();
	const base = { id, ...notice, dedupe_key, attempts: 0, created_at };
	return notice.channel === "in_app"
		? { ...base, status: "SENT", sent_at: created_at }
		: { ...base, status: "PENDING", due_at: at_ms };
}
interface Made {
	id: string;
	at_ms: number;
	dedupe_key: string;
}

/** 1 s, 5 s, 30 s, 2 min, 10 min, 1 h, 6 h; then nobody tries any more. */
export const RETRIES_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000];

/** What an attempt has made of it. */
export function tried(kept: Kept, outcome: Outcome, at_ms: number): Kept {
	const { due_at: _, error: __, ...rest } = kept;
	const attempts = kept.attempts + 1;
	if (!("error" in outcome))
		return {
			...rest,
			attempts,
			status: "SENT",
			sent_at: new Date(at_ms).toISOString(),
			...outcome,
		};
	const delay_ms = outcome.isFinal ? undefined : RETRIES_MS[attempts - 1];
	const failed = { ...rest, attempts, error: outcome.error };
	return delay_ms === undefined
		? { ...failed, status: "DEAD" }
		: { ...failed, status: "FAILED", due_at: at_ms + delay_ms };
}
export type Outcome = { locale?: "fr" | "en" } | { error: string; isFinal: boolean };

/** What the world is told of it. */
export const toldOf = ({ id, channel, template, recipient_type, recipient_id }: Kept) => ({
	notification_id: id,
	channel,
	template,
	recipient_type,
	recipient_id,
});

/** As the reader is shown it, in the reader's language. */
export function shown({ payload, dedupe_key: _, due_at: __, ...kept }: Kept, locale: "fr" | "en") {
	const words = isTemplate(kept.template)
		? said(kept.template, payload, locale)
		: { title: kept.template, text: JSON.stringify(payload) };
	return { ...kept, ...words };
}

/** The names under which somebody is told things. */
export function namesOf({ role, actor, customer_id, location_id }: Scope): Recipient[] {
	if (role === "customer")
		return customer_id ? [{ recipient_type: "customer", recipient_id: customer_id }] : [];
	return [
		{ recipient_type: "user", recipient_id: actor },
		{ recipient_type: "role", recipient_id: role },
		...(location_id
			? [{ recipient_type: "role" as const, recipient_id: atStore(role, location_id) }]
			: []),
	];
}

export const atStore = (role: string, location_id: string) => `${role}-${location_id}`;

/** One's own names; whoever may see others' names one of them. What is another's is nobody's here. */
export function namesAsked({ recipient_type, recipient_id }: Partial<Recipient>, scope: Scope) {
	const own = namesOf(scope);
	if (!recipient_type && !recipient_id) return own;
	if (!recipient_type || !recipient_id) {
		const field = recipient_type ? "recipient_id" : "recipient_type";
		throw malformed([{ field, message: "goes with the other", keyword: "required" }]);
	}
	if (SEES_OTHERS.includes(scope.role)) return [{ recipient_type, recipient_id }];
	return own.filter((name) => isFor(name, { recipient_type, recipient_id }));
}
const SEES_OTHERS: readonly string[] = ["head_office", "admin", "service"];

export const isFor = (name: Recipient, { recipient_type, recipient_id }: Recipient) =>
	name.recipient_type === recipient_type && name.recipient_id === recipient_id;

import type { Notice } from "./notification.ts";
import type { Channel } from "./notifications.contract.ts";
import type { Template } from "./templates.ts";

/** Stands at a counter: there is nobody to write to. */
const WALK_IN = "walk_in";

interface Telling {
	cause: string;
	template: Template;
	payload: object;
}

/** What a customer is told, in the application and, of what matters, by e-mail. */
export function toCustomer(customer_id: string, telling: Telling, byMail = true): Notice[] {
	if (customer_id === WALK_IN) return [];
	const channels: Channel[] = byMail ? ["in_app", "email"] : ["in_app"];
	return channels.map((channel) => ({
		recipient_type: "customer",
		recipient_id: customer_id,
		channel,
		...telling,
		payload: { ...telling.payload },
	}));
}

/** What those who have a role are told, in the application. */
export const toRoles = (roles: readonly string[], telling: Telling): Notice[] =>
	roles.map((recipient_id) => ({
		recipient_type: "role",
		recipient_id,
		channel: "in_app",
		...telling,
		payload: { ...telling.payload },
	}));

/** The whole fact, to an address that has subscribed to it. */
export const toWebhook = (id: string, cause: string, event: string, fact: object): Notice => ({
	recipient_type: "webhook",
	recipient_id: id,
	channel: "webhook",
	cause,
	template: event,
	payload: { ...fact },
});

export const claimNo = (claim_id: string) => claim_id.slice(-8);

const KINDS: Readonly<Record<string, string>> = { out: "rupture", low: "bas", over: "surstock" };
export const alertWords = (alert: { kind: string }) => ({
	...alert,
	kind_fr: KINDS[alert.kind] ?? alert.kind,
});

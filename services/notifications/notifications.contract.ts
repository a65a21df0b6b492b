import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Instant, Locale, pageOf, paging, Text } from "../../lib/fields.ts";
import { letterEntries } from "../../lib/letters.ts";
import { inBody, refusal } from "../../lib/refusal.ts";
import { unknownCustomer } from "../customers/customers.contract.ts";
import { userNotFound } from "../identity/identity.contract.ts";

export const notificationNotFound = refusal("NOTIFICATION_NOT_FOUND", 404, {
	fr: "Notification {id} introuvable",
	en: "Notification {id} not found",
});
export const subscriptionNotFound = refusal("SUBSCRIPTION_NOT_FOUND", 404, {
	fr: "Abonnement {id} introuvable",
	en: "Subscription {id} not found",
});
export const urlRefused = refusal("WEBHOOK_URL_REFUSED", 422, {
	fr: "Adresse refusée : http(s), port 80 ou 443, hôte public ({reason})",
	en: "Address refused: http(s), port 80 or 443, a public host ({reason})",
});
export const unknownEvent = refusal("UNKNOWN_EVENT", 422, {
	fr: "Événement {event} inconnu ; possibles : {known}",
	en: "Unknown event {event}; there are: {known}",
});
export const tooManySubscriptions = refusal("TOO_MANY_SUBSCRIPTIONS", 409, {
	fr: "{limit} abonnements au plus",
	en: "At most {limit} subscriptions",
});

export const unknownUser = inBody(userNotFound);

export const Channel = Type.Enum(["in_app", "email", "webhook"]);
export type Channel = Static<typeof Channel>;
const RecipientType = Type.Enum(["customer", "user", "role", "webhook"]);
/** `role` ids are a role, or a role at a store: `logistics`, `store_manager-1`. */
export const recipient = { recipient_type: RecipientType, recipient_id: Id };
export type Recipient = { recipient_type: Static<typeof RecipientType>; recipient_id: string };

const Status = Type.Enum(["PENDING", "SENT", "READ", "FAILED", "DEAD"]);
export const Notification = Type.Object({
	id: Id,
	...recipient,
	channel: Channel,
	template: Type.String(),
	/** In the language of whoever reads; of the recipient where it was sent. */
	title: Type.String(),
	text: Type.String(),
	locale: Type.Optional(Locale),
	status: Status,
	attempts: Type.Integer({ minimum: 0 }),
	error: Type.Optional(Type.String()),
	created_at: Instant,
	sent_at: Type.Optional(Instant),
	read_at: Type.Optional(Instant),
});
export type Notification = Static<typeof Notification>;

const EventNames = Type.Array(Text(80), { minItems: 1, maxItems: 50 });
export const Subscription = Type.Object({
	id: Id,
	url: Type.String(),
	event_types: EventNames,
	status: Type.Enum(["ACTIVE", "ENDED"]),
	created_at: Instant,
});
export type Subscription = Static<typeof Subscription>;
const Secret = Type.String({ description: "whsec_ and base64: signs each message" });

const readers = [
	"customer",
	"cashier",
	"store_manager",
	"logistics",
	"head_office",
	"admin",
	"supplier",
	"auditor",
] as const;
const operators = ["head_office", "admin"] as const;
const about = "notification:{notification_id}" as const;
const told = { notification_id: Id, channel: Channel, template: Type.String(), ...recipient };

export const notifications = contract("notifications", {
	...letterEntries,
	list: action({
		summary:
			"The caller's notifications, the latest first; head office and admin may name another's",
		rest: "GET /notifications",
		aliases: ["GET /api/notifications"],
		roles: readers,
		repeatable: true,
		params: {
			...paging,
			status: Type.Optional(Status),
			channel: Type.Optional(Channel),
			recipient_type: Type.Optional(RecipientType),
			recipient_id: Type.Optional(Id),
		},
		returns: pageOf(Notification),
	}),
	markRead: action({
		summary: "Say that a notification has been read",
		rest: "POST /notifications/:id/read",
		roles: readers,
		key: "id",
		params: { id: Id },
		returns: Notification,
		refusals: [notificationNotFound],
	}),
	create: action({
		summary: "Tell someone something",
		rest: "POST /notifications",
		aliases: ["POST /api/notifications"],
		roles: ["head_office"],
		idempotency: "optional",
		limit: "write",
		status: 201,
		params: {
			recipient_type: Type.Enum(["customer", "user", "role"]),
			recipient_id: Id,
			channel: Type.Optional(Type.Enum(["in_app", "email"])),
			title: Text(200),
			text: Text(2_000),
		},
		returns: Notification,
		refusals: [unknownCustomer, unknownUser],
	}),
	subscribe: action({
		summary: "Have facts sent to an address, signed; the secret is shown this once",
		rest: "POST /webhook-subscriptions",
		roles: operators,
		limit: "write",
		status: 201,
		secret: true,
		params: { url: Text(500), event_types: EventNames },
		returns: Type.Object({ ...Subscription.properties, secret: Secret }),
		refusals: [urlRefused, unknownEvent, tooManySubscriptions],
	}),
	unsubscribe: action({
		summary: "Send nothing more to an address",
		rest: "DELETE /webhook-subscriptions/:id",
		roles: operators,
		key: "id",
		params: { id: Id },
		returns: Subscription,
		refusals: [subscriptionNotFound],
	}),
	subscriptions: action({
		summary: "Where facts are sent",
		rest: "GET /webhook-subscriptions",
		roles: operators,
		repeatable: true,
		params: paging,
		returns: pageOf(Subscription),
	}),
	deliver: action({
		summary: "Send what is due; what cannot be sent is tried again later",
		timeout: 60_000,
		params: {},
		returns: Type.Object({ sent: Type.Integer(), failed: Type.Integer() }),
	}),

	/** It has left the house: what stays in the application is there at once, and says nothing. */
	sent: event(told, { about }),
	failed: event({ ...told, error: Type.String() }, { about }),
});

import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { Id } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";

export const unauthenticated = refusal("UNAUTHENTICATED", 401, {
	fr: "Identification requise",
	en: "Authentication required",
});

/** Whose key it is, and how much it may ask. No quota of its own: 100 a minute, 1000 an hour. */
export const Consumer = Type.Object({
	key_id: Id,
	consumer: Type.String(),
	scopes: Type.Array(Type.String()),
	quota_minute: Type.Optional(Type.Integer()),
	quota_hour: Type.Optional(Type.Integer()),
	unlimited: Type.Optional(Type.Boolean()),
});
export type Consumer = Static<typeof Consumer>;

/** Who a valid access token speaks for. */
export const Actor = Type.Object({
	user_id: Id,
	username: Type.String(),
	role: Type.String(),
	location_id: Type.Optional(Id),
	customer_id: Type.Optional(Id),
	supplier_id: Type.Optional(Id),
	expires_at: Type.Integer({ description: "epoch seconds" }),
});
export type Actor = Static<typeof Actor>;

export const identity = contract("identity", {
	verifyKey: action({
		summary: "Whose API key it is, by the SHA-256 (base64url) of the key",
		params: { key_hash: Type.String({ maxLength: 64 }) },
		returns: Consumer,
		cache: { ttl: 30 },
		refusals: [unauthenticated],
	}),
	verifyToken: action({
		summary: "Who an access token speaks for",
		params: { token: Type.String({ maxLength: 4_000 }) },
		returns: Actor,
		secret: true,
		refusals: [unauthenticated],
	}),
});

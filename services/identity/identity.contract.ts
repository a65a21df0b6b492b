import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Instant, Locale, Place, pageOf, paging, Text, Version } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";
import { forbidden, type Role } from "../../lib/scope.ts";
import { versionConflict } from "../../lib/version.ts";
import { unknownCustomer } from "../customers/customers.contract.ts";
import { unknownLocation } from "../stores/stores.contract.ts";

export const unauthenticated = refusal("UNAUTHENTICATED", 401, {
	fr: "Identification requise",
	en: "Authentication required",
});
/** Said of existing and unknown accounts alike, whatever the password. */
export const accountLocked = refusal("ACCOUNT_LOCKED", 429, {
	fr: "Trop d'échecs de connexion: réessayez dans {retry_after} s",
	en: "Too many failed logins: try again in {retry_after} s",
});
export const passwordChangeRequired = refusal("PASSWORD_CHANGE_REQUIRED", 403, {
	fr: "Le mot de passe doit être changé: envoyez aussi new_password",
	en: "The password must be changed: send new_password too",
});
export const passwordTooCommon = refusal("PASSWORD_TOO_COMMON", 422, {
	fr: "Mot de passe trop facile à deviner",
	en: "Password too easy to guess",
});
export const tooBusy = refusal("UNAVAILABLE", 503, {
	fr: "Service occupé: réessayez dans quelques secondes",
	en: "The service is busy: try again in a few seconds",
});
export const userNotFound = refusal("USER_NOT_FOUND", 404, {
	fr: "Utilisateur {id} introuvable",
	en: "User {id} not found",
});
export const keyNotFound = refusal("API_KEY_NOT_FOUND", 404, {
	fr: "Clé d'API {id} introuvable",
	en: "API key {id} not found",
});
export const nameTaken = refusal("NAME_TAKEN", 409, {
	fr: "{name} est déjà pris",
	en: "{name} is already taken",
});
export const keyNotActive = refusal("WRONG_STATE", 409, {
	fr: "Impossible dans l'état {state}: seule une clé ACTIVE se remplace",
	en: "Not possible in state {state}: only an ACTIVE key is rotated",
});
export const lastAdmin = refusal("LAST_ADMIN", 409, {
	fr: "Le dernier administrateur reste: nommez-en d'abord un autre",
	en: "The last admin stays: name another one first",
});

/** The roles that a user can have, in the order in which one is chosen for the token. */
const STAFF = ["admin", "head_office", "logistics", "store_manager", "cashier", "auditor"] as const;
export const USER_ROLES = [...STAFF, "supplier", "customer"] as const satisfies Role[];
const UserRole = Type.Enum(USER_ROLES);

const owner = { customer_id: Type.Optional(Id), supplier_id: Type.Optional(Id) };
const Quota = Type.Integer({ minimum: 1, maximum: 10_000_000 });
const quota = { quota_minute: Type.Optional(Quota), quota_hour: Type.Optional(Quota) };

/** Whose key it is, and how much it may ask. No quota of its own: 100 a minute, 1000 an hour. */
export const Consumer = Type.Object({
	key_id: Id,
	consumer: Type.String(),
	scopes: Type.Array(Type.String(), { description: "roles that it may carry; * is any" }),
	...quota,
	unlimited: Type.Optional(Type.Boolean()),
});
export type Consumer = Static<typeof Consumer>;

/** Who a valid access token speaks for. */
const Actor = Type.Object({
	user_id: Id,
	username: Type.String(),
	role: Type.String(),
	location_id: Type.Optional(Id),
	...owner,
	session_id: Type.Optional(Id),
	expires_at: Type.Integer({ description: "epoch seconds" }),
});

export const Grant = Type.Object({ role: UserRole, location_id: Type.Optional(Id) });
export type Grant = Static<typeof Grant>;

export const User = Type.Object({
	id: Id,
	username: Type.String(),
	email: Type.String(),
	locale: Locale,
	status: Type.Enum(["active", "disabled"]),
	must_change_password: Type.Boolean(),
	...owner,
	roles: Type.Array(Grant),
	version: Version,
});
export type User = Static<typeof User>;

/** The user, in the role that the token carries. */
const Me = Type.Object({ ...User.properties, ...Grant.properties });

const session = {
	access_token: Type.String(),
	token_type: Type.Literal("Bearer"),
	expires_in: Type.Integer(),
	refresh_token: Type.String(),
	user: Me,
};
export const Session = Type.Object(session);
export type Session = Static<typeof Session>;
/** As older clients read it: `token` is the access token once more. */
const SessionWithToken = Type.Object({ ...session, token: Type.String() });

export const ApiKey = Type.Object({
	id: Id,
	name: Type.String(),
	prefix: Type.String(),
	last4: Type.String(),
	scopes: Type.Array(Type.String()),
	...quota,
	unlimited: Type.Boolean(),
	status: Type.Enum(["ACTIVE", "ROTATING", "REVOKED"]),
	created_at: Instant,
	expires_at: Type.Optional(Instant),
	last_used_at: Type.Optional(Instant),
});
export type ApiKey = Static<typeof ApiKey>;
/** The only reply that ever holds the key itself. */
const NewApiKey = Type.Object({ ...ApiKey.properties, key: Type.String() });

const Login = Text(254);
const Password = Type.String({ minLength: 1, maxLength: 128, writeOnly: true });
const NewPassword = Type.String({ minLength: 15, maxLength: 128, writeOnly: true });
const RefreshToken = Type.String({ minLength: 1, maxLength: 200, writeOnly: true });
const credentials = { password: Password, new_password: Type.Optional(NewPassword) };

/** No `@`: a user name is never somebody else's e-mail. */
const Username = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$" });
const Email = Type.String({
	pattern: "^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,180}\\.[A-Za-z]{2,9}$",
});
const some = { minItems: 1, maxItems: 20 };
const Grants = Type.Array(Type.Object({ role: UserRole, location: Type.Optional(Place) }), some);
const rights = { roles: Grants, ...owner };
const Flag = Type.Optional(Type.Boolean());
const profile = { locale: Type.Optional(Locale), must_change_password: Flag };
const ConsumerName = Type.String({ pattern: "^[a-z0-9][a-z0-9-]{1,39}$" });

const Scopes = Type.Array(Type.Enum(["*", ...USER_ROLES]), some);
const plan = { scopes: Type.Optional(Scopes), ...quota, unlimited: Flag };

const signingIn = {
	...({ secret: true, limit: "login", roles: ["guest"] } as const),
	returns: SessionWithToken,
	refusals: [unauthenticated, accountLocked, passwordChangeRequired, passwordTooCommon, tooBusy],
};
const managing = { roles: ["admin", "head_office", "store_manager"], versioned: true } as const;
const showingOnce = { roles: ["admin"], status: 201, secret: true } as const;

const aboutUser = { about: "user:{user_id}" } as const;
const user = { user_id: Id, roles: Type.Array(Type.String()), location_id: Type.Optional(Id) };
const Reason = Type.Enum(["unknown_user", "wrong_password", "disabled"]);
const failure = { user_id: Type.Optional(Id), ip: Type.String(), reason: Reason };
/** About all keys at once: what is known of a key is looked up by its hash, which no fact tells. */
const aboutKeys = { about: "api_keys:all" } as const;
const key = { key_id: Id, name: Type.String() };

export const identity = contract("identity", {
	login: action({
		summary: "Log in with a user name or an e-mail",
		rest: "POST /auth/login",
		...signingIn,
		key: "username",
		params: { username: Type.Optional(Login), email: Type.Optional(Login), ...credentials },
		returns: Session,
	}),
	loginByUsername: action({
		summary: "Log in, as older clients do, with a user name",
		aliases: ["POST /auth/login"],
		...signingIn,
		key: "username",
		params: { username: Login, ...credentials },
	}),
	loginByEmail: action({
		summary: "Log in, as older clients do, with an e-mail",
		aliases: ["POST /api/v1/auth"],
		...signingIn,
		key: "email",
		params: { email: Login, ...credentials },
	}),
	refresh: action({
		summary: "Exchange a refresh token, once, for a new pair of tokens",
		rest: "POST /auth/refresh",
		...signingIn,
		params: { refresh_token: RefreshToken },
		returns: Session,
		refusals: [unauthenticated],
	}),
	logout: action({
		summary: "End the session of the refresh token, or else the caller's",
		rest: "POST /auth/logout",
		roles: ["guest"],
		status: 204,
		params: { refresh_token: Type.Optional(RefreshToken) },
		refusals: [unauthenticated],
	}),
	me: action({
		summary: "Who the caller is",
		rest: "GET /auth/me",
		roles: USER_ROLES,
		repeatable: true,
		params: {},
		returns: Me,
		refusals: [unauthenticated],
	}),

	createUser: action({
		summary: "Open an account for staff, a customer or a supplier",
		rest: "POST /users",
		...managing,
		status: 201,
		location: "/api/v1/users/{id}",
		params: {
			username: Username,
			email: Email,
			password: NewPassword,
			...profile,
			...rights,
		},
		returns: User,
		refusals: [nameTaken, forbidden, passwordTooCommon, unknownLocation, unknownCustomer, tooBusy],
	}),
	updateUser: action({
		summary: "Change an account; a new password ends its sessions",
		rest: "PATCH /users/:id",
		...managing,
		key: "id",
		params: {
			id: Id,
			username: Type.Optional(Username),
			email: Type.Optional(Email),
			password: Type.Optional(NewPassword),
			...profile,
			status: Type.Optional(Type.Literal("active", { description: "lets it in again" })),
		},
		returns: User,
		refusals: [userNotFound, nameTaken, forbidden, versionConflict, passwordTooCommon, tooBusy],
	}),
	deactivateUser: action({
		summary: "Deactivate an account, and end its sessions",
		rest: "DELETE /users/:id",
		...managing,
		key: "id",
		params: { id: Id },
		returns: User,
		refusals: [userNotFound, forbidden, versionConflict, lastAdmin],
	}),
	setRoles: action({
		summary: "Replace the roles of an account, and end its sessions",
		rest: "PUT /users/:id/roles",
		...managing,
		key: "id",
		params: { id: Id, ...rights },
		returns: User,
		refusals: [
			userNotFound,
			forbidden,
			versionConflict,
			lastAdmin,
			unknownLocation,
			unknownCustomer,
		],
	}),
	getUser: action({
		summary: "An account, by its id or its user name",
		rest: "GET /users/:id",
		...managing,
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: User,
		refusals: [userNotFound],
	}),
	listUsers: action({
		summary: "Accounts, by id",
		rest: "GET /users",
		roles: managing.roles,
		repeatable: true,
		params: {
			...paging,
			role: Type.Optional(UserRole),
			location: Type.Optional(Place),
			status: Type.Optional(User.properties.status),
		},
		returns: pageOf(User),
		refusals: [unknownLocation],
	}),

	createKey: action({
		summary: "Make the API key of a consumer; it is shown this once",
		rest: "POST /api-keys",
		...showingOnce,
		params: {
			name: ConsumerName,
			...plan,
		},
		returns: NewApiKey,
		refusals: [nameTaken],
	}),
	rotateKey: action({
		summary: "Make a new key beside the old one, which lives on for a day",
		rest: "POST /api-keys/:id/rotate",
		...showingOnce,
		key: "id",
		params: { id: Id },
		returns: NewApiKey,
		refusals: [keyNotFound, keyNotActive],
	}),
	setPlan: action({
		summary:
			"Replace what the holder of a key may: roles, quotas; what is not said is as for a new key",
		rest: "PUT /api-keys/:id/plan",
		roles: ["admin"],
		params: { id: Id, ...plan },
		returns: ApiKey,
		refusals: [keyNotFound],
	}),
	revokeKey: action({
		summary: "Revoke an API key, at once",
		rest: "DELETE /api-keys/:id",
		roles: ["admin"],
		key: "id",
		params: { id: Id },
		returns: ApiKey,
		refusals: [keyNotFound],
	}),
	listKeys: action({
		summary: "API keys, by id, without the keys themselves",
		rest: "GET /api-keys",
		roles: ["admin"],
		repeatable: true,
		params: { ...paging },
		returns: pageOf(ApiKey),
	}),

	verifyKey: action({
		summary: "Whose API key it is, by the SHA-256 (base64url) of the key",
		repeatable: true,
		params: { key_hash: Type.String({ maxLength: 64 }) },
		returns: Consumer,
		cache: { ttl: 30, ...aboutKeys },
		refusals: [unauthenticated],
	}),
	verifyToken: action({
		summary: "Who an access token speaks for",
		repeatable: true,
		params: { token: Type.String({ maxLength: 4_000 }) },
		returns: Actor,
		secret: true,
		refusals: [unauthenticated],
	}),
	getSession: action({
		summary: "The name behind a session that has not been ended",
		key: "user_id",
		repeatable: true,
		params: { user_id: Id, session_id: Id },
		returns: Type.Object({ username: Type.String() }),
		cache: { ttl: 30, ...aboutUser },
		refusals: [unauthenticated],
	}),

	user_created: event(user, aboutUser),
	user_updated: event(user, aboutUser),
	user_deactivated: event(user, aboutUser),
	logged_in: event({ user_id: Id, ip: Type.String() }, aboutUser),
	logged_out: event({ user_id: Id }, aboutUser),
	token_reused: event({ user_id: Id, ip: Type.String() }, aboutUser),
	login_failed: event(failure, { about: "address:{ip}" }),
	key_created: event(key, aboutKeys),
	key_rotated: event(key, aboutKeys),
	key_plan_set: event(key, aboutKeys),
	key_revoked: event(key, aboutKeys),
});

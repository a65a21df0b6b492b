import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { Instant, Text } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";
import { forbidden } from "../../lib/scope.ts";
import { unauthenticated } from "../identity/identity.contract.ts";

export const notFound = refusal("NOT_FOUND", 404, {
	fr: "Introuvable",
	en: "Not found",
});
export const methodNotAllowed = refusal("METHOD_NOT_ALLOWED", 405, {
	fr: "La méthode {method} n'existe pas à cette adresse",
	en: "There is no method {method} at this address",
});
export const notAcceptable = refusal("NOT_ACCEPTABLE", 406, {
	fr: "Formats offerts ici : {formats}",
	en: "Formats offered here: {formats}",
});
export const bodyEncoding = refusal("BODY_ENCODING", 400, {
	fr: "Le corps n'est pas encodé comme l'en-tête Content-Encoding le dit",
	en: "The body is not encoded as its Content-Encoding says",
});
export const bodyMalformed = refusal("BODY_MALFORMED", 400, {
	fr: "Le corps n'est pas du JSON valide : {reason}",
	en: "The body is not valid JSON: {reason}",
});
export const bodyUnexpected = refusal("BODY_UNEXPECTED", 400, {
	fr: "{method} ne prend pas de corps",
	en: "{method} takes no body",
});
export const bodyTooLarge = refusal("BODY_TOO_LARGE", 413, {
	fr: "Le corps dépasse {bytes_max} octets",
	en: "The body is larger than {bytes_max} bytes",
});
export const mediaType = refusal("UNSUPPORTED_MEDIA_TYPE", 415, {
	fr: "Le corps doit être en application/json, UTF-8",
	en: "The body must be application/json, UTF-8",
});
export const pathTooLong = refusal("PATH_TOO_LONG", 414, {
	fr: "L'adresse dépasse {length_max} caractères",
	en: "The address is longer than {length_max} characters",
});
export const tooManyHeaders = refusal("HEADERS_TOO_LARGE", 431, {
	fr: "Trop d'en-têtes",
	en: "Too many headers",
});
export const badRequest = refusal("BAD_REQUEST", 400, {
	fr: "Requête mal formée : {reason}",
	en: "Malformed request: {reason}",
});
export const requestTimeout = refusal("REQUEST_TIMEOUT", 408, {
	fr: "La requête n'est pas arrivée à temps",
	en: "The request did not arrive in time",
});
export const originForbidden = refusal("ORIGIN_FORBIDDEN", 403, {
	fr: "Cette origine n'est pas autorisée",
	en: "This origin is not allowed",
});
export const idempotencyKeyRequired = refusal("IDEMPOTENCY_KEY_REQUIRED", 400, {
	fr: "L'en-tête Idempotency-Key est requis : 8 à 64 lettres, chiffres, points ou tirets",
	en: "The header Idempotency-Key is required: 8 to 64 letters, digits, dots or dashes",
});
export const rateLimited = refusal("RATE_LIMITED", 429, {
	fr: "Trop de requêtes",
	en: "Too many requests",
});
export const invalid = refusal("INVALID", 422, {
	fr: "La demande ne respecte pas le contrat",
	en: "The request does not fit the contract",
});
export const refused = refusal("REFUSED", 400, {
	fr: "La demande est refusée",
	en: "The request is refused",
});
export const internal = refusal("INTERNAL", 500, {
	fr: "Erreur interne",
	en: "Internal error",
});
export const unavailable = refusal("UNAVAILABLE", 503, {
	fr: "Service momentanément indisponible",
	en: "Temporarily unavailable",
});
export const timedOut = refusal("UNAVAILABLE", 504, {
	fr: "Service momentanément indisponible",
	en: "Temporarily unavailable",
});

export const nodeNotFound = refusal("NODE_NOT_FOUND", 404, {
	fr: "Aucun nœud {node} dans le réseau",
	en: "There is no node {node} in the mesh",
});

/** What the gateway itself may refuse, on any route. */
export const OWN = [
	unauthenticated,
	forbidden,
	notFound,
	methodNotAllowed,
	notAcceptable,
	bodyEncoding,
	bodyMalformed,
	bodyUnexpected,
	bodyTooLarge,
	mediaType,
	pathTooLong,
	tooManyHeaders,
	badRequest,
	requestTimeout,
	originForbidden,
	idempotencyKeyRequired,
	rateLimited,
	invalid,
	refused,
	internal,
	unavailable,
];

const Count = Type.Integer({ minimum: 0 });
const Name = Type.String({ pattern: "^[A-Za-z0-9$._-]{1,100}$" });
const Reason = Text(500);
/** The gateway that says so: each has seen its own calls. */
const here = { gateway: Type.String() };
const operates = { roles: ["admin"], limit: "admin" } as const;

/** What administrators see of the way in, and may do about it. All of it is kept by audit. */
export const gateway = contract("gateway", {
	services: action({
		summary: "The nodes of the mesh and their services, as the registry has them now",
		aliases: ["GET /admin/services"],
		repeatable: true,
		...operates,
		params: {},
		returns: Type.Object({
			nodes: Type.Array(
				Type.Object({
					node: Type.String(),
					available: Type.Boolean(),
					services: Type.Array(Type.String()),
				}),
			),
		}),
	}),
	upstreams: action({
		summary: "What is behind this gateway, and what its checks have shown",
		aliases: ["GET /admin/upstreams"],
		repeatable: true,
		...operates,
		params: {},
		returns: Type.Object({
			...here,
			items: Type.Array(
				Type.Object({
					context: Type.String(),
					node: Type.String(),
					state: Type.Enum(["up", "down"]),
					successes: Count,
					failures: Count,
					checked_at: Type.Optional(Instant),
				}),
			),
		}),
	}),
	rateLimits: action({
		summary: "How requests are limited, and who counts them",
		aliases: ["GET /admin/rate-limits"],
		repeatable: true,
		...operates,
		params: {},
		returns: Type.Object({
			...here,
			policy: Type.Enum(["local", "redis"]),
			is_alone: Type.Boolean({ description: "Redis is to count, and is away" }),
			plan: Type.Object({ minute: Count, hour: Count }),
			classes: Type.Record(Type.String(), Count),
		}),
	}),
	circuitBreakers: action({
		summary: "The circuit breakers of this gateway, of each action on each node that it has called",
		aliases: ["GET /admin/circuit-breakers"],
		repeatable: true,
		...operates,
		params: {},
		returns: Type.Object({
			...here,
			items: Type.Array(
				Type.Object({
					action: Type.String(),
					node: Type.String(),
					state: Type.Enum(["close", "half_open", "half_open_wait", "open"]),
					count: Count,
					failures: Count,
				}),
			),
		}),
	}),
	drain: action({
		summary: "Have a node finish what it has begun, and stop",
		aliases: ["POST /admin/drain"],
		...operates,
		status: 202,
		params: { node: Name, reason: Reason },
		returns: Type.Object({ node: Type.String() }),
		refusals: [nodeNotFound],
	}),
	resetRateLimits: action({
		summary: "Forget what a consumer, or everybody, has used up of the limits, on all gateways",
		aliases: ["POST /admin/rate-limits/reset"],
		...operates,
		params: { consumer: Type.Optional(Name), reason: Reason },
		returns: Type.Object({}),
	}),
	resetCircuitBreakers: action({
		summary: "Close the circuit breakers of an action, or all, on all gateways",
		aliases: ["POST /admin/circuit-breakers/reset"],
		...operates,
		params: { action: Type.Optional(Name), reason: Reason },
		returns: Type.Object({ closed: Count }),
	}),
});

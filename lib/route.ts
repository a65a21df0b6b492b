import type { Role } from "./scope.ts";

/**
 * How an action is reached over HTTP: data that travels in the registry. The gateway makes its
 * routes, the OpenAPI document and the matrix of rights of it, and knows nothing else.
 */
export interface Route {
	/** `"POST /orders"`, below `/api/v1`. `:name` takes a path parameter, which is a field of params. */
	readonly rest?: string;
	/** Whole paths (`"POST /api/saga/start"`) that lead to the same action. */
	readonly aliases?: readonly string[];
	/** Who may call it. `guest` is anyone with an API key. A route without roles is a mistake. */
	readonly roles?: readonly Role[];
	/** Fields that a POST, PUT, PATCH takes from the query; GET and DELETE take all of theirs there. */
	readonly query?: readonly string[];
	/** Whether `Idempotency-Key` is asked for; it reaches the action in its headers. */
	readonly idempotency?: "required" | "optional";
	/** What a success answers; 200 unless said. `answer()` may still decide. */
	readonly status?: number;
	/** What `answer()` may say instead, and when: `{ 202: "it has begun" }`. */
	readonly statuses?: Readonly<Record<number, string>>;
	/** `"/api/v1/orders/{id}"`: the `Location` header, filled in from the reply. */
	readonly location?: string;
	/** The reply has a `version`, which is its `ETag`; writes take `If-Match`. */
	readonly versioned?: boolean;
	/** The reply holds a secret: never kept by anyone on its way. */
	readonly secret?: boolean;
	/** The list of the reply that `?format=csv`, or `Accept: text/csv`, is answered with. */
	readonly csv?: string;
	/** Another budget of requests than that of its consumer: `write` moves money or stock, `admin` operates. */
	readonly limit?: "write" | "login" | "report" | "admin";
}

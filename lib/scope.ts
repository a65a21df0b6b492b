import type { Context } from "moleculer";
import { refusal } from "./refusal.ts";

export type Role =
	| "guest"
	| "customer"
	| "cashier"
	| "store_manager"
	| "logistics"
	| "head_office"
	| "admin"
	| "supplier"
	| "auditor";

/** Who asks, and for what part of the data. Verified once a hop, then frozen. */
export interface Scope {
	/** A user's id; `guest`; or, for a context acting by itself, its name. */
	readonly actor: string;
	/** `service` is a context of the mesh: it never comes through the gateway. */
	readonly role: Role | "service";
	/** The one store of a cashier or a manager. */
	readonly location_id?: string;
	readonly customer_id?: string;
	readonly supplier_id?: string;
	/** The login that the token comes from. */
	readonly session_id?: string;
	/** The owner of the API key. */
	readonly consumer?: string;
}

export const forbidden = refusal("FORBIDDEN", 403, {
	fr: "Cette action vous est interdite",
	en: "You are not allowed to do this",
});

export const GUEST: Scope = Object.freeze({ actor: "guest", role: "guest" });

/** Staff who see every location. */
export const EVERYWHERE: readonly Scope["role"][] = [
	"service",
	"logistics",
	"head_office",
	"admin",
	"auditor",
];

/** The caller's scope, as the identity middleware verified it: nothing else is to be believed. */
export const scopeOf = ({ locals }: Pick<Context, "locals">): Scope =>
	(locals as { scope?: Scope } | undefined)?.scope ?? GUEST;

/** Absent roles are an internal action: what has no route is not reached from outside. */
export const mayCall = (roles: readonly string[] | undefined, { role }: Scope): boolean =>
	roles === undefined || role === "service" || roles.includes(role) || roles.includes("guest");

/** True when the scope reaches the location: everywhere, or its own store. */
export const reaches = ({ role, location_id }: Scope, location: string): boolean =>
	EVERYWHERE.includes(role) || location_id === location;

/** True when the customer's data are the caller's to see: the customer itself, or staff. */
export const isTheirs = ({ role, customer_id }: Scope, owner: string | undefined): boolean =>
	role === "customer" ? owner !== undefined && owner === customer_id : role !== "guest";

const NOBODY = "nobody";

/** What narrows a list to what the caller may see: a customer to its own, staff to nothing less. */
export const ownOf = ({ role, customer_id = NOBODY }: Scope): { customer_id?: string } =>
	role === "customer" ? { customer_id } : {};

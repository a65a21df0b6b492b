import { newId } from "../../lib/ids.ts";
import type { Scope } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import { type CartHead, type CartStatus, cartEmpty, cartNotFound } from "./carts.contract.ts";

/** How long a cart waits for its owner, from the last change. */
export const LIFE_MS = 30 * 24 * 60 * 60 * 1_000;

/** Where the online shop sells from. */
export const ONLINE = "online";

const next: Record<CartStatus, readonly CartStatus[]> = {
	ACTIVE: ["CHECKING_OUT", "EXPIRED"],
	CHECKING_OUT: ["CONVERTED", "ACTIVE"],
	CONVERTED: [],
	EXPIRED: [],
};

/** Those who may help anyone with a cart. */
const HELPERS: readonly Scope["role"][] = [
	"service",
	"cashier",
	"store_manager",
	"head_office",
	"admin",
];
export const isHelper = ({ role }: Scope) => HELPERS.includes(role);

/** A customer's cart is its own; a session's belongs to whoever can name the session. */
export function isOwn(scope: Scope, cart: CartHead, session_id?: string): boolean {
	if (isHelper(scope)) return true;
	if (cart.customer_id !== undefined)
		return scope.role === "customer" && scope.customer_id === cart.customer_id;
	return cart.session_id !== undefined && cart.session_id === session_id;
}

export function own<C extends CartHead>(scope: Scope, cart: C | undefined, session_id?: string): C {
	if (!cart || !isOwn(scope, cart, session_id)) throw cartNotFound();
	return cart;
}

/** In a list nobody is shown the key to somebody's cart. */
export const listed = ({ session_id: _, ...head }: CartHead) => head;

export interface Owner {
	readonly session_id?: string;
	readonly customer_id?: string;
}

/** Whose carts are looked for, in order. A new one is the last's: a customer's is never a session's. */
export function ownersOf(scope: Scope, { session_id, customer_id }: Owner): Owner[] {
	const known = scope.role === "customer" ? scope.customer_id : isHelper(scope) && customer_id;
	return [...(session_id ? [{ session_id }] : []), ...(known ? [{ customer_id: known }] : [])];
}

export function opened(
	owner: Owner,
	{ location_id = ONLINE, locale = "fr" }: Partial<Pick<CartHead, "location_id" | "locale">>,
	now: number,
): CartHead {
	const at = iso(now);
	const life = { expires_at: iso(now + LIFE_MS), created_at: at, updated_at: at };
	return {
		...owner,
		...life,
		id: newId("crt"),
		location_id,
		locale,
		status: "ACTIVE",
		version: 1,
	};
}

/** Nobody watches the clock: a cart expires when it is next looked at. */
export const isDue = ({ status, expires_at }: CartHead, now: number): boolean =>
	status === "ACTIVE" && Date.parse(expires_at) <= now;

/** Only an active cart changes, and then it lives on. */
export function touched(cart: CartHead, now: number): CartHead {
	const status = isDue(cart, now) ? "EXPIRED" : cart.status;
	if (status !== "ACTIVE") throw wrongState({ state: status, allowed: "ACTIVE" });
	return { ...stamped(cart, now), expires_at: iso(now + LIFE_MS) };
}

export function moved(cart: CartHead, status: CartStatus, now: number): CartHead {
	const { status: state } = cart;
	if (!next[state].includes(status)) throw wrongState({ state, allowed: next[state].join(", ") });
	return { ...stamped(cart, now), status };
}

/** Checked out once. Again, the cart stays as it is: its one saga will answer. */
export function checkedOut(cart: CartHead, lines: number, now: number): CartHead {
	if (cart.status === "CHECKING_OUT" || cart.status === "CONVERTED") return cart;
	if (isDue(cart, now)) throw wrongState({ state: "EXPIRED", allowed: "ACTIVE" });
	if (lines === 0) throw cartEmpty();
	return moved(cart, "CHECKING_OUT", now);
}

/**
 * The cart as its saga's failure leaves it: active again, for another try. A saga that never began
 * has no name, and one may end before the cart has learnt its name; another's end changes nothing.
 */
export function reopened(cart: CartHead, saga_id: string | undefined, now: number): CartHead {
	const isOther = cart.saga_id !== undefined && cart.saga_id !== saga_id;
	if (cart.status !== "CHECKING_OUT" || isOther) return cart;
	const { saga_id: _, ...free } = moved(cart, "ACTIVE", now);
	return { ...free, expires_at: iso(now + LIFE_MS) };
}

/** The states that a confirmed order leads a cart through: one that was ordered without checkout, too. */
export function converted(cart: CartHead, saga_id: string | undefined, now: number): CartHead[] {
	const told = { ...cart, ...(saga_id && { saga_id }) };
	if (cart.status === "CHECKING_OUT") return [moved(told, "CONVERTED", now)];
	if (cart.status !== "ACTIVE") return [];
	const out = moved(told, "CHECKING_OUT", now);
	return [out, moved(out, "CONVERTED", now)];
}

const stamped = (cart: CartHead, now: number): CartHead => ({
	...cart,
	version: cart.version + 1,
	updated_at: iso(now),
});

const iso = (at: number) => new Date(at).toISOString();

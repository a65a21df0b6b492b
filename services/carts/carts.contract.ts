import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import {
	Cents,
	Id,
	Instant,
	Locale,
	Place,
	pageOf,
	paging,
	Quantity,
	Version,
} from "../../lib/fields.ts";
import { letterEntries } from "../../lib/letters.ts";
import { inBody, refusal } from "../../lib/refusal.ts";
import type { Role } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import { Totals, totalFields } from "../../lib/tax.ts";
import { versionConflict } from "../../lib/version.ts";
import { TaxClass, unknownProduct } from "../catalog/catalog.contract.ts";
import { unknownCustomer } from "../customers/customers.contract.ts";
import { Lines } from "../inventory/inventory.contract.ts";
import { Placed, placing, totalChanged, Wanted } from "../orders/orders.contract.ts";
import { paymentDeclined } from "../payments/payments.contract.ts";
import { unknownLocation } from "../stores/stores.contract.ts";

export const cartNotFound = refusal("CART_NOT_FOUND", 404, {
	fr: "Panier introuvable",
	en: "Cart not found",
});
/** In an order, it is the request that is wrong. */
export const unknownCart = inBody(cartNotFound);
export const itemNotFound = refusal("CART_ITEM_NOT_FOUND", 404, {
	fr: "Article {id} introuvable dans le panier",
	en: "Item {id} not found in the cart",
});
export const cartFull = refusal("CART_LIMIT", 422, {
	fr: "Un panier a au plus {lines} lignes, {quantity} unités par ligne et {amount} $",
	en: "A cart has at most {lines} lines, {quantity} units a line and {amount} dollars",
});
export const cartEmpty = refusal("CART_EMPTY", 422, {
	fr: "Le panier est vide",
	en: "The cart is empty",
});

/** What a guest's cart is found by: whoever knows it owns the cart, so it is told to nobody. */
const SessionId = Type.String({ pattern: "^[A-Za-z0-9._-]{1,100}$" });

export const CartStatus = Type.Enum(["ACTIVE", "CHECKING_OUT", "CONVERTED", "EXPIRED"]);
export type CartStatus = Static<typeof CartStatus>;

const head = {
	id: Id,
	customer_id: Type.Optional(Id),
	location_id: Id,
	status: CartStatus,
	locale: Locale,
	saga_id: Type.Optional(Id),
	expires_at: Instant,
	version: Version,
	created_at: Instant,
	updated_at: Instant,
};
export const CartHead = Type.Object({ ...head, session_id: Type.Optional(SessionId) });
export type CartHead = Static<typeof CartHead>;

const item = {
	id: Id,
	product_id: Id,
	location_id: Id,
	quantity: Quantity,
	unit_price_cents: Cents,
	name: Type.String(),
	tax_class: TaxClass,
};
export const CartItem = Type.Object({ ...item, cart_id: Id });
export type CartItem = Static<typeof CartItem>;

export const Cart = Type.Object({
	...CartHead.properties,
	currency: Type.Literal("CAD"),
	items: Type.Array(Type.Object({ ...item, net_cents: Cents, gst_cents: Cents, qst_cents: Cents })),
	...totalFields,
});
export type Cart = Static<typeof Cart>;

const anyone: Role[] = ["guest", "customer", "cashier", "store_manager", "head_office", "admin"];
const one = { cart_id: Id, session_id: Type.Optional(SessionId) };
/** A change: its cart is named by the path, a guest's session by the query. */
const change = { roles: anyone, query: ["session_id"], key: "cart_id", versioned: true };
const changeRefusals = [cartNotFound, wrongState, versionConflict];
/** Prices follow the catalogue, which tells no cart of its changes: so a reply is soon forgotten. */
const cache = {
	ttl: 2,
	about: "cart:{cart_id}",
	keys: ["cart_id", "session_id", "#scope.role", "#scope.customer_id"],
};

const about = "cart:{cart_id}" as const;
const story = {
	cart_id: Id,
	customer_id: Type.Optional(Id),
	location_id: Id,
	saga_id: Type.Optional(Id),
	...totalFields,
};
const itemStory = { ...story, item: Type.Object(item) };

export const carts = contract("carts", {
	...letterEntries,
	current: action({
		summary: "The caller's current cart, made when there is none",
		rest: "GET /cart",
		roles: anyone,
		versioned: true,
		balance: "least",
		params: { session_id: Type.Optional(SessionId), customer_id: Type.Optional(Id) },
		returns: Cart,
		refusals: [unknownCustomer],
	}),
	create: action({
		summary: "Open a cart, or find the one that is open; a guest without a session is given one",
		rest: "POST /carts",
		roles: anyone,
		status: 201,
		statuses: { 200: "The cart that is open" },
		location: "/api/v1/carts/{id}",
		versioned: true,
		balance: "least",
		params: {
			session_id: Type.Optional(SessionId),
			customer_id: Type.Optional(Id),
			location: Type.Optional(Place),
			locale: Type.Optional(Locale),
		},
		returns: Cart,
		refusals: [unknownCustomer, unknownLocation],
	}),
	get: action({
		summary: "A cart with its items, priced and taxed as of today",
		rest: "GET /carts/:cart_id",
		roles: anyone,
		key: "cart_id",
		versioned: true,
		cache,
		repeatable: true,
		params: one,
		returns: Cart,
		refusals: [cartNotFound],
	}),
	list: action({
		summary: "Carts: staff see all, a customer its own",
		rest: "GET /carts",
		roles: ["customer", "cashier", "store_manager", "head_office", "admin"],
		balance: "least",
		repeatable: true,
		params: {
			...paging,
			status: Type.Optional(CartStatus),
			customer_id: Type.Optional(Id),
			sort: Type.Optional(Type.Enum(["created_at", "-created_at", "updated_at", "-updated_at"])),
		},
		returns: pageOf(Type.Object(head)),
	}),
	replace: action({
		summary: "Replace all that is in a cart",
		rest: "PUT /carts/:cart_id",
		...change,
		params: { ...one, items: Type.Array(Wanted, { maxItems: 200 }) },
		returns: Cart,
		refusals: [...changeRefusals, unknownProduct, unknownLocation, cartFull],
	}),
	clear: action({
		summary: "Empty a cart",
		rest: "DELETE /carts/:cart_id",
		roles: anyone,
		key: "cart_id",
		versioned: true,
		params: one,
		returns: Cart,
		refusals: changeRefusals,
	}),
	addItem: action({
		summary: "Put units of a product in a cart; what is there already is added up",
		rest: "POST /carts/:cart_id/items",
		...change,
		status: 201,
		params: { ...one, ...Wanted.properties },
		returns: Cart,
		refusals: [...changeRefusals, unknownProduct, unknownLocation, cartFull],
	}),
	updateItem: action({
		summary: "Change how many units of an item are in a cart",
		rest: "PATCH /carts/:cart_id/items/:item_id",
		...change,
		params: { ...one, item_id: Id, quantity: Quantity },
		returns: Cart,
		refusals: [...changeRefusals, itemNotFound, cartFull],
	}),
	removeItem: action({
		summary: "Take an item out of a cart",
		rest: "DELETE /carts/:cart_id/items/:item_id",
		roles: anyone,
		key: "cart_id",
		versioned: true,
		params: { ...one, item_id: Id },
		returns: Cart,
		refusals: [...changeRefusals, itemNotFound],
	}),
	totals: action({
		summary: "What a cart costs, taxes apart",
		rest: "GET /carts/:cart_id/totals",
		roles: anyone,
		key: "cart_id",
		cache,
		repeatable: true,
		params: one,
		returns: Totals,
		refusals: [cartNotFound],
	}),
	checkout: action({
		summary: "Order what is in a cart; asked again, it answers for the same order",
		rest: "POST /carts/:cart_id/checkout",
		roles: ["customer", "cashier", "store_manager", "admin"],
		query: ["session_id", "wait"],
		key: "cart_id",
		status: 202,
		statuses: { 201: "Waited for, and ordered" },
		idempotency: "optional",
		limit: "write",
		timeout: 35_000, // a caller may wait thirty seconds for the outcome
		params: { ...one, ...placing, wait: Type.Optional(Type.Boolean()) },
		returns: Placed,
		refusals: [...changeRefusals, cartEmpty, totalChanged, paymentDeclined],
	}),
	forOrder: action({
		summary: "What an order of a cart is made of; the cart is named in one of three ways",
		key: "cart_id",
		balance: "least",
		repeatable: true,
		params: {
			cart_id: Type.Optional(Id),
			session_id: Type.Optional(SessionId),
			customer_id: Type.Optional(Id),
		},
		returns: Type.Object({
			cart_id: Id,
			customer_id: Type.Optional(Id),
			status: CartStatus,
			lines: Lines,
			...totalFields,
		}),
		refusals: [unknownCart, cartEmpty, wrongState],
	}),

	created: event(story, { about }),
	item_added: event(itemStory, { about }),
	item_updated: event(itemStory, { about }),
	item_removed: event(itemStory, { about }),
	cleared: event(story, { about }),
	checked_out: event(story, { about }),
	converted: event(story, { about }),
	reopened: event(story, { about }),
	expired: event(story, { about }),
});

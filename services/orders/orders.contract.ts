import Type, { type Static, type TObject } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import {
	Address,
	CardNumber,
	Cents,
	Id,
	Instant,
	Locale,
	PaymentMethod,
	Place,
	pageOf,
	paging,
	Quantity,
	Text,
	Version,
} from "../../lib/fields.ts";
import { letterEntries } from "../../lib/letters.ts";
import { refusal } from "../../lib/refusal.ts";
import { wrongState } from "../../lib/state.ts";
import { unknownProduct } from "../catalog/catalog.contract.ts";
import { customerNotFound, unknownCustomer } from "../customers/customers.contract.ts";
import { Line, Lines } from "../inventory/inventory.contract.ts";

export const orderNotFound = refusal("ORDER_NOT_FOUND", 404, {
	fr: "Commande {id} introuvable",
	en: "Order {id} not found",
});
export const totalChanged = refusal("TOTAL_CHANGED", 409, {
	fr: "Le total a changé",
	en: "The total has changed",
});
export const provinceNotServed = refusal("PROVINCE_NOT_SERVED", 422, {
	fr: "Livraison au Québec seulement",
	en: "Delivery within Québec only",
});

/** What a buyer wants, by the names that people use: from the online shop, unless said. */
export const Wanted = Type.Object({
	product_id: Id,
	quantity: Quantity,
	location: Type.Optional(Place),
});
export type Wanted = Static<typeof Wanted>;

/** How a buyer places an order, whatever is in it. */
export const placing = {
	shipping_address: Type.Optional(Address),
	billing_address: Type.Optional(Address),
	payment_method: Type.Optional(PaymentMethod),
	payment_info: Type.Optional(
		Type.Object({
			card: Type.Optional(CardNumber),
			expected_total_cents: Type.Optional(Cents),
		}),
	),
};

/** What whoever places an order is answered: `started`, unless it waited for the outcome. */
export const Placed = Type.Object({
	saga_id: Id,
	status: Type.Enum(["started", "COMPLETED"]),
	message: Type.String(),
	order_id: Type.Optional(Id),
	payment_id: Type.Optional(Id),
	total_cents: Type.Optional(Cents),
});
export type Placed = Static<typeof Placed>;

/** What an order is made of: the input of the saga, and what its step CREATE_ORDER is given. */
export const draft = {
	order_id: Id, // chosen at the start, so that every step and every undo can name it
	customer_id: Id,
	contact: Type.Optional(Text(100)),
	lines: Lines,
	shipping_address: Type.Optional(Address),
	billing_address: Type.Optional(Address),
	payment_method: PaymentMethod,
	expected_total_cents: Type.Optional(Cents),
	cart_id: Type.Optional(Id),
};

export type Draft = Static<TObject<typeof draft>>;

export const OrderStatus = Type.Enum([
	"PENDING",
	"CONFIRMED",
	"SHIPPED",
	"DELIVERED",
	"COMPLETED",
	"CANCEL_PENDING",
	"CANCELLED",
]);

export type OrderStatus = Static<typeof OrderStatus>;

/** Whether a coordinator calls the contexts, or each hears the one before it. */
export const OrderMode = Type.Enum(["orchestrated", "choreographed"]);
export type OrderMode = Static<typeof OrderMode>;

/** An order without its lines, as lists show it. */
export const OrderHead = Type.Object({
	id: Id,
	order_no: Type.String(),
	customer_id: Id,
	contact: Type.Optional(Type.String()),
	cart_id: Type.Optional(Id),
	saga_id: Type.Optional(Id),
	mode: OrderMode,
	status: OrderStatus,
	payment_id: Type.Optional(Id),
	payment_method: PaymentMethod,
	ship_to: Type.Optional(Address),
	bill_to: Type.Optional(Address),
	province: Type.String(),
	subtotal_cents: Cents,
	discount_cents: Cents,
	shipping_cents: Cents,
	gst_cents: Cents,
	qst_cents: Cents,
	total_cents: Cents,
	currency: Type.Literal("CAD"),
	locale: Type.Optional(Locale),
	placed_at: Instant,
	version: Version,
});
export type OrderHead = Static<typeof OrderHead>;

export const OrderLine = Type.Object({
	...Line.properties,
	line: Type.Integer(),
	description: Type.String(),
	unit_price_cents: Cents,
	tax_class: Type.String(),
	net_cents: Cents,
	gst_cents: Cents,
	qst_cents: Cents,
});
export type OrderLine = Static<typeof OrderLine>;

export const Order = Type.Object({ ...OrderHead.properties, lines: Type.Array(OrderLine) });
export type Order = Static<typeof Order>;

/** What a saga needs to know of an order: replies are kept in its row. */
export const OrderSummary = Type.Pick(Order, ["id", "status", "total_cents"]);
export type OrderSummary = Static<typeof OrderSummary>;

/** Why a choreographed order was cancelled: the refusal that turned it around. */
export const Failure = Type.Object({
	step: Type.String(),
	code: Type.String(),
	message: Type.String(),
	data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Failure = Static<typeof Failure>;

/** The line of a paid order, with its share of the taxes. */
export const Purchase = Type.Object({
	order_id: Id,
	line: Type.Integer(),
	location_id: Id,
	product_id: Id,
	payment_id: Id,
	payment_method: PaymentMethod,
	quantity: Quantity,
	net_cents: Cents,
	gst_cents: Cents,
	qst_cents: Cents,
});
export type Purchase = Static<typeof Purchase>;

/** One step of an order's life. */
export const Transition = Type.Object({
	from: Type.Optional(OrderStatus),
	to: OrderStatus,
	at: Instant,
	actor: Type.String(),
});
export type Transition = Static<typeof Transition>;

export const Shipment = Type.Object({
	id: Id,
	order_id: Id,
	customer_id: Id,
	carrier: Type.String(),
	tracking_no: Type.Optional(Type.String()),
	status: Type.Enum(["PREPARED", "SHIPPED", "DELIVERED"]),
	shipped_at: Type.Optional(Instant),
	delivered_at: Type.Optional(Instant),
});
export type Shipment = Static<typeof Shipment>;

const reads = [
	"customer",
	"cashier",
	"store_manager",
	"logistics",
	"head_office",
	"admin",
	"auditor",
] as const;
const ships = ["logistics", "store_manager"] as const;
const about = "order:{id}" as const;

export const orders = contract("orders", {
	...letterEntries,
	create: action({
		summary: "Price an order, tax it, and record it as pending",
		key: "order_id",
		params: draft,
		returns: OrderSummary,
		refusals: [unknownCustomer, unknownProduct, totalChanged, provinceNotServed],
	}),
	place: action({
		summary: "Record an order that runs without a coordinator: what is told of it does the rest",
		key: "order_id",
		params: { ...draft, saga_id: Id },
		returns: OrderSummary,
		refusals: [unknownCustomer, unknownProduct, totalChanged, provinceNotServed],
	}),
	confirm: action({
		summary: "Confirm a pending order that has been paid",
		key: "order_id",
		params: { order_id: Id, payment_id: Id, amount_cents: Cents },
		returns: OrderSummary,
		refusals: [orderNotFound, wrongState, totalChanged],
	}),
	cancel: action({
		summary: "Undo the creation of an order",
		key: "order_id",
		params: { order_id: Id },
	}),
	beginCancel: action({
		summary: "Lock a confirmed order that is being cancelled",
		key: "order_id",
		params: { order_id: Id },
		returns: OrderSummary,
		refusals: [orderNotFound, wrongState],
	}),
	abortCancel: action({
		summary: "Undo the lock: the order is confirmed again",
		key: "order_id",
		params: { order_id: Id },
	}),
	close: action({
		summary: "Cancel a locked order, whose money and stock have gone back",
		key: "order_id",
		params: { order_id: Id },
		returns: OrderSummary,
		refusals: [orderNotFound, wrongState],
	}),

	standing: action({
		summary: "Which of these orders were confirmed, and have not been cancelled",
		repeatable: true,
		params: { order_ids: Type.Array(Id, { maxItems: 200 }) },
		returns: Type.Object({ order_ids: Type.Array(Id) }),
	}),

	purchases: action({
		summary:
			"The lines of a product that a customer has paid, in the order named or in any; the latest first",
		repeatable: true,
		params: { customer_id: Id, product_id: Id, order_id: Type.Optional(Id) },
		returns: Type.Object({ items: Type.Array(Purchase) }),
	}),

	list: action({
		summary: "Orders, the latest first: a customer's own, or all",
		rest: "GET /orders",
		roles: reads,
		repeatable: true,
		params: {
			...paging,
			status: Type.Optional(OrderStatus),
			customer_id: Type.Optional(Id),
		},
		returns: pageOf(OrderHead),
	}),
	ofCustomer: action({
		summary: "A customer's orders, the latest first",
		rest: "GET /customers/:customer_id/orders",
		roles: reads,
		repeatable: true,
		params: { ...paging, customer_id: Id, status: Type.Optional(OrderStatus) },
		returns: pageOf(OrderHead),
		refusals: [customerNotFound],
	}),
	get: action({
		summary: "An order with its lines",
		rest: "GET /orders/:id",
		roles: reads,
		versioned: true,
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Order,
		refusals: [orderNotFound],
	}),
	history: action({
		summary: "What an order has been through, and by whom",
		rest: "GET /orders/:id/history",
		roles: reads,
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Type.Object({ items: Type.Array(Transition) }),
		refusals: [orderNotFound],
	}),
	ship: action({
		summary: "Hand a confirmed order to a carrier",
		rest: "POST /orders/:id/ship",
		roles: ships,
		idempotency: "optional",
		limit: "write",
		status: 201,
		key: "id",
		params: { id: Id, carrier: Text(80), tracking_no: Type.Optional(Text(80)) },
		returns: Shipment,
		refusals: [orderNotFound, wrongState],
	}),
	deliver: action({
		summary: "Record that a shipped order has arrived",
		rest: "POST /orders/:id/deliver",
		roles: ships,
		idempotency: "optional",
		limit: "write",
		key: "id",
		params: { id: Id },
		returns: Shipment,
		refusals: [orderNotFound, wrongState],
	}),
	shipments: action({
		summary: "Shipments, the latest first: a customer's own, or all",
		rest: "GET /shipments",
		roles: ["customer", "store_manager", "logistics", "head_office", "admin", "auditor"],
		repeatable: true,
		params: { ...paging, order_id: Type.Optional(Id) },
		returns: pageOf(Shipment),
	}),

	sweep: action({
		summary: "Cancel pending orders that no saga drives any more, and say how many there were",
		params: {},
		returns: Type.Object({ looked_at: Type.Integer(), cancelled: Type.Integer() }),
	}),

	/** Of a choreographed order it says how it is to be paid. */
	created: event(Order.properties, { about }),
	confirmed: event(Order.properties, { about }),
	cancel_requested: event({ id: Id }, { about }),
	cancel_aborted: event({ id: Id }, { about }),
	cancelled: event({ ...Order.properties, reason: Type.Optional(Failure) }, { about }),
	shipped: event(
		{
			id: Id,
			shipment_id: Id,
			customer_id: Id,
			carrier: Type.String(),
			tracking_no: Type.Optional(Type.String()),
		},
		{ about },
	),
	delivered: event({ id: Id, shipment_id: Id, customer_id: Id }, { about }),
});

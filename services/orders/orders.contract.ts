import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Address, Cents, Id, Instant, PaymentMethod, Text, Version } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";
import { unknownProduct } from "../catalog/catalog.contract.ts";
import { unknownCustomer } from "../customers/customers.contract.ts";
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
export const wrongState = refusal("WRONG_STATE", 409, {
	fr: "Impossible dans l'état {state}",
	en: "Not possible in state {state}",
});

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

export const OrderStatus = Type.Enum([
	"PENDING",
	"CONFIRMED",
	"SHIPPED",
	"DELIVERED",
	"COMPLETED",
	"CANCEL_PENDING",
	"CANCELLED",
]);

export const Order = Type.Object({
	id: Id,
	order_no: Type.String(),
	customer_id: Id,
	contact: Type.Optional(Type.String()),
	cart_id: Type.Optional(Id),
	saga_id: Type.Optional(Id),
	mode: Type.Enum(["orchestrated", "choreographed"]),
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
	placed_at: Instant,
	version: Version,
	lines: Type.Array(
		Type.Object({
			...Line.properties,
			line: Type.Integer(),
			description: Type.String(),
			unit_price_cents: Cents,
			tax_class: Type.String(),
			net_cents: Cents,
			gst_cents: Cents,
			qst_cents: Cents,
		}),
	),
});
export type Order = Static<typeof Order>;

/** What a saga needs to know of an order: replies are kept in its row. */
export const OrderSummary = Type.Pick(Order, ["id", "status", "total_cents"]);
export type OrderSummary = Static<typeof OrderSummary>;

const about = "order:{id}" as const;

export const orders = contract("orders", {
	create: action({
		summary: "Price an order, tax it, and record it as pending",
		params: draft,
		returns: OrderSummary,
		refusals: [unknownCustomer, unknownProduct, totalChanged, provinceNotServed],
	}),
	confirm: action({
		summary: "Confirm a pending order that has been paid",
		params: { order_id: Id, payment_id: Id, amount_cents: Cents },
		returns: OrderSummary,
		refusals: [orderNotFound, wrongState, totalChanged],
	}),
	cancel: action({
		summary: "Undo the creation of an order",
		params: { order_id: Id },
	}),
	beginCancel: action({
		summary: "Lock a confirmed order that is being cancelled",
		params: { order_id: Id },
		returns: OrderSummary,
		refusals: [orderNotFound, wrongState],
	}),
	abortCancel: action({
		summary: "Undo the lock: the order is confirmed again",
		params: { order_id: Id },
	}),
	close: action({
		summary: "Cancel a locked order, whose money and stock have gone back",
		params: { order_id: Id },
		returns: OrderSummary,
		refusals: [orderNotFound, wrongState],
	}),

	standing: action({
		summary: "Which of these orders were confirmed, and have not been cancelled",
		params: { order_ids: Type.Array(Id, { maxItems: 200 }) },
		returns: Type.Object({ order_ids: Type.Array(Id) }),
	}),

	created: event(Order.properties, { about }),
	confirmed: event(Order.properties, { about }),
	cancel_requested: event({ id: Id }, { about }),
	cancelled: event(Order.properties, { about }),
});

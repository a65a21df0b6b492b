import type { Heard } from "../../lib/fact.ts";
import { projection } from "../../mixins/projections/projection.ts";
import type { Rows } from "../../mixins/projections/working-set.ts";
import { carts } from "../carts/carts.contract.ts";
import { claims } from "../claims/claims.contract.ts";
import { type Order, orders } from "../orders/orders.contract.ts";
import { customerActivity, orderHistory } from "./customers.store.ts";

/** The story of each order, and of what customers do: facts about one order come in their order. */
export const customers = projection({
	name: "customers",
	version: 1,
	models: [orderHistory, customerActivity],
	on: {
		[orders.created.event](rows: Rows, { payload, occurred_at }: Heard<typeof orders.created>) {
			record(rows, payload, occurred_at);
			did(rows, payload.customer_id, occurred_at, { orders: 1 });
		},
		[orders.confirmed.event](rows: Rows, { payload, occurred_at }: Heard<typeof orders.confirmed>) {
			record(rows, payload, occurred_at);
			const { customer_id, total_cents } = payload;
			did(rows, customer_id, occurred_at, { confirmed: 1, spent_cents: total_cents });
		},
		[orders.cancelled.event](rows: Rows, { payload, occurred_at }: Heard<typeof orders.cancelled>) {
			const wasPaid = rows.find(orderHistory, { order_id: payload.id })?.confirmed === 1;
			record(rows, payload, occurred_at);
			const { customer_id, total_cents } = payload;
			const spent_cents = wasPaid ? -total_cents : 0;
			did(rows, customer_id, occurred_at, { cancelled: 1, spent_cents });
		},
		[orders.cancel_requested.event](rows: Rows, fact: Heard<typeof orders.cancel_requested>) {
			mark(rows, fact, "CANCEL_PENDING");
		},
		[orders.cancel_aborted.event](rows: Rows, fact: Heard<typeof orders.cancel_aborted>) {
			mark(rows, fact, "CONFIRMED");
		},
		[orders.shipped.event](rows: Rows, fact: Heard<typeof orders.shipped>) {
			mark(rows, fact, "SHIPPED");
		},
		[orders.delivered.event](rows: Rows, fact: Heard<typeof orders.delivered>) {
			mark(rows, fact, "DELIVERED");
		},
		[carts.created.event](rows: Rows, { payload, occurred_at }: Heard<typeof carts.created>) {
			if (payload.customer_id) did(rows, payload.customer_id, occurred_at, { carts: 1 });
		},
		[claims.submitted.event](rows: Rows, { payload, occurred_at }: Heard<typeof claims.submitted>) {
			did(rows, payload.customer_id, occurred_at, { claims: 1 });
		},
	},
});

function record(rows: Rows, order: Order, updated_at: number): void {
	const { id: order_id, customer_id, status, total_cents, lines, placed_at } = order;
	const before = rows.find(orderHistory, { order_id });
	rows.put(orderHistory, {
		order_id,
		customer_id,
		status,
		channel: "online",
		units: lines.reduce((units, { quantity }) => units + quantity, 0),
		total_cents,
		confirmed: status === "CONFIRMED" ? 1 : (before?.confirmed ?? 0),
		placed_at: Date.parse(placed_at),
		updated_at,
	});
}

function mark(rows: Rows, fact: Marked, status: string): void {
	const order = rows.find(orderHistory, { order_id: fact.payload.id });
	if (order) rows.put(orderHistory, { ...order, status, updated_at: fact.occurred_at });
}
interface Marked {
	readonly payload: { readonly id: string };
	readonly occurred_at: number;
}

const COUNTS = ["carts", "orders", "confirmed", "cancelled", "claims", "spent_cents"] as const;
type Counts = Partial<Record<(typeof COUNTS)[number], number>>;

function did(rows: Rows, customer_id: string, at: number, counts: Counts): void {
	const before = rows.find(customerActivity, { customer_id });
	const sums = COUNTS.map((name) => [name, (before?.[name] ?? 0) + (counts[name] ?? 0)]);
	const last_at = Math.max(at, before?.last_at ?? 0);
	rows.put(customerActivity, { customer_id, ...Object.fromEntries(sums), last_at });
}

import { type Board, bars, chart, row, stat } from "../board.ts";
import { max, orNone, rate, total } from "../promql.ts";

const whole = (name: string) => `max without (instance, job) (${name})`;

/** The shop itself. */
export const business: Board = {
	uid: "comptoir-business",
	title: "Business Metrics",
	description: "Sales as they happen, what is on the shelves, and whether the books add up.",
	variables: [],
	rows: [
		row(
			"Of all time",
			stat("Orders placed", "short", whole("total_orders_created")),
			stat("Units sold", "short", whole("total_products_sold")),
			stat("Average order, cents", "short", whole("average_order_value")),
			stat("Low or empty shelves", "short", "sum(max by (location) (inventory_low_stock_alerts))"),
		),
		row(
			"Sales",
			chart("Orders confirmed", "cps", {
				confirmed: rate("orders_total", { where: 'status="CONFIRMED"' }),
			}),
			chart("Units sold", "cps", {
				units: "max(deriv(total_products_sold[$__rate_interval]))",
			}),
			chart("Orders by end", "cps", { "{{status}}": rate("orders_total", { by: "status" }) }),
			chart("Payments", "cps", { "{{outcome}}": rate("payments_total", { by: "outcome" }) }),
			chart("Refunds", "cps", { "{{ref_type}}": rate("refunds_total", { by: "ref_type" }) }),
			stat("Given back, cents", "short", total("refund_amount_cents_total")),
			stat("Claims", "short", total("claims_total")),
		),
		row(
			"Stock",
			bars("Low stock by place", "short", {
				"{{location}}": "max by (location) (inventory_low_stock_alerts)",
			}),
			chart("Adjustments", "cps", { "{{type}}": rate("stock_adjustments_total", { by: "type" }) }),
			chart("Two wanted the last one", "cps", {
				"{{location}}": rate("stock_reservation_conflicts_total", { by: "location" }),
			}),
			chart("Stock read, requests", "reqps", {
				"{{action}}": rate("moleculer_action_duration_seconds_count", {
					by: "action",
					where: 'service_name="inventory"',
				}),
			}),
		),
		row(
			"Customers",
			chart("Baskets, claims, accounts", "reqps", {
				"{{service_name}}": rate("moleculer_action_duration_seconds_count", {
					by: "service_name",
					where: 'service_name=~"carts|claims|customers|orders|identity"',
				}),
			}),
			chart("Logins", "cps", {
				"{{result}}": rate("gateway_auth_total", { by: "result", where: 'method="password"' }),
			}),
		),
		row(
			"Health",
			stat("Stock drift, units", "short", max("stock_drift_units"), { limit: 1 }),
			stat("Payments of no order", "short", max("payment_orphans"), { limit: 1 }),
			stat("Stalled", "short", max("claims_stalled"), { limit: 1 }),
			stat("Age of these figures", "s", "min(business_metrics_age_seconds)", { limit: 60 }),
			stat("Event store intact", "short", "min(audit_chain_valid)"),
			stat("Pages firing", "short", orNone('count(ALERTS{alertstate="firing",severity="page"})'), {
				limit: 1,
			}),
			stat(
				"Tickets firing",
				"short",
				orNone('count(ALERTS{alertstate="firing",severity="ticket"})'),
				{ limit: 1 },
			),
			stat("Nodes up", "short", max("mesh_nodes", { where: 'state="up"' })),
		),
	],
};

import { Gauge } from "prom-client";
import { registry } from "../../config/metrics.ts";

interface Figures {
	readonly total_orders_created: number;
	readonly total_products_sold: number;
	readonly average_order_value: number;
	readonly low_stock_alerts: readonly { readonly location_id: string; readonly alerts: number }[];
}

const gauge = (name: string, help: string, labelNames: string[] = []) =>
	new Gauge({ name, help, labelNames, registers: [registry] });

const created = gauge("total_orders_created", "Orders placed, of all time.");
const sold = gauge("total_products_sold", "Units sold, of all time.");
const average = gauge("average_order_value", "What a confirmed order comes to, in cents.");
const alerts = gauge("inventory_low_stock_alerts", "Shelves that are low or out.", ["location"]);

let refreshed_at = Date.now();
new Gauge({
	name: "business_metrics_age_seconds",
	help: "How long ago the business figures were read.",
	registers: [registry],
	collect() {
		this.set((Date.now() - refreshed_at) / 1_000);
	},
});

/** Shows what has been read; until it is called again the figures stay, and grow old. */
export function show(figures: Figures, now = Date.now()): void {
	created.set(figures.total_orders_created);
	sold.set(figures.total_products_sold);
	average.set(figures.average_order_value);
	alerts.reset();
	for (const { location_id, alerts: count } of figures.low_stock_alerts)
		alerts.set({ location: location_id }, count);
	refreshed_at = now;
}

import type { ServiceBroker } from "moleculer";
import { asService } from "../../config/identity.ts";
import { inventory } from "../inventory/inventory.contract.ts";
import { payments } from "../payments/payments.contract.ts";
import { reporting } from "../reporting/reporting.contract.ts";
import type { Name, Reading } from "./figures.ts";

const COMPARE_MS = 600_000; // the whole ledger is added up for it

/** What is asked of a context: each time, or not so often. */
export interface Source {
	readonly names: readonly Name[];
	readonly asks: string;
	readonly rest_ms?: number;
	read(broker: ServiceBroker): Promise<Reading[]>;
}

const acting = () => ({ headers: asService("metrics") });

/** Of the whole chain, from the read models. */
export const sales: Source = {
	names: [
		"total_orders_created",
		"total_products_sold",
		"average_order_value",
		"inventory_low_stock_alerts",
	],
	asks: reporting.kpis.action,
	async read(broker) {
		const figures = await reporting.kpis(broker, {}, acting());
		return [
			{ name: "total_orders_created", value: figures.total_orders_created },
			{ name: "total_products_sold", value: figures.total_products_sold },
			{ name: "average_order_value", value: figures.average_order_value },
			...figures.low_stock_alerts.map(({ location_id: location, alerts: value }) => ({
				name: "inventory_low_stock_alerts" as const,
				labels: { location },
				value,
			})),
		];
	},
};

const orphans: Source = {
	names: ["payment_orphans"],
	asks: payments.orphans.action,
	async read(broker) {
		const { count: value } = await payments.orphans(broker, {}, acting());
		return [{ name: "payment_orphans", value }];
	},
};

/** A hold that outlives its owner keeps at least one unit from being sold. */
const drift: Source = {
	names: ["stock_drift_units"],
	asks: inventory.reconcile.action,
	rest_ms: COMPARE_MS,
	async read(broker) {
		const { differences, ownerless } = await inventory.reconcile(broker, {}, acting());
		const units = differences.map(({ on_hand, reserved, held }) =>
			[on_hand, reserved, held].reduce((sum, one) => sum + Math.abs(one), 0),
		);
		const value = units.reduce((sum, one) => sum + one, ownerless.length);
		return [{ name: "stock_drift_units", value }];
	},
};

export const SOURCES: readonly Source[] = [sales, orphans, drift];

import type { Sums } from "./reporting.contract.ts";
import type { Amounts } from "./sale.ts";
import { perOrder, sumsOf } from "./sums.ts";

export interface AlertCount {
	readonly location_id: string;
	readonly kind: string;
	readonly alerts: number;
}
interface Seen {
	readonly ever: Amounts;
	readonly now: Amounts;
	readonly day: string;
	readonly alerts: readonly AlertCount[];
}

/** The figures of all time, and of today. What an order is worth is with its taxes. */
export function kpisOf({ ever, now, day, alerts }: Seen) {
	const paid = ever.gross_cents + ever.gst_cents + ever.qst_cents;
	return {
		total_orders_created: ever.created,
		total_orders_confirmed: ever.orders,
		total_orders_cancelled: ever.cancelled,
		total_products_sold: ever.units,
		total_products_returned: ever.returned,
		average_order_value: perOrder(paid, ever.orders),
		net_cents: ever.gross_cents - ever.refund_cents,
		today: { business_date: day, ...sumsOf(now) },
		low_stock_alerts: lowAlerts(alerts),
	};
}

/** Shelves that are low or empty, by place. */
export function lowAlerts(alerts: readonly AlertCount[]) {
	const low = alerts.filter(({ kind }) => kind !== "over");
	return [...Map.groupBy(low, ({ location_id }) => location_id)].map(([location_id, all]) => ({
		location_id,
		alerts: all.reduce((sum, one) => sum + one.alerts, 0),
	}));
}

/** Each week beside the one before it; one without sales is not in the books. */
export const trendOf = <Week extends Sums & { week: string }>(weeks: readonly Week[]) =>
	weeks.map((week, nth) => {
		const before = weeks[nth - 1];
		return { ...week, ...(before && { change_cents: week.net_cents - before.net_cents }) };
	});

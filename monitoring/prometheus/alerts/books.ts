import type { Group } from "../alert.ts";

/** What must always add up. */
export const books: Group = {
	name: "books",
	alerts: [
		{
			name: "StockDrift",
			expr: "max(abs(stock_drift_units)) > 0",
			severity: "page",
			summary: "Stock does not add up",
			description: "On hand, reserved and sold no longer make what was received.",
			board: "comptoir-business",
			fires: { series: { 'stock_drift_units{instance="m"}': -1 }, labels: [{}] },
			silent: [{ 'stock_drift_units{instance="m"}': 0 }],
		},
		{
			name: "PaymentOrphans",
			expr: "max(payment_orphans) > 0",
			severity: "page",
			summary: "A payment belongs to no order",
			description: "A customer has paid for nothing.",
			board: "comptoir-business",
			fires: { series: { 'payment_orphans{instance="m"}': 1 }, labels: [{}] },
			silent: [{ 'payment_orphans{instance="m"}': 0 }],
		},
		{
			name: "ClaimsStalled",
			expr: "max(claims_stalled) > 0",
			severity: "page",
			summary: "A choreography has stalled",
			description: "A refund, or an order that nobody leads, waits for a fact that is late.",
			board: "comptoir-events",
			fires: { series: { 'claims_stalled{instance="m"}': 1 }, labels: [{}] },
			silent: [{ 'claims_stalled{instance="m"}': 0 }],
		},
		{
			name: "AuditChainBroken",
			expr: "min(audit_chain_valid) == 0",
			severity: "page",
			summary: "The event store is not what it was",
			description: "Somebody has changed, removed or reordered what was recorded. It is evidence.",
			board: "comptoir-events",
			fires: { series: { 'audit_chain_valid{instance="a"}': 0 }, labels: [{}] },
			silent: [{ 'audit_chain_valid{instance="a"}': 1 }],
		},
		{
			name: "MetricsStale",
			expr: "min(business_metrics_age_seconds) > 60",
			for: "2m",
			severity: "ticket",
			summary: "Business figures are old",
			description: "The boards show what was true when they were last read.",
			board: "comptoir-business",
			fires: { series: { 'business_metrics_age_seconds{instance="m"}': 61 }, labels: [{}] },
			silent: [{ 'business_metrics_age_seconds{instance="m"}': 60 }],
		},
	],
};

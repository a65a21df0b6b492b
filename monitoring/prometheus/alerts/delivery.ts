import type { Group } from "../alert.ts";

const board = "comptoir-events";
const LAG = "max by (context, producer) (consumer_lag)";
const GROWTH = "max by (context, producer) (deriv(consumer_lag[10m]))";
const pair = 'context="audit",producer="orders"';
const audit = { context: "audit", producer: "orders" };

/** Facts on their way from one context to another. */
export const delivery: Group = {
	name: "delivery",
	alerts: [
		{
			name: "OutboxStuck",
			expr: "max by (context) (outbox_oldest_seconds) > 60",
			for: "1m",
			severity: "page",
			summary: "Facts of {{ $labels.context }} do not leave",
			description: "What follows from them comes late: refunds, reports, notifications.",
			board,
			fires: {
				series: { 'outbox_oldest_seconds{context="orders",instance="a"}': 61 },
				labels: [{ context: "orders" }],
			},
			silent: [{ 'outbox_oldest_seconds{context="orders",instance="a"}': 60 }],
		},
		{
			name: "ConsumerLagGrows",
			expr: `${LAG} > 1000 and ${GROWTH} > 0`,
			for: "10m",
			severity: "ticket",
			summary: "{{ $labels.context }} falls behind {{ $labels.producer }}",
			description: "It takes in less than is said: what it shows grows old.",
			board,
			fires: { series: { [`consumer_lag{${pair}}`]: "1001+1x200" }, labels: [audit] },
			silent: [{ [`consumer_lag{${pair}}`]: 5000 }, { [`consumer_lag{${pair}}`]: "0+1x200" }],
		},
		{
			name: "DeadLetters",
			expr: "sum by (context) (dead_letters) > 0",
			severity: "page",
			summary: "{{ $labels.context }} has parked a fact",
			description: "One order, claim or shelf stands still there until somebody decides.",
			board,
			fires: { series: { [`dead_letters{${pair}}`]: 1 }, labels: [{ context: "audit" }] },
			silent: [{ [`dead_letters{${pair}}`]: 0 }],
		},
		{
			name: "InboxGap",
			expr: "increase(inbox_gaps_total[5m]) > 0",
			severity: "ticket",
			summary: "{{ $labels.context }} has missed a fact of {{ $labels.producer }}",
			description: "It waits for the missing one: the key stands still until it comes.",
			board,
			fires: { series: { [`inbox_gaps_total{${pair}}`]: "+1" }, labels: [audit] },
			silent: [{ [`inbox_gaps_total{${pair}}`]: 7 }],
		},
		{
			name: "BrokerRepaired",
			expr: "increase(outbox_repairs_total[5m]) > 0",
			severity: "ticket",
			summary: "The stream of {{ $labels.context }} had lost facts and was filled again",
			description: "Nothing is lost. Somebody wiped NATS, or restored it from an old copy.",
			board,
			fires: {
				series: { 'outbox_repairs_total{context="orders"}': "+1" },
				labels: [{ context: "orders" }],
			},
			silent: [{ 'outbox_repairs_total{context="orders"}': 2 }],
		},
		{
			name: "ProjectionStale",
			expr: "max by (projection) (projection_lag_seconds) > 10",
			for: "5m",
			severity: "ticket",
			summary: "The projection {{ $labels.projection }} is old",
			description: "Reports say so (`as_of`), and answer what was true then.",
			board,
			fires: {
				series: { 'projection_lag_seconds{projection="sales"}': 11 },
				labels: [{ projection: "sales" }],
			},
			silent: [{ 'projection_lag_seconds{projection="sales"}': 10 }],
		},
	],
};

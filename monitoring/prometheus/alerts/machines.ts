import type { Group } from "../alert.ts";

const of = 'job="contexts",instance="a:9464"';
const a = { job: "contexts", instance: "a:9464" };
const GIGABYTE = 1_000_000_000;

/** What a process runs out of. */
export const machines: Group = {
	name: "machines",
	alerts: [
		{
			name: "EventLoopLag",
			expr: "nodejs_eventloop_lag_p99_seconds > 0.2",
			for: "5m",
			severity: "ticket",
			summary: "{{ $labels.instance }} answers late: its event loop is busy",
			description: "Everything that it serves is slower by as much.",
			board: "comptoir-services",
			fires: { series: { [`nodejs_eventloop_lag_p99_seconds{${of}}`]: 0.21 }, labels: [a] },
			silent: [{ [`nodejs_eventloop_lag_p99_seconds{${of}}`]: 0.2 }],
		},
		{
			name: "HeapHigh",
			expr: "nodejs_heap_size_used_bytes / on (job, instance) nodejs_heap_limit_bytes > 0.85",
			for: "5m",
			severity: "ticket",
			summary: "{{ $labels.instance }} uses most of its heap",
			description: "It will collect garbage most of the time, and then die.",
			board: "comptoir-services",
			fires: {
				series: {
					[`nodejs_heap_size_used_bytes{${of}}`]: 0.86 * GIGABYTE,
					[`nodejs_heap_limit_bytes{${of}}`]: GIGABYTE,
				},
				labels: [a],
			},
			silent: [
				{
					[`nodejs_heap_size_used_bytes{${of}}`]: 0.85 * GIGABYTE,
					[`nodejs_heap_limit_bytes{${of}}`]: GIGABYTE,
				},
			],
		},
		{
			name: "DbPoolWaiting",
			expr: 'sum by (instance) (pg_pool_connections{state="waiting"}) > 0',
			for: "5m",
			severity: "ticket",
			summary: "{{ $labels.instance }} waits for connections to PostgreSQL",
			description: "Requests stand in line: the pool is too small, or statements are too slow.",
			board: "comptoir-services",
			fires: {
				series: { [`pg_pool_connections{${of},state="waiting"}`]: 1 },
				labels: [{ instance: "a:9464" }],
			},
			silent: [
				{
					[`pg_pool_connections{${of},state="waiting"}`]: 0,
					[`pg_pool_connections{${of},state="used"}`]: 10,
				},
			],
		},
		{
			name: "WriterQueueLong",
			expr: "max by (context) (db_writer_queue) > 500",
			for: "1m",
			severity: "ticket",
			summary: "Writes of {{ $labels.context }} stand in line",
			description: "Its disk commits more slowly than people ask.",
			board: "comptoir-services",
			fires: {
				series: { 'db_writer_queue{context="orders"}': 501 },
				labels: [{ context: "orders" }],
			},
			silent: [{ 'db_writer_queue{context="orders"}': 500 }],
		},
		{
			name: "CertExpires",
			expr: "min by (instance) (tls_certificate_expiry_seconds > 0) - time() < 14 * 86400", // 0: it has none
			for: "1h",
			severity: "ticket",
			summary: "The certificate of {{ $labels.instance }} ends within 14 days",
			description: "From then on nobody can connect.",
			board: "comptoir-infra",
			// The clock of trials begins at 0.
			fires: {
				series: { [`tls_certificate_expiry_seconds{${of}}`]: 14 * 86_400 },
				labels: [{ instance: "a:9464" }],
			},
			silent: [
				{ [`tls_certificate_expiry_seconds{${of}}`]: 14 * 86_400 + 3_600 },
				{ [`tls_certificate_expiry_seconds{${of}}`]: 0 },
			],
		},
	],
};

import type { Group } from "../alert.ts";

const a = { job: "contexts", instance: "a:9464" };
const ENDPOINTS = "max by (service_name) (mesh_service_endpoints)";
const EXPECTED = "max by (service_name) (mesh_service_expected)";

/** Processes and what connects them. */
export const mesh: Group = {
	name: "mesh",
	alerts: [
		{
			name: "Watchdog",
			expr: "vector(1)",
			severity: "none",
			summary: "Alerts are sent",
			description: "Fires always: whoever stops hearing it knows that nobody watches.",
			board: "comptoir-infra",
			fires: { series: {}, labels: [{}] },
			silent: [],
		},
		{
			name: "TargetDown",
			expr: "up == 0",
			for: "2m",
			severity: "page",
			summary: "{{ $labels.instance }} does not answer Prometheus",
			description: "The process is dead, hangs, or cannot be reached.",
			board: "comptoir-services",
			fires: { series: { 'up{job="contexts",instance="a:9464"}': 0 }, labels: [a] },
			silent: [{ 'up{job="contexts",instance="a:9464"}': 1 }],
		},
		{
			name: "NodesMissing",
			expr: 'max(mesh_nodes{state="down"}) > 0',
			for: "2m",
			severity: "page",
			summary: "A node of the mesh is gone",
			description: "It was there, did not say goodbye, and has not come back.",
			board: "comptoir-services",
			fires: { series: { 'mesh_nodes{state="down",instance="m:3030"}': 1 }, labels: [{}] },
			silent: [{ 'mesh_nodes{state="down"}': 0, 'mesh_nodes{state="up"}': 6 }],
		},
		{
			name: "ContextDown",
			expr: `(${ENDPOINTS} or ${EXPECTED} * 0) == 0 and ${EXPECTED} > 0`,
			for: "1m",
			severity: "page",
			summary: "Nobody serves {{ $labels.service_name }}",
			description: "Requests that need it are answered 503; sagas wait, or are undone.",
			board: "comptoir-services",
			fires: {
				series: {
					'mesh_service_expected{service_name="inventory"}': 2,
					'mesh_service_expected{service_name="carts"}': 1,
					'mesh_service_endpoints{service_name="carts"}': 0,
				},
				labels: [{ service_name: "inventory" }, { service_name: "carts" }],
			},
			silent: [
				{
					'mesh_service_expected{service_name="inventory"}': 2,
					'mesh_service_endpoints{service_name="inventory"}': 1,
				},
			],
		},
		{
			name: "ContextDown",
			expr: `${ENDPOINTS} < on (service_name) ${EXPECTED} and ${ENDPOINTS} > 0`,
			for: "1m",
			severity: "ticket",
			summary: "{{ $labels.service_name }} has fewer replicas than it should",
			description: "The others carry its load: one more loss may be felt.",
			board: "comptoir-services",
			fires: {
				series: {
					'mesh_service_expected{service_name="inventory"}': 2,
					'mesh_service_endpoints{service_name="inventory"}': 1,
				},
				labels: [{ service_name: "inventory" }],
			},
			silent: [
				{
					'mesh_service_expected{service_name="inventory"}': 2,
					'mesh_service_endpoints{service_name="inventory"}': 2,
				},
			],
		},
		{
			name: "NatsDown",
			expr: "sum(nats_server_up) == 0",
			for: "30s",
			severity: "page",
			summary: "No NATS server answers",
			description: "Processes cannot call each other; facts wait in the outboxes.",
			board: "comptoir-events",
			fires: { series: { 'nats_server_up{server="n1"}': 0 }, labels: [{}] },
			silent: [{ 'nats_server_up{server="n1"}': 0, 'nats_server_up{server="n2"}': 1 }],
		},
		{
			name: "NatsServerLost",
			expr: "max by (server) (nats_server_up) == 0",
			for: "5m",
			severity: "ticket",
			summary: "NATS server {{ $labels.server }} does not answer",
			description: "The others serve; one more loss stops the streams.",
			board: "comptoir-events",
			runbook: "nats-down",
			fires: {
				series: { 'nats_server_up{server="n1"}': 0, 'nats_server_up{server="n2"}': 1 },
				labels: [{ server: "n1" }],
			},
			silent: [{ 'nats_server_up{server="n1"}': 1 }],
		},
		{
			name: "NatsClientLost",
			expr: "nats_client_connected == 0",
			for: "30s",
			severity: "page",
			summary: "{{ $labels.instance }} has lost NATS",
			description: "It can neither be called nor call.",
			board: "comptoir-events",
			fires: {
				series: { 'nats_client_connected{job="contexts",instance="a:9464"}': 0 },
				labels: [a],
			},
			silent: [{ 'nats_client_connected{job="contexts",instance="a:9464"}': 1 }],
		},
		{
			name: "NatsSlowConsumers",
			expr: "increase(nats_server_slow_consumers_total[5m]) > 0",
			severity: "ticket",
			summary: "NATS server {{ $labels.server }} drops a client that reads too slowly",
			description: "Calls to that process are lost: they time out.",
			board: "comptoir-events",
			fires: {
				series: { 'nats_server_slow_consumers_total{server="n1"}': "+1" },
				labels: [{ server: "n1" }],
			},
			silent: [{ 'nats_server_slow_consumers_total{server="n1"}': 3 }],
		},
	],
};

import type { Group } from "../alert.ts";

const CALLS = "service_instance:calls:rate5m";
const CALLED = "moleculer_action_duration_seconds_count";
const ALL = `sum by (service_name) (${CALLS})`;
const REPLICAS = "max by (service_name) (mesh_service_endpoints)";
const toReplica = (instance: string) =>
	`${CALLED}{service_name="carts",action="carts.get",outcome="ok",instance="${instance}"}`;
const refused = 'gateway_auth_total{method="password",result="refused"}';

/** The gateway: whom it lets in, whom it can still ask. */
export const edge: Group = {
	name: "edge",
	alerts: [
		{
			name: "BreakerOpen",
			expr: "max by (action) (gateway_circuit_state) == 2",
			for: "1m",
			severity: "ticket",
			summary: "The gateway no longer asks {{ $labels.action }}",
			description: "Too many calls have failed: they are answered 503 at once.",
			board: "comptoir-gateway",
			fires: {
				series: { 'gateway_circuit_state{action="orders.get"}': 2 },
				labels: [{ action: "orders.get" }],
			},
			silent: [{ 'gateway_circuit_state{action="orders.get"}': 1 }],
		},
		{
			// Compared with the mean of the others, x (n - 1) > 2 (all - x): with two replicas none can
			// have more than twice the mean of both.
			name: "Imbalance",
			expr: `${CALLS} * on (service_name) group_left () (${REPLICAS} + 1) > on (service_name) group_left () 2 * ${ALL} and on (service_name) ${REPLICAS} > 1 and on (service_name) ${ALL} > 1`,
			for: "10m",
			severity: "ticket",
			summary:
				"{{ $labels.instance }} does more than twice the work of the other {{ $labels.service_name }}",
			description: "One replica is slow or new, or a single key is asked for all the time.",
			board: "comptoir-gateway",
			fires: {
				series: {
					'mesh_service_endpoints{service_name="carts"}': 2,
					[toReplica("a")]: "+210",
					[toReplica("b")]: "+100",
				},
				labels: [{ service_name: "carts", instance: "a" }],
			},
			silent: [
				{
					'mesh_service_endpoints{service_name="carts"}': 2,
					[toReplica("a")]: "+199",
					[toReplica("b")]: "+100",
				},
				{ 'mesh_service_endpoints{service_name="carts"}': 1, [toReplica("a")]: "+200" },
			],
		},
		{
			name: "RateLimiterLocal",
			expr: "max(gateway_rate_limiter_local) == 1",
			for: "5m",
			severity: "ticket",
			summary: "Gateways count limits each for itself",
			description: "Redis is away: a consumer may have its quota once per gateway.",
			board: "comptoir-gateway",
			fires: { series: { 'gateway_rate_limiter_local{instance="g"}': 1 }, labels: [{}] },
			silent: [{ 'gateway_rate_limiter_local{instance="g"}': 0 }],
		},
		{
			name: "LoginFailures",
			expr: 'sum(rate(gateway_auth_total{method="password",result="refused"}[5m])) > 1',
			for: "5m",
			severity: "ticket",
			summary: "More than one login a second is refused",
			description: "Somebody guesses passwords, or a client has an old one.",
			board: "comptoir-gateway",
			fires: { series: { [refused]: "+16" }, labels: [{}] },
			silent: [{ [refused]: "+15" }],
		},
		{
			name: "TokenReuse",
			expr: "sum(increase(identity_token_reuse_total[5m])) > 0",
			severity: "page",
			summary: "A refresh token was used twice",
			description: "It has been stolen: the session is closed, and its owner must log in again.",
			board: "comptoir-gateway",
			fires: { series: { 'identity_token_reuse_total{instance="i"}': "+1" }, labels: [{}] },
			silent: [{ 'identity_token_reuse_total{instance="i"}': 4 }],
		},
	],
};

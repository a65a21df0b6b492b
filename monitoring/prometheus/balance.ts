/** How much each replica does: for the board of the gateway, and for the alert on imbalance. */
export const balance = [
	{
		record: "service_instance:calls:rate5m",
		expr: "sum by (service_name, instance) (rate(moleculer_action_duration_seconds_count[5m]))",
	},
];

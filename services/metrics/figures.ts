const gauge = <L extends string = never>(help: string, ...labelNames: L[]) => ({
	type: "Gauge" as const,
	help,
	labelNames,
});
const counter = <L extends string>(help: string, ...labelNames: L[]) => ({
	type: "Counter" as const,
	help,
	labelNames,
});

/** All that the page of the mesh shows: what is read, here or elsewhere, never what is counted. */
export const FIGURES = {
	mesh_nodes: gauge("Processes: in the mesh, and lost without a word.", "state"),
	mesh_service_endpoints: gauge("Replicas of each service.", "service_name"),
	mesh_service_expected: gauge(
		"The most replicas that were seen, less those that have said goodbye; at least one.",
		"service_name",
	),
	mesh_action_endpoints: gauge("Endpoints of each action.", "action"),

	total_orders_created: gauge("Orders placed, of all time."),
	total_products_sold: gauge("Units sold, of all time."),
	average_order_value: gauge("What a confirmed order comes to, in cents."),
	inventory_low_stock_alerts: gauge("Shelves that are low or out.", "location"),
	business_metrics_age_seconds: gauge("How long ago the business figures were read."),
	stock_drift_units: gauge("Units by which shelves differ from their ledger: must be 0."),
	payment_orphans: gauge("Captures that belong to no order, and should not be there: must be 0."),

	nats_server_up: gauge("1 while a server of NATS answers on its monitoring port.", "server"),
	nats_server_connections: gauge("Clients of a server of NATS.", "server"),
	nats_server_memory_bytes: gauge("What a server of NATS has in memory.", "server"),
	nats_server_slow_consumers_total: counter("Clients cut off for being too slow.", "server"),
	nats_server_messages_total: counter("Messages in and out.", "server", "direction"),
	jetstream_stream_messages: gauge("Facts that a stream keeps.", "stream"),
	jetstream_stream_bytes: gauge("What a stream keeps.", "stream"),
	jetstream_consumer_pending: gauge("Facts yet to be brought to a reader.", "stream", "consumer"),
	jetstream_consumer_ack_pending: gauge("Facts brought, and not yet done.", "stream", "consumer"),
};
export type Name = keyof typeof FIGURES;

/** What a figure is now. */
export interface Reading {
	readonly name: Name;
	readonly value: number;
	readonly labels?: Readonly<Record<string, string>>;
}

/** All readings of these names: what is not among them is no longer so. */
export interface Sheet {
	readonly names: readonly Name[];
	readonly readings: readonly Reading[];
}

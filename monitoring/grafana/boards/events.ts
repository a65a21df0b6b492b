import { type Board, bars, chart, row, stat } from "../board.ts";
import { max, quantile, rate, sum } from "../promql.ts";

const of = 'context=~"$context"';

/** Facts on their way from the outbox of one context to the tables of another. */
export const events: Board = {
	uid: "comptoir-events",
	title: "Event bus",
	description: "What is said, who has heard it, and what stands still.",
	variables: ["context"],
	rows: [
		row(
			"Now",
			stat("Waiting to leave", "short", sum("outbox_pending")),
			stat("Oldest of them", "s", max("outbox_oldest_seconds"), { limit: 60 }),
			stat("Dead letters", "short", sum("dead_letters"), { limit: 1 }),
			stat("Stalled", "short", max("claims_stalled"), { limit: 1 }),
		),
		row(
			"Said",
			chart("Facts published", "cps", {
				"{{context}}": rate("outbox_published_total", { by: "context", where: of }),
			}),
			chart("Outboxes", "short", {
				"{{context}}": max("outbox_pending", { by: "context", where: of }),
			}),
			chart(
				"Oldest in an outbox",
				"s",
				{
					"{{context}}": max("outbox_oldest_seconds", { by: "context", where: of }),
				},
				{ limit: 60 },
			),
			chart("Streams filled again", "short", {
				"{{context}}": `sum by (context) (outbox_repairs_total{${of}})`,
			}),
		),
		row(
			"Heard",
			chart("Facts applied", "cps", {
				"{{context}}": rate("inbox_applied_total", { by: "context", where: of }),
			}),
			chart("Lag", "short", {
				"{{context}} of {{producer}}": max("consumer_lag", { by: "context, producer", where: of }),
			}),
			chart(
				"Commit to commit, p99",
				"s",
				{
					"{{context}}": quantile(0.99, "event_end_to_end_seconds", { by: "context", where: of }),
				},
				{ limit: 5 },
			),
			chart("Brought twice", "cps", {
				"{{context}}": rate("inbox_duplicates_total", { by: "context", where: of }),
			}),
			chart("Tried again, out of order", "cps", {
				"{{context}} again": rate("inbox_retries_total", { by: "context", where: of }),
				"{{context}} gap": rate("inbox_gaps_total", { by: "context", where: of }),
			}),
			bars(
				"Dead letters",
				"short",
				{
					"{{context}} of {{producer}}": max("dead_letters", {
						by: "context, producer",
						where: of,
					}),
				},
				{ limit: 1 },
			),
		),
		row(
			"Made of them",
			chart(
				"Projections, behind",
				"s",
				{
					"{{projection}}": max("projection_lag_seconds", { by: "projection" }),
				},
				{ limit: 10 },
			),
			chart("Projections, events behind", "short", {
				"{{projection}}": max("projection_lag_events", { by: "projection" }),
			}),
			chart("Choreographies", "cps", {
				"{{saga}} {{status}}": rate("saga_definition_ended_total", {
					by: "saga, status",
					where: 'saga=~"claim-refund|order-choreographed"',
				}),
			}),
			chart("Claims by state reached", "cps", {
				"{{status}}": rate("claims_total", { by: "status" }),
			}),
			chart("Events stored", "short", { position: max("audit_position") }),
			stat("Event store intact", "short", "min(audit_chain_valid)"),
		),
		row(
			"NATS",
			chart("Streams, messages", "short", {
				"{{stream}}": max("jetstream_stream_messages", { by: "stream" }),
			}),
			chart("Streams, bytes", "bytes", {
				"{{stream}}": max("jetstream_stream_bytes", { by: "stream" }),
			}),
			chart("Not delivered yet", "short", {
				"{{consumer}} {{stream}}": `topk(10, ${max("jetstream_consumer_pending", { by: "stream, consumer" })})`,
			}),
			chart("Delivered, not acknowledged", "short", {
				"{{consumer}} {{stream}}": `topk(10, ${max("jetstream_consumer_ack_pending", { by: "stream, consumer" })})`,
			}),
			chart("Connected", "short", {
				"{{instance}}": max("nats_client_connected", { by: "instance" }),
			}),
			chart("Connections lost and faults", "cps", {
				"{{instance}} again": rate("nats_client_reconnects_total", { by: "instance" }),
				"{{kind}}": rate("nats_client_errors_total", { by: "kind" }),
			}),
		),
	],
};

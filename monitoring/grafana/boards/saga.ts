import { type Board, bars, chart, row, stat } from "../board.ts";
import { max, mean, quantiles, rate, sum, total } from "../promql.ts";

const OF = "saga_orchestrator_";
const ENDED = `${OF}sagas_total`;
const TOOK = `${OF}saga_duration_seconds`;

/** Work that spans contexts: how it ends, how long it takes, what had to be undone. */
export const saga: Board = {
	uid: "comptoir-saga",
	title: "Saga",
	description: "Sagas by end, their steps, what was undone, and who lets them down.",
	variables: [],
	rows: [
		row(
			"Now",
			stat(
				"Success",
				"percentunit",
				`${total(ENDED, { where: 'status="completed"' })} / ${total(ENDED)}`,
			),
			stat("In flight", "short", sum(`${OF}in_flight`)),
			stat("Blocked", "short", max(`${OF}blocked`), { limit: 1 }),
			stat("Overdue", "short", max(`${OF}overdue`), { limit: 1 }),
		),
		row(
			"Ends",
			chart("Ended by status", "cps", { "{{status}}": rate(ENDED, { by: "status" }) }),
			chart("Ended by definition", "cps", {
				"{{saga}} {{status}}": rate("saga_definition_ended_total", { by: "saga, status" }),
			}),
			bars("Over the time shown", "short", { "{{status}}": total(ENDED, { by: "status" }) }),
			bars(
				"Last end, seconds ago",
				"s",
				{
					"{{status}}": `time() - max by (status) (max_over_time((timestamp(changes(${ENDED}[1m]) > 0))[$__range:15s]))`,
				},
				{ why: "How the last saga ended is the shortest bar; to 15 s." },
			),
			chart("How long they take", "s", quantiles(TOOK), { limit: 5 }),
			chart("How long undoing takes", "s", quantiles("saga_compensation_duration_seconds"), {
				limit: 10,
			}),
		),
		row(
			"Steps",
			chart("Steps", "cps", {
				"{{step}} {{status}}": rate(`${OF}saga_steps_total`, { by: "step, status" }),
			}),
			bars("Steps that fail", "percentunit", {
				"{{step}}": `${total(`${OF}saga_steps_total`, { by: "step", where: 'status="failure"' })} / ${total(`${OF}saga_steps_total`, { by: "step" })}`,
			}),
			bars(
				"Mean time of what steps call",
				"s",
				{
					"{{action}}": mean("moleculer_action_duration_seconds", {
						by: "action",
						where:
							'action=~"inventory.(check|reserve|release|commit)|orders.(create|confirm|cancel)|payments.(capture|refund)"',
					}),
				},
				{ why: "Measured where the step is done: the way there comes on top." },
			),
			chart("Compensations", "cps", {
				"{{compensation_type}}": rate(`${OF}compensations_total`, { by: "compensation_type" }),
			}),
		),
		row(
			"Between contexts",
			chart("Calls", "cps", {
				"{{service}} {{status}}": rate(`${OF}service_calls_total`, { by: "service, status" }),
			}),
			bars(
				"Reliability",
				"percentunit",
				{
					"{{service}}": `${total(`${OF}service_calls_total`, { by: "service", where: 'status=~"ok|refused"' })} / ${total(`${OF}service_calls_total`, { by: "service" })}`,
				},
				{ why: "A refusal is an answer." },
			),
		),
		row(
			"The engine",
			chart("Waiting", "short", {
				pending: sum(`${OF}pending`),
				"in flight": sum(`${OF}in_flight`),
			}),
			chart("Gates closed", "short", { "{{action}}": max(`${OF}gate_closed`, { by: "action" }) }),
			chart("Leases", "short", { "{{instance}}": sum(`${OF}leases_held`, { by: "instance" }) }),
			chart("Lost races", "cps", {
				"another was faster": rate(`${OF}cas_lost_total`),
				fenced: rate(`${OF}fenced_total`),
			}),
			chart("Commits, p95", "s", { commit: quantiles(`${OF}commit_seconds`).p95 }),
			chart("Taken over, vouched for", "cps", {
				"taken over": rate(`${OF}resumed_total`),
				"vouched for": rate(`${OF}exceptions_total`),
			}),
		),
	],
};

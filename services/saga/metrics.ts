import { Counter, Histogram } from "prom-client";
import { registry } from "../../config/metrics.ts";
import type { Observation, SagaEvent } from "./event.ts";
import type { Run } from "./journal.ts";
import { type Decision, isOver, type State } from "./state.ts";
import { stepOutcome } from "./step-outcome.ts";

const registers = [registry];
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60];

const ended = new Counter({
	name: "saga_orchestrator_sagas_total",
	help: "Sagas by how they ended; failed: an undo that keeps failing, shown as blocked.",
	labelNames: ["status"],
	registers,
});
const duration = new Histogram({
	name: "saga_orchestrator_saga_duration_seconds",
	help: "From the start of a saga to its end.",
	buckets: SECONDS,
	registers,
});
const endedByDefinition = new Counter({
	name: "saga_definition_ended_total",
	help: "Sagas by definition and end.",
	labelNames: ["saga", "status"],
	registers,
});
const undoing = new Histogram({
	name: "saga_compensation_duration_seconds",
	help: "From the turn of a saga to the end of its compensation.",
	labelNames: ["saga"],
	buckets: SECONDS,
	registers,
});
const steps = new Counter({
	name: "saga_orchestrator_saga_steps_total",
	help: "Steps by outcome.",
	labelNames: ["step", "status"],
	registers,
});
const compensations = new Counter({
	name: "saga_orchestrator_compensations_total",
	help: "Compensations that succeeded.",
	labelNames: ["compensation_type"],
	registers,
});
const calls = new Counter({
	name: "saga_orchestrator_service_calls_total",
	help: "Calls to participants by outcome.",
	labelNames: ["service", "status"],
	registers,
});
const exceptions = new Counter({
	name: "saga_orchestrator_exceptions_total",
	help: "How often an operator vouched for an outcome.",
	registers,
});
const resumed = new Counter({
	name: "saga_orchestrator_resumed_total",
	help: "Sagas taken over after a restart.",
	registers,
});

/** Counts a transition once it is committed. */
export function counted(
	{ head, state }: Run,
	event: SagaEvent | Observation,
	{ says, passed }: Decision,
): void {
	if (event.type === "OUTCOME") countStep(state, event);
	if (event.type === "RESUMED") resumed.inc();
	if (event.type === "COMMAND" && event.op === "skip") exceptions.inc();
	if (passed.includes("FAILED")) ended.inc({ status: "failed" });
	if (!says.includes("ended") || !isOver(state)) return;
	const status = state.status === "COMPLETED" ? "completed" : "compensated";
	const end = state.finished_at ?? event.at;
	ended.inc({ status });
	endedByDefinition.inc({ saga: head.name, status });
	duration.observe((end - state.created_at) / 1_000);
	const turned_at = state.steps.at(-1)?.do.ended_at;
	if (status === "compensated" && turned_at)
		undoing.observe({ saga: head.name }, (end - turned_at) / 1_000);
}

function countStep(state: State, event: SagaEvent & { type: "OUTCOME" }) {
	const { step, context, undo } = stepOutcome(state, event);
	calls.inc({ service: context, status: event.outcome.toLowerCase() });
	if (event.direction === "do") {
		const status = event.outcome === "OK" ? "success" : "failure";
		steps.inc({ step, status });
	} else if (event.outcome === "OK" && undo) compensations.inc({ compensation_type: undo });
}

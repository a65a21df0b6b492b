import { FACT_LABELS, LABELS, STEP_LABELS } from "../../sagas/diagram.ts";
import { byVersion, CHOREOGRAPHIES, DEFINITIONS } from "./definitions.ts";
import type { Run } from "./journal.ts";
import type { SagaBrief, SagaView } from "./saga.contract.ts";
import { type Failure, isOver, type Leg, type State, type StepRun } from "./state.ts";

type Status = SagaBrief["status"];
export interface Passed {
	seq: number;
	at: number;
	passed: string[];
}

export const secondsBetween = (from: number, to: number) => (to - from) / 1_000;

const instant = (at: number) => new Date(at).toISOString();

/** A saga in a list. Durations are seconds. */
export function brief(run: Run, now = Date.now()): SagaBrief {
	const { head, state } = run;
	const { order_id, claim_id } = state.input as { order_id?: string; claim_id?: string };
	const isOrphan = !isOver(state) && !definitionOf(head);
	return {
		saga_id: state.saga_id,
		name: head.name,
		kind: head.kind ?? "orchestrated",
		status: state.state as Status,
		...(state.message && { message: state.message }),
		...(state.error && { error: failure(state.error) }),
		...(isOrphan && { error: missing(head) }),
		blocked: state.blocked || isOrphan,
		paused: state.paused,
		exceptions: state.exceptions,
		...(order_id && { order_id }),
		...(claim_id && { claim_id }),
		...(head.customer_id && { customer_id: head.customer_id }),
		created_at: instant(state.created_at),
		updated_at: instant(state.updated_at),
		...(state.finished_at && { finished_at: instant(state.finished_at) }),
		duration: secondsBetween(state.created_at, state.finished_at ?? now),
	};
}

/** Everything that may be said of a saga outside. */
export function view(run: Run, rows: readonly Passed[], now = Date.now()): SagaView {
	const { state } = run;
	return {
		...brief(run, now),
		steps: stepsOf(run.state),
		history: state.story
			? tale(state)
			: rows.flatMap(({ seq, at, passed }) =>
					passed.map((state) => ({
						seq,
						at: instant(at),
						state: state as Status,
						label: LABELS[state] ?? state,
					})),
				),
	};
}

/** What was said, by whom, and where that brought it: causes before effects. */
const tale = ({ story = [] }: State): SagaView["history"] =>
	story.map(({ event, at, actor, state = "PENDING" }, index) => ({
		seq: index + 1,
		at: instant(at),
		state: state as Status,
		label: FACT_LABELS[event] ?? LABELS[state] ?? state,
		event,
		actor,
	}));

export const stepsOf = (state: State): SagaView["steps"] =>
	state.steps.map((run) => stepView(run, isOver(state)));

function stepView({ step, do: leg, undo }: StepRun, isEnded: boolean): SagaView["steps"][number] {
	return {
		step,
		label: STEP_LABELS[step] ?? step,
		status: STATUS[leg.status],
		attempts: leg.attempt,
		started_at: instant(leg.started_at),
		...lasting(leg),
		...(leg.error && leg.status !== "OK" && { error: leg.error.message }),
		...(undo &&
			undo.status !== "INTENDED" && {
				compensation: {
					step: undo.name,
					status: isEnded && undo.status !== "REJECTED" ? "SUCCESS" : STATUS[undo.status],
					attempts: undo.attempt,
					...lasting(undo),
				},
			}),
	};
}

const lasting = ({ started_at, ended_at }: Leg) =>
	ended_at === undefined ? {} : { duration: secondsBetween(started_at, ended_at) };

const STATUS = {
	INTENDED: "WAITING",
	CALLING: "RUNNING",
	WAITING: "WAITING",
	OK: "SUCCESS",
	REJECTED: "FAILED",
	GIVEN_UP: "FAILED",
} as const;

/** No process knows the definition that it began with: it waits for one that does. */
const definitionOf = byVersion<{ name: string; version: number }>([
	...DEFINITIONS,
	...CHOREOGRAPHIES,
]);
const missing = ({ name, version }: Run["head"]) => ({
	step: "",
	code: "DEFINITION_MISSING",
	message: `Nobody runs ${name} version ${version}`,
});

export const failure = ({ step, type, message }: Failure) => ({ step, code: type, message });

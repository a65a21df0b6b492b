import type { Observation, SagaEvent } from "./event.ts";
import type { Run } from "./journal.ts";
import { type Decision, legOf, pending } from "./state.ts";

/** One line for each committed transition: what happened to which saga, for whose request. */
export const transitionLog =
	(logger: { info(text: string, about: object): void }) =>
	({ head, rev, state }: Run, event: SagaEvent | Observation, { passed }: Decision): void => {
		const { saga_id, name, correlation_id } = head;
		const waiting = state.story ? null : pending(state);
		logger.info("saga transition", {
			saga_id,
			correlation_id,
			saga: name,
			seq: rev,
			event: event.type,
			...about(event),
			state: state.state,
			passed,
			...(waiting && { next: waiting.run.step, attempt: legOf(waiting).attempt }),
			...(state.blocked && { blocked: true }),
		});
	};

function about(event: SagaEvent | Observation) {
	if (event.type === "HEARD") return { heard: event.fact.event, actor: event.actor };
	if (event.type === "COMMAND") return { op: event.op, actor: event.actor };
	if (event.type !== "OUTCOME") return {};
	const { step, direction, outcome, error } = event;
	return { step, direction, outcome, ...(error && { code: error.type }) };
}

import type { OutcomeKind } from "../../services/saga/event.ts";
import type { Journal, Run } from "../../services/saga/journal.ts";
import type { Call, Leg, StepRun } from "../../services/saga/state.ts";
import type { Mutant } from "./simulate.ts";
import type { Violation } from "./simulate-invariants.ts";

interface Named extends Mutant {
	readonly title: string;
	/** At least one of these is broken by it. */
	readonly laws: readonly Violation["law"][];
}

type Rewired = NonNullable<Mutant["dispatch"]>;
type Rewritten = NonNullable<Mutant["journal"]>;

/** The saga is told something else than what the network said. */
const toldAs =
	(from: OutcomeKind, to: OutcomeKind, about: (call: Call) => boolean): Rewired =>
	(dispatch) =>
	async (head, call) => {
		const answer = await dispatch(head, call);
		return answer.outcome === from && about(call) ? { ...answer, outcome: to } : answer;
	};

/** What a new process finds is not what the last one left. */
const readAs =
	(change: (run: Run) => Run): Rewritten =>
	(journal) => ({
		...journal,
		due: async (until, limit) => (await journal.due(until, limit)).map(change),
	});

const neverSent = (leg: Leg): Leg =>
	leg.status === "CALLING" ? { ...leg, status: "WAITING" } : leg;
const forgetting = (run: StepRun): StepRun => ({
	...run,
	do: neverSent(run.do),
	...(run.undo && { undo: neverSent(run.undo) }),
});
const changed = (run: Run, step: (one: StepRun) => StepRun): Run => ({
	...run,
	state: { ...run.state, steps: run.state.steps.map(step) },
});

/** Answers that it is committed, and commits a little later. */
const early: Rewritten = (journal, clock): Journal => ({
	...journal,
	async commit(batch) {
		clock.later(20, () => void journal.commit(batch).catch(() => {}));
		return new Set(batch.map(({ head }) => head.saga_id));
	},
});

/** The undo of the other end of the list: the first is undone first. */
const forward: Rewired = (dispatch) => (head, call) => {
	const swap: Record<string, [step: string, action: string]> = {
		PROCESS_PAYMENT: ["RESERVE_STOCK", "inventory.release"],
		RESERVE_STOCK: ["PROCESS_PAYMENT", "payments.refund"],
	};
	const [step, action] = swap[call.step] ?? [];
	if (call.direction === "do" || !step || !action) return dispatch(head, call);
	const { order_id, owner_id } = call.params as Record<string, string>;
	const id = order_id ?? owner_id;
	return dispatch(head, { ...call, step, action, params: { order_id: id, owner_id: id } });
};

/** One that can no longer be told from success is taken for it. */
const givenUp: Rewired = (dispatch) => async (head, call) => {
	const answer = await dispatch(head, call);
	return call.direction === "undo" && call.attempt >= 3 ? { outcome: "OK" } : answer;
};

/** What an engine, a journal or a participant may get wrong: the proof must notice each. */
export const MUTANTS: readonly Named[] = [
	{
		title: "undo written down after success",
		laws: ["I1", "I2"],
		dispatch: toldAs(
			"UNKNOWN",
			"REJECTED",
			({ kind, attempt }) => kind === "step" && attempt === 1,
		),
	},
	{
		title: "failing step not compensated",
		laws: ["I2"],
		dispatch: toldAs("UNKNOWN", "RETRYABLE", ({ direction }) => direction === "do"),
	},
	{ title: "call before its commit", laws: ["I1"], journal: early },
	{
		title: "in flight at restart taken for not sent",
		laws: ["I1"],
		journal: readAs((run) => changed(run, forgetting)),
	},
	{
		title: "pivot in doubt refunded on a guess",
		laws: ["I1"],
		dispatch: toldAs("UNKNOWN", "REJECTED", ({ kind }) => kind === "pivot"),
	},
	{ title: "attempt in the key", laws: ["I3"], participants: { isAttemptInKey: true } },
	{
		title: "answer stored outside of the effect's transaction",
		laws: ["I3"],
		participants: { isAnswerApart: true },
	},
	{ title: "no null compensation", laws: ["I4"], participants: { isWithoutNullUndo: true } },
	{ title: "no tombstone", laws: ["I3"], participants: { isWithoutTombstone: true } },
	{ title: "refusal not kept", laws: ["I2"], participants: { isForgettingRefusals: true } },
	{ title: "undo given up, taken for done", laws: ["I1", "I2"], dispatch: givenUp },
	{
		title: "undo given up at a restart",
		laws: ["I4"],
		journal: (journal) => ({
			...journal,
			due: async (until, limit) =>
				(await journal.due(until, limit)).filter(({ state }) => state.status !== "COMPENSATING"),
		}),
	},
	{ title: "compensations in forward order", laws: ["I5"], dispatch: forward },
	{
		title: "nobody looks for what a crash left behind",
		laws: ["I4"],
		journal: (journal) => ({ ...journal, due: async () => [] }),
	},
	{ title: "no version in the update", laws: ["I7"], store: { isBlind: true }, processes: 3 },
	{ title: "request and business key not unique", laws: ["I11"], store: { isForgetful: true } },
];

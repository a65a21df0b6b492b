import type { SagaEvent } from "../../services/saga/event.ts";
import type { Journal, Run, Write } from "../../services/saga/journal.ts";
import type { State } from "../../services/saga/state.ts";

/** What outlives every process: rows as text, as a database would keep them. */
export interface Store {
	readonly rows: Map<string, { run: string; state: State; rev: number }>;
	readonly history: Map<string, { seq: number; event: SagaEvent }[]>;
	/** Of a mutant: takes what was decided on an old row. */
	isBlind: boolean;
	/** Of a mutant: forgets that a request, or a business key, is taken. */
	isForgetful: boolean;
}
export const store = (): Store => ({
	rows: new Map(),
	history: new Map(),
	isBlind: false,
	isForgetful: false,
});

export const runsOf = ({ rows }: Store): Run[] =>
	[...rows.values()].map(({ run }) => JSON.parse(run) as Run);

/** One transaction: each row whose version is as expected moves on, the others do not. */
export function apply(kept: Store, batch: readonly Write[]): Set<string> {
	const taken = new Set<string>();
	for (const write of batch) {
		const { head, rev, event, decision } = write;
		const { state } = decision;
		if ((state.finished_at === null) !== (state.wake_at !== null))
			throw new Error("CHECK: a live saga always has an alarm");
		const row = kept.rows.get(head.saga_id);
		const isExpected = rev === 0 ? !row && !isHeld(kept, write) : row?.rev === rev;
		if (!isExpected && !(kept.isBlind && rev > 0)) continue;
		taken.add(head.saga_id);
		const run = JSON.stringify({ head, rev: rev + 1, state });
		kept.rows.set(head.saga_id, { run, state, rev: rev + 1 });
		const events = kept.history.get(head.saga_id) ?? [];
		kept.history.set(head.saga_id, events);
		events.push({ seq: rev + 1, event: JSON.parse(JSON.stringify(event)) });
	}
	return taken;
}

function isHeld(kept: Store, { head }: Write): boolean {
	if (kept.isForgetful) return false;
	return runsOf(kept).some(
		(run) =>
			run.head.request_key === head.request_key ||
			(run.head.business_key === head.business_key && run.state.status !== "COMPENSATED"),
	);
}

/** Reads of the store; to write is the simulation's own affair. */
export const readsOf = (kept: Store): Omit<Journal, "commit"> => {
	const find = async (is: (run: Run) => boolean) => runsOf(kept).find(is);
	return {
		load: async (saga_id) => {
			const row = kept.rows.get(saga_id);
			return row && (JSON.parse(row.run) as Run);
		},
		holder: ({ business_key, request_key }) =>
			find(
				({ head, state }) =>
					head.request_key === request_key ||
					(head.business_key === business_key && state.status !== "COMPENSATED"),
			),
		asked: (key) =>
			kept.isForgetful ? Promise.resolve(undefined) : find(({ head }) => head.request_key === key),
		blocked: async () => runsOf(kept).filter(({ state }) => state.blocked),
		due: async (until, limit) =>
			[...kept.rows.values()]
				.filter(({ state: { wake_at } }) => wake_at !== null && wake_at <= until)
				.sort((a, b) => (a.state.wake_at ?? 0) - (b.state.wake_at ?? 0))
				.slice(0, limit)
				.map(({ run }) => JSON.parse(run) as Run),
	};
};

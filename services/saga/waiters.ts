import type { Clock } from "./gate.ts";
import type { State } from "./state.ts";

/** Those who wait for a saga's end, in memory only: the row is what they are told of. */
export function waiters({ later }: Pick<Clock, "later">) {
	const waiting = new Map<string, Set<(state: State) => void>>();
	return {
		/** The saga's state at its end, or when it blocks; nothing if neither happens in time. */
		wait(saga_id: string, limit_ms: number): Promise<State | undefined> {
			return new Promise((resolve) => {
				const mine = waiting.get(saga_id) ?? new Set();
				const end = (state?: State) => {
					forget();
					mine.delete(end);
					if (mine.size === 0) waiting.delete(saga_id);
					resolve(state);
				};
				const forget = later(limit_ms, () => end());
				waiting.set(saga_id, mine.add(end));
			});
		},
		/** The sagas that somebody waits for. */
		awaited: (): string[] => [...waiting.keys()],
		answer(state: State): void {
			for (const end of [...(waiting.get(state.saga_id) ?? [])]) end(state);
		},
	};
}

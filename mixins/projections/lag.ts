import type { Cursor } from "./cursors.ts";

/** How far a projection is. */
export interface Progress {
	readonly name: string;
	readonly position: number;
	readonly state: Cursor["state"];
	readonly lag_events: number;
	readonly lag_seconds: number;
	/** Epoch milliseconds: everything until then is in its tables. */
	readonly as_of: number;
	/** Of the tables that are being made: 0 to 1. */
	readonly progress?: number;
}

/**
 * What is known of how far each is. Who has read to the end is as old as that reading; who has
 * not, as the last event that it has seen.
 */
export class Lag {
	#head = 0;
	readonly #current = new Map<string, number>();

	get head(): number {
		return this.#head;
	}
	set head(position: number) {
		this.#head = Math.max(this.#head, position);
	}

	isCurrent(name: string, at: number): void {
		this.#current.set(name, at);
	}

	of({ name, position, state, as_of: last, next_position }: Cursor, now: number): Progress {
		const as_of = Math.max(last, this.#current.get(name) ?? 0);
		const head = Math.max(this.#head, position);
		return {
			name,
			position,
			state,
			lag_events: head - position,
			// One that has never seen anything has nothing to be behind of.
			lag_seconds: as_of === 0 ? 0 : Math.max(0, Math.floor((now - as_of) / 1_000)),
			as_of,
			...(next_position !== undefined && {
				progress: head === 0 ? 1 : Math.min(1, next_position / head),
			}),
		};
	}
}

import type { EventRow } from "./event.ts";

/** What is known of a thing: what each event says of it, the latest word on each field. */
export interface Known {
	readonly version: number;
	readonly last_event: string;
	readonly last_position: number;
	readonly state: Record<string, unknown>;
}

export const UNKNOWN: Known = { version: 0, last_event: "", last_position: 0, state: {} };

export const folded = (known: Known, rows: readonly EventRow[]): Known =>
	rows.reduce(
		({ version, state }, { type, position, data }) => ({
			version: version + 1,
			last_event: type,
			last_position: position,
			state: { ...state, ...JSON.parse(data) },
		}),
		known,
	);

import type { Warn } from "./link.ts";

/** How facts cross a mesh. */
export interface Settings {
	/** The mesh, so that two on one server do not take each other's facts for their own. */
	readonly mesh: string;
	/** On how many servers each stream is kept. */
	readonly replicas: number;
	/** How long after the last word of a reader its facts go to another: what a kill costs. */
	readonly ack_wait_ms: number;
	/** How often the streams are looked at. */
	readonly check_ms: number;
	readonly warn: Warn;
}

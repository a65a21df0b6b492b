import type { ServiceBroker } from "moleculer";

/** What a line gave: its words by their names, and its options. */
export interface Line {
	readonly options: Readonly<Record<string, string | boolean | undefined>>;
	readonly [word: string]: unknown;
}
export type Carry = (broker: ServiceBroker, line: Line) => Promise<string>;

/** Who changes something says why. */
export function reasonOf({ options: { reason } }: Line): string {
	if (typeof reason === "string" && reason.trim()) return reason;
	throw new Error('It changes something: say why, --reason "…"');
}

export function worded(word: unknown, what: string): string {
	if (typeof word === "string" && word) return word;
	throw new Error(`Of which ${what}? help says more`);
}

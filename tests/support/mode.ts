/**
 * How the product runs under the suite from end to end: one process on SQLite; a mesh of processes
 * on NATS and SQLite; a mesh on NATS, PostgreSQL and Redis with two replicas of every context.
 */
export const MODES = ["one", "mesh", "full"] as const;
export type Mode = (typeof MODES)[number];

/** That of this run: `npm run e2e -- --mode mesh` sets it. */
export const MODE = modeOf(process.env.COMPTOIR_MODE || "one");

export function modeOf(word: string): Mode {
	const mode = MODES.find((one) => one === word);
	if (mode) return mode;
	throw new Error(`There is no mode ${word}: ${MODES.join(", ")}`);
}

/** Twenty processes start, and answer, later than one. */
const SLOWER: Readonly<Record<Mode, number>> = { one: 1, mesh: 4, full: 6 };

const PATIENCE = Number(process.env.COMPTOIR_PATIENCE || 1); // of a machine that is busy with others

/** What one process is given this long for. */
export const within = (ms: number): number => ms * SLOWER[MODE] * PATIENCE;

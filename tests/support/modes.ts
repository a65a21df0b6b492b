import { jest, test } from "@jest/globals";

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

/** `test`, where it holds in this mode; elsewhere it is shown as skipped, with the reason. */
export const onlyIn = (modes: readonly Mode[], why: string): typeof test =>
	modes.includes(MODE) ? test : (skippedFor(why) as typeof test);

const skippedFor = (why: string) => (title: string, work?: unknown) =>
	test.skip(`${title} [not in ${MODE}: ${why}]`, work as () => void);

/** Twenty processes start, and answer, later than one. */
const SLOWER: Readonly<Record<Mode, number>> = { one: 1, mesh: 4, full: 6 };

const PATIENCE = Number(process.env.COMPTOIR_PATIENCE || 1); // of a machine that is busy with others

/** What one process is given this long for. */
export const within = (ms: number): number => ms * SLOWER[MODE] * PATIENCE;

/** For each test and hook of a file. */
export const patience = (ms: number): void => void jest.setTimeout(within(ms));

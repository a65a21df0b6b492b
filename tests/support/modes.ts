import { jest, test } from "@jest/globals";
import { MODE, type Mode, within } from "./mode.ts";

export { within } from "./mode.ts";

/** `test`, where it holds in this mode; elsewhere it is shown as skipped, with the reason. */
export const onlyIn = (modes: readonly Mode[], why: string): typeof test =>
	modes.includes(MODE) ? test : (skippedFor(why) as typeof test);

const skippedFor = (why: string) => (title: string, work?: unknown) =>
	test.skip(`${title} [not in ${MODE}: ${why}]`, work as () => void);

/** For each test and hook of a file. */
export const patience = (ms: number): void => void jest.setTimeout(within(ms));

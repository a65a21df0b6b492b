/** `npm run jest:heavy` does all of what `npm test` does a part of, to end in minutes. */
export const isWhole = process.env.TEST_WHOLE === "true";

/** One of so many in turn, so that neighbours differ: over all of them each kind has its turn. */
export const partOf = <T>(all: readonly T[], share: number): T[] =>
	all.filter((_, nth) => isWhole || nth % share === 0);

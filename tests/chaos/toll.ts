import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What is done to messages all the while: shares of a hundred. */
export interface Tampering {
	/** Answers that are lost once the action has run. */
	readonly lost: number;
	/** Facts, and steps of sagas, that arrive twice. */
	readonly doubled: number;
}
export const KINDS = ["answers lost", "facts doubled", "steps doubled"] as const;
/** While there is a file of this name. */
export const STORM = "storm";
export type Kind = (typeof KINDS)[number];

const LOADED_FIRST = pathToFileURL(join(import.meta.dirname, "tampering.ts")).href;

/** Has it done in each process that is started with `env`, and counts what was really done. */
export function toll(folder: string, seed: number, { lost, doubled }: Tampering) {
	const counts = join(folder, "toll");
	mkdirSync(counts);
	return {
		env: {
			NODE_OPTIONS: `--import=${LOADED_FIRST} --disable-warning=ExperimentalWarning`,
			CHAOS_TOLL: counts,
			CHAOS_SEED: String(seed),
			CHAOS_LOST: String(lost),
			CHAOS_DOUBLED: String(doubled),
		},
		begin: () => writeFileSync(join(counts, STORM), ""),
		/** From here on messages are left alone. */
		end: () => rmSync(join(counts, STORM)),
		/** A letter for each: who was killed has left what it had written. */
		counted(): Record<Kind, number> {
			const all = globSync(join(counts, "*.done")).map((file) => readFileSync(file, "utf8"));
			const of = (kind: Kind) => {
				const letter = String(KINDS.indexOf(kind));
				return all.reduce((sum, text) => sum + text.split(letter).length - 1, 0);
			};
			return Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as Record<Kind, number>;
		},
	};
}

import { homedir } from "node:os";
import { join } from "node:path";

/** Compiled code, for the next start of any of them: it saves a third of what a start costs. */
const COMPILED = join(homedir(), ".cache/comptoir/compiled");

/** What the supervisor was given, and its processes get, with what is their own. */
export const environmentWith = (own: Record<string, string>): Record<string, string> => {
	const given = Object.entries(process.env).filter(([, value]) => value !== undefined);
	const known = Object.fromEntries(given) as Record<string, string>;
	return { NODE_COMPILE_CACHE: COMPILED, ...known, ...own };
};

/** The data folder, for who has not read the settings yet. */
export const dataDir = (): string => process.env.RETAIL_DATA_DIR ?? "data";

/** How this process joins a mesh, where it was not told: read by `config/env.ts`, which comes after. */
export function settle(own: Record<string, string>): void {
	for (const [name, value] of Object.entries(own)) process.env[name] ??= value;
}

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../markdown.ts";

const LIMIT_MS = 1_200_000;
const SAID_MAX = 2_000;

/** What cannot be tried here: said in the table, and no failure unless somebody insists. */
export class NotRun extends Error {}

/** One row of the table: what is proved, and how. `isNeeded` ones must run where `--ci` is said. */
export interface Check {
	readonly what: string;
	readonly proves: string;
	readonly isNeeded?: boolean;
	/** Takes seconds on a calm machine. */
	readonly isQuick?: boolean;
	/** Answers what it found, in a few words. Throws `NotRun` where it cannot be tried. */
	run(): Promise<string> | string;
}

interface How {
	readonly cwd?: string;
	readonly input?: string;
}

/** Runs a command to its end and answers what it said; throws with the last of it if it failed. */
export function command(file: string, args: readonly string[], how: How = {}): string {
	const { status, error, stdout, stderr } = spawnSync(file, args, {
		cwd: ROOT,
		encoding: "utf8",
		timeout: LIMIT_MS,
		maxBuffer: 64 * 1_024 * 1_024,
		...how,
	});
	if (status === 0) return stdout;
	const said = `${stdout}${stderr}`.trim().slice(-SAID_MAX);
	throw error ?? new Error(`${file} ${args[0] ?? ""} ended with ${status}: ${said}`);
}

/** True where the command is there and answers. */
export const answers = (file: string, ...args: string[]): boolean =>
	spawnSync(file, args, { stdio: "ignore" }).status === 0;

/** What asks for a tool, and says in the table that there is none. */
export function orNotRun<T>(find: () => T): T {
	try {
		return find();
	} catch (error) {
		throw new NotRun(error instanceof Error ? error.message : String(error));
	}
}

/** Runs these test files. */
export function jest(...files: string[]): string {
	const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
	command(process.execPath, [...flags, "node_modules/jest/bin/jest.js", ...files]);
	return files.join(", ");
}

/** Runs a script of package.json, where it is there: it may be of another part of the project. */
export function script(name: string, ...args: string[]): string {
	const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	if (!(name in scripts)) throw new NotRun(`there is no \`npm run ${name}\` yet`);
	command("npm", ["run", "-s", name, "--", ...args]);
	return `npm run ${[name, ...args].join(" ")}`;
}

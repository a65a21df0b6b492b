import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const ERROR = 50; // and above: what a person should look at
const LONG = 100;

/** What processes have printed: all of it in files, and how often each error. */
export function complaints(folder: string) {
	const logs = join(folder, "logs");
	mkdirSync(logs);
	const counted = new Map<string, number>();
	return {
		/** All that the process of this name printed in one of its lives. */
		heard(name: string, printed: string): void {
			appendFileSync(join(logs, `${name}.log`), printed);
			for (const line of printed.split("\n")) {
				const said = errorOf(line);
				if (said) counted.set(said, (counted.get(said) ?? 0) + 1);
			}
		},
		counted: (): ReadonlyMap<string, number> => counted,
	};
}
export type Complaints = ReturnType<typeof complaints>;

interface Line {
	level?: number;
	mod?: string;
	msg?: string;
	err?: { message?: string };
}
/** Without what makes each line another: who, and how many. */
function errorOf(line: string): string | undefined {
	if (!line.startsWith("{")) return undefined;
	const { level = 0, mod = "", msg = "", err } = parsed(line);
	const text = [mod, msg, err?.message].filter(Boolean).join(": ");
	return level >= ERROR ? text.replaceAll(/\S*\d\S*/g, "…").slice(0, LONG) : undefined;
}

function parsed(line: string): Line {
	try {
		return JSON.parse(line) as Line;
	} catch {
		return {}; // who was killed has not finished its sentence
	}
}

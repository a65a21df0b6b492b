import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** One stream for all processes. */
export interface Log {
	/** Lines of a process, each with its name; those that `wants` does not want are left out. */
	follow(name: string, stream: Readable | null, wants?: (line: string) => boolean): void;
	/** A word of the supervisor's own. */
	say(text: string): void;
}

const NAME_WIDTH = 12;
const LEVELS: Readonly<Record<string, string>> = {
	...{ 10: "TRACE", 20: "DEBUG", 30: "INFO", 40: "WARN", 50: "ERROR", 60: "FATAL" },
};
const OWN = "mesh";

/**
 * In a terminal, lines for people, with the name of the process in front. Elsewhere each is JSON, with
 * the name in the field `process`: what collects them can read all of them alike.
 */
export function logTo(out: Writable & { isTTY?: boolean }): Log {
	const write = out.isTTY ? forPeople : forMachines;
	const print = (name: string, line: string) => void out.write(`${write(name, line)}\n`);
	return {
		follow(name, stream, wants = () => true) {
			if (!stream) return;
			createInterface({ input: stream }).on("line", (line) => {
				if (line.trim() && wants(line)) print(name, line);
			});
		},
		say: (text) => {
			for (const line of text.split("\n")) print(OWN, line);
		},
	};
}

/** A line that is JSON stays as it is, but for one more field. */
export function forMachines(name: string, line: string): string {
	if (factOf(line)) return `{"process":${JSON.stringify(name)},${line.trim().slice(1)}`;
	return JSON.stringify({ process: name, level: 30, time: Date.now(), msg: line });
}

export function forPeople(name: string, line: string): string {
	const fact = factOf(line);
	const front = `${name.padEnd(NAME_WIDTH)} │ `;
	if (!fact) return front + line;
	const { level = "", msg = "", err } = fact;
	const said = [LEVELS[level] ?? String(level).toUpperCase(), msg, err?.message];
	return front + said.filter(Boolean).join("  ");
}

function factOf(line: string): Fact | undefined {
	if (!line.startsWith("{")) return undefined;
	try {
		const fact: Fact = JSON.parse(line);
		return Object.keys(fact).length > 0 ? fact : undefined;
	} catch {
		return undefined;
	}
}
interface Fact {
	level?: string | number;
	msg?: string;
	err?: { message?: string };
}

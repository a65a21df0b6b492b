import type { Measured } from "./drive.ts";

const NAME = 46;
const COLUMNS = ["per s", "p50 ms", "p99 ms"];

export const print = (text = "") => void process.stdout.write(`${text}\n`);
export const fixed = (value: number, digits = 1) => value.toFixed(digits);

const line = (name: string, cells: readonly string[], note = "") =>
	print(`${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(8)).join("")}  ${note}`.trimEnd());

export const head = () => line("", [...COLUMNS, "wrong"]);

export const row = (name: string, { per_second, p50, p99, wrong }: Measured, note = "") =>
	line(name, [fixed(per_second, 0), fixed(p50), fixed(p99), String(wrong)], note);

interface Events {
	readonly per_second: number;
	readonly cpu_us: number;
	readonly p50?: number;
	readonly p99?: number;
}
export const eventRow = (name: string, { per_second, cpu_us, p50, p99 }: Events) =>
	line(
		name,
		[fixed(per_second, 0), ...[p50, p99].map((ms) => (ms === undefined ? "" : fixed(ms, 0))), ""],
		`${fixed(cpu_us, 0)} µs of a core each`,
	);

import type { Thresholds } from "./scenario.ts";

/** What so many requests of one name came to. Milliseconds. */
export interface Figures {
	readonly name: string;
	readonly count: number;
	readonly failed: number;
	readonly p50: number;
	readonly p95: number;
	readonly p99: number;
	readonly max: number;
	/** Of those that failed, how many with each status; 0 is no answer. */
	readonly wrong: Readonly<Record<number, number>>;
}
interface Line {
	readonly ms: number[];
	readonly wrong: Record<number, number>;
	readonly statuses: Record<number, number>;
}

/** Every answer, by the name of its step; failures count among the times, as users feel them. */
export function tally() {
	const lines = new Map<string, Line>();
	const lineOf = (name: string) => {
		const known = lines.get(name) ?? { ms: [], wrong: {}, statuses: {} };
		lines.set(name, known);
		return known;
	};
	const all = () => [...lines.values()];
	return {
		add(name: string, ms: number, status: number, isRight: boolean) {
			const line = lineOf(name);
			line.ms.push(ms);
			line.statuses[status] = (line.statuses[status] ?? 0) + 1;
			if (!isRight) line.wrong[status] = (line.wrong[status] ?? 0) + 1;
		},
		count: () => all().reduce((sum, { ms }) => sum + ms.length, 0),
		/** How many of a step were answered so. */
		answered: (name: string, status: number) => lines.get(name)?.statuses[status] ?? 0,
		each: (): Figures[] => [...lines].map(([name, line]) => figuresOf(name, line)),
		whole: (): Figures => figuresOf("all", joined(all())),
	};
}
export type Tally = ReturnType<typeof tally>;

function joined(lines: readonly Line[]): Line {
	const wrong: Record<number, number> = {};
	for (const line of lines)
		for (const [status, count] of Object.entries(line.wrong))
			wrong[Number(status)] = (wrong[Number(status)] ?? 0) + count;
	return { ms: lines.flatMap(({ ms }) => ms), wrong, statuses: {} };
}

function figuresOf(name: string, { ms, wrong }: Line): Figures {
	const sorted = Float64Array.from(ms).sort();
	const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
	const failed = Object.values(wrong).reduce((sum, count) => sum + count, 0);
	return {
		...{ name, count: ms.length, failed, wrong },
		...{ p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
	};
}

/** Each threshold in words, and whether it holds. */
export function verdicts({ count, failed, p95 }: Figures, holds: Thresholds) {
	const share = failed / Math.max(1, count);
	const percent = (part: number) => `${(part * 100).toFixed(3)} %`;
	return [
		{
			text: `p95 ${p95.toFixed(1)} ms, under ${holds.p95_ms} ms wanted`,
			isHeld: p95 < holds.p95_ms,
		},
		{
			text: `failed ${percent(share)}, under ${percent(holds.failed)} wanted`,
			isHeld: count > 0 && share < holds.failed,
		},
	];
}

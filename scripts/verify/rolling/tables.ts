import { loadavg } from "node:os";
import { tableFor } from "../../mesh/table.ts";
import type { Seen } from "./crowd.ts";
import type { Killed } from "./kills.ts";

/** What the crowd saw while something was done to a process. */
export interface Phase {
	readonly name: string;
	readonly from: number;
	readonly to: number;
	readonly load: number;
}

export const loadNow = () => loadavg()[0] ?? 0;

const duringOf = (seen: readonly Seen[], { from, to }: Phase) =>
	seen.filter(({ began }) => began >= from && began < to);

/** What is done to the mesh, and when: by it the crowd's requests are told apart. */
export function diary() {
	const all: Phase[] = [];
	let from = performance.now();
	const note = (name: string) => {
		const to = performance.now();
		all.push({ name, from, to, load: loadNow() });
		from = to;
	};
	return { all, note };
}

/** Of each phase: requests, those that failed, those sent again, the worst time. */
export function phases(all: readonly Phase[], seen: readonly Seen[]): string {
	const head = ["meanwhile", "s", "requests", "failed", "sent again", "worst ms", "load"];
	const rows = all.map((phase) => {
		const mine = duringOf(seen, phase);
		const worst = Math.max(0, ...mine.map(({ ms }) => ms));
		return [
			...[phase.name, Math.round((phase.to - phase.from) / 1_000), mine.length],
			...[mine.filter(({ isRight }) => !isRight).length],
			...[mine.filter(({ isSentAgain }) => isSentAgain).length, Math.round(worst)],
			Math.round(phase.load),
		];
	});
	return tableFor(head, rows);
}

/** Each answer that was wrong, shortly. */
export const failures = (seen: readonly Seen[]) =>
	seen
		.filter(({ isRight }) => !isRight)
		.map(({ step, status, ms, why }) => `${step}: ${status} after ${Math.round(ms)} ms: ${why}`);

/** What came of each kill. */
export function kills(all: readonly Killed[]): string {
	const head = [
		"killed",
		"back after s",
		"its own answers",
		"the others'",
		"sent again",
		"slowest ms",
		"faults",
	];
	const shown = (counts: Killed["own"]) =>
		Object.entries(counts)
			.map(([status, count]) => `${count} × ${status}`)
			.join(", ");
	const rows = all.map(({ name, back_s, own, others, sent_again, slowest_ms, faults }) => [
		...[name, Number(back_s.toFixed(1)), shown(own), shown(others)],
		...[sent_again, Math.round(slowest_ms), faults.length],
	]);
	return tableFor(head, rows);
}

/** The share of requests that were answered rightly, in percent. */
export const availability = (seen: readonly Seen[]) =>
	(100 * seen.filter(({ isRight }) => isRight).length) / Math.max(1, seen.length);

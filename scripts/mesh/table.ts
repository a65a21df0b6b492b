/** Columns for people: as wide as they must be, numbers to the right. */
export function tableFor(head: readonly string[], rows: readonly Cell[][]): string {
	const texts = rows.map((row) => row.map((cell) => String(cell ?? "–")));
	const widths = head.map((name, at) =>
		Math.max(name.length, ...texts.map((row) => row[at]?.length ?? 0)),
	);
	const isNumber = head.map(
		(_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === "number"),
	);
	const line = (cells: readonly string[]) =>
		cells
			.map((cell, at) =>
				isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
			)
			.join("  ")
			.trimEnd();
	const rule = widths.map((width) => "─".repeat(width)).join("  ");
	return [line(head), rule, ...texts.map(line)].join("\n");
}
export type Cell = string | number | undefined;

/** `12 s`, `5 min`, `3 h`: how long ago. */
export function ago(then_ms: number, now_ms = Date.now()): string {
	const seconds = Math.max(0, Math.round((now_ms - then_ms) / 1_000));
	if (seconds < 120) return `${seconds} s`;
	return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

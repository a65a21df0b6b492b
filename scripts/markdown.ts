import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");

/** A table in Markdown. */
export function tableOf(head: string[], rows: string[][]): string {
	const line = (cells: string[]) =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|") || "–").join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

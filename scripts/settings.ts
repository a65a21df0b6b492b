import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, tableOf } from "./markdown.ts";

const HEAD = ["setting", "default", "what it is for"];

/** Defaults that are written as code, in words. */
const WORDS: Record<string, string> = {
	"!production": "`true`; `false` in production",
	'production ? "info" : "warn"': "`warn`; `info` in production",
	"isDemo ? 5_000 : 0": "`5000` with demo data; `0` without",
	unique: "the process id; in a container its host name",
	'""': "none",
};

export interface Setting {
	readonly name: string;
	readonly fallback: string;
	readonly why: string;
}

/** The settings as `config/env.ts` declares them, each under the comment that says why. */
export function settings(): Setting[] {
	const source = readFileSync(join(ROOT, "config/env.ts"), "utf8");
	const declared = source.slice(source.indexOf("export const env"), source.indexOf("\n};"));
	const shown = (fallback: string) =>
		WORDS[fallback] ?? `\`${fallback.replaceAll('"', "").replaceAll(/(?<=\d)_(?=\d)/g, "")}\``;
	const found: Setting[] = [];
	let why = "";
	for (const line of declared.split("\n")) {
		const comment = /^\t\/\*\* (.*) \*\/$/.exec(line)?.[1];
		if (comment) why = comment;
		const [, name, fallback] = SETTING.exec(line) ?? [];
		if (!name || fallback === undefined) continue;
		found.push({ name, fallback: shown(fallback), why });
		why = "";
	}
	return found;
}

/** For the README. */
export const settingsTable = (): string =>
	tableOf(
		HEAD,
		settings().map(({ name, fallback, why }) => [`\`RETAIL_${name}\``, fallback, why]),
	);

const SETTING =
	/^\t\w+: (?:text|whole|yesNo|list|secret)\("(\w+)", ((?:"[^"]*"|[^,)"{[]|(?<=")[^,)[{]*)+?)(?:, [[{].*|\),?)$/;

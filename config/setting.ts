import { readFileSync } from "node:fs";

/** A setting that cannot be: said in one line that names it and says what it takes. */
export class BadSetting extends Error {
	override readonly name = "BadSetting";
}

/** Names that other systems give to the same, understood where ours is not set. */
const ALSO: Readonly<Record<string, string>> = {
	DATABASE_URL: "DATABASE_URL",
	REDIS_URL: "REDIS_URL",
	INSTANCE: "INSTANCE_ID",
	LOG_LEVEL: "LOG_LEVEL",
	OTLP_URL: "OTEL_EXPORTER_OTLP_ENDPOINT",
};

/** Every name that has been asked for: what else begins with RETAIL_ is a slip of the pen. */
const known = new Set<string>();
/** What our shell scripts read, so that it may be exported beside the rest. */
const SCRIPTS = ["URL", "API_KEY", "ADMIN_USER"];

function given(name: string): string | undefined {
	const also = ALSO[name];
	known.add(name);
	return process.env[`RETAIL_${name}`] ?? (also ? process.env[also] : undefined);
}

export function text(name: string, fallback: string, allowed?: readonly string[]) {
	const value = given(name) ?? fallback;
	if (allowed && !allowed.includes(value))
		throw new BadSetting(`RETAIL_${name} is "${value}": it takes ${allowed.join(", ")}`);
	return value;
}

export function whole(
	name: string,
	fallback: number,
	{ min = 0, max = Number.MAX_SAFE_INTEGER } = {},
) {
	const value = given(name) ?? String(fallback);
	const number = Number(value);
	if (value.trim() === "" || !Number.isSafeInteger(number) || number < min || number > max)
		throw new BadSetting(`RETAIL_${name} is "${value}": it takes a whole number, ${min} to ${max}`);
	return number;
}

export const yesNo = (name: string, fallback: boolean) =>
	text(name, String(fallback), ["true", "false"]) === "true";

export const list = (name: string, fallback: string) =>
	text(name, fallback)
		.split(",")
		.map((one) => one.trim())
		.filter(Boolean);

/** What nobody else should see: itself, or in the file that `RETAIL_<name>_FILE` names. */
export function secret(name: string, fallback: string) {
	const file = process.env[`RETAIL_${name}_FILE`];
	known.add(`${name}_FILE`);
	known.add(name);
	if (!file) return given(name) ?? fallback;
	try {
		return readFileSync(file, "utf8").trim();
	} catch {
		throw new BadSetting(`RETAIL_${name}_FILE is "${file}": it cannot be read`);
	}
}

/** What is set and is no setting, each with the one that is spelled most like it. */
export function misspelt(): string[] {
	const names = Object.keys(process.env).filter((name) => name.startsWith(PREFIX));
	const unknown = names.map((name) => name.slice(PREFIX.length)).filter(isUnknown);
	return unknown.map((name) => {
		const [nearest] = [...known].sort((a, b) => distance(name, a) - distance(name, b));
		return `${PREFIX}${name} is not a setting: did you mean ${PREFIX}${nearest}?`;
	});
}
const PREFIX = "RETAIL_";
const isUnknown = (name: string) => !known.has(name) && !SCRIPTS.includes(name);

/** How many letters are to be added, dropped or changed: Levenshtein's. */
function distance(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (const [i, letter] of [...from].entries()) {
		const next = [i + 1];
		for (const [j, other] of [...to].entries()) {
			const [above = 0, before = 0, corner = 0] = [row[j + 1], next[j], row[j]];
			next.push(Math.min(above + 1, before + 1, corner + (letter === other ? 0 : 1)));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}

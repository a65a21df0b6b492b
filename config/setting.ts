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

function given(name: string): string | undefined {
	const also = ALSO[name];
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
	if (!file) return given(name) ?? fallback;
	try {
		return readFileSync(file, "utf8").trim();
	} catch {
		throw new BadSetting(`RETAIL_${name}_FILE is "${file}": it cannot be read`);
	}
}

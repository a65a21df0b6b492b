import type { Language } from "../../lib/refusal.ts";

/** The quality that a header gives to the first of the names that it mentions, or to `*`. */
function qualityOf(header: string, names: readonly string[]): number {
	let best = 0;
	let precision = -1;
	for (const part of header.split(",")) {
		const [range = "", ...options] = part.split(";").map((one) => one.trim().toLowerCase());
		const rank = names.indexOf(range);
		if (rank < 0) continue;
		const said = options.find((one) => one.startsWith("q="))?.slice(2);
		const quality = said === undefined ? 1 : Number(said);
		if (names.length - rank <= precision) continue;
		precision = names.length - rank;
		best = Number.isFinite(quality) ? quality : 0;
	}
	return best;
}

const JSON_RANGES = ["application/json", "application/*", "*/*"];
const PROBLEM_RANGES = ["application/problem+json"];

export function acceptsJson(accept: string | undefined): boolean {
	if (accept === undefined || accept === "*/*" || accept === "application/json") return true;
	return qualityOf(accept, JSON_RANGES) > 0 || qualityOf(accept, PROBLEM_RANGES) > 0;
}

/** JSON, unless a table of text is asked for more. */
export function prefersCsv(accept: string | undefined): boolean {
	if (accept === undefined || !accept.toLowerCase().includes("text/")) return false;
	return qualityOf(accept, ["text/csv", "text/*"]) > qualityOf(accept, JSON_RANGES.slice(0, 2));
}

/** French, unless English is asked for more. */
export function localeOf(accept: string | undefined): Language {
	if (accept === undefined || !/\ben\b/i.test(accept)) return "fr";
	const english = Math.max(...ENGLISH.map((name) => qualityOf(accept, [name])));
	const french = Math.max(...FRENCH.map((name) => qualityOf(accept, [name])));
	return english > french ? "en" : "fr";
}

const ENGLISH = ["en", "en-ca", "en-us", "en-gb"];
const FRENCH = ["fr", "fr-ca", "fr-fr"];

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/** True for JSON in UTF-8, the only body that we read. */
export function isJson(contentType: string): boolean {
	if (contentType === "application/json") return true;
	const [type = "", ...options] = contentType.split(";").map((one) => one.trim().toLowerCase());
	const charset = options
		.find((one) => one.startsWith("charset="))
		?.slice(8)
		.replaceAll('"', "");
	return JSON_TYPE.test(type) && (charset === undefined || charset === "utf-8");
}

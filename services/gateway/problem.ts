import { explain, type Language, type RefusalEntry } from "../../lib/refusal.ts";
import type { Exchange } from "./exchange.ts";
import { pointersOf } from "./faults.ts";
import { internal, invalid, notFound, refused, timedOut, unavailable } from "./gateway.contract.ts";

/** What an error may carry; its class is not to be trusted, for it has travelled. */
export interface Thrown {
	readonly type?: string;
	readonly name?: string;
	readonly code?: unknown;
	readonly data?: unknown;
	readonly allow?: string;
	readonly retry_after_s?: number;
	readonly www_authenticate?: string;
}
export interface Problem {
	readonly status: number;
	readonly code: string;
	readonly headers: Record<string, string>;
	readonly body: Record<string, unknown>;
}

const BUSY_S = 1;
export const AWAY_S = 5;

/** The errors of the mesh itself, in our words. */
const OUTAGES: Record<string, { entry: RefusalEntry; retry_s?: number }> = {
	SERVICE_NOT_FOUND: { entry: unavailable.entry, retry_s: AWAY_S },
	SERVICE_NOT_AVAILABLE: { entry: unavailable.entry, retry_s: AWAY_S },
	REQUEST_REJECTED: { entry: unavailable.entry, retry_s: AWAY_S },
	BAD_GATEWAY: { entry: unavailable.entry, retry_s: AWAY_S },
	QUEUE_FULL: { entry: unavailable.entry, retry_s: BUSY_S },
	REQUEST_TIMEOUT: { entry: timedOut.entry },
	REQUEST_SKIPPED: { entry: timedOut.entry },
	VALIDATION_ERROR: { entry: invalid.entry },
	ENTITY_NOT_FOUND: { entry: notFound.entry },
};

/**
 * Says an error to the caller: a refusal in its words, anything else without a detail.
 * A problem document: https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemOf(
	thrown: unknown,
	{ id, locale, path, operation }: Exchange,
	texts: ReadonlyMap<string, RefusalEntry>,
): Problem {
	const err = (thrown ?? {}) as Thrown;
	const { type = "", data } = err;
	const { entry, status, code, retry_s } = wordsOf(
		err,
		operation?.refusals.get(type) ?? texts.get(type),
	);
	const told = typeof data === "object" && data !== null ? data : {};
	const message = explain(entry, told, locale);
	const errors = status < 500 ? pointersOf(type, data, locale) : undefined;
	const { saga_id } = told as { saga_id?: unknown };
	return {
		status,
		code,
		headers: headersOf(err, status, retry_s),
		body: {
			type: `/problems/${code}`,
			title: entry.title ? explain(entry.title, told, locale) : message,
			status,
			code,
			message,
			detail: message,
			instance: path,
			request_id: id,
			...(typeof saga_id === "string" && { saga_id }),
			...(errors && { errors }),
		},
	};
}

interface Words {
	readonly entry: RefusalEntry;
	readonly status: number;
	readonly code: string;
	readonly retry_s?: number;
}
function wordsOf(err: Thrown, declared: RefusalEntry | undefined): Words {
	const { type = "" } = err;
	const outage = outageOf(type);
	if (outage) return { ...outage, status: outage.entry.status, code: outage.entry.code };
	const status = statusOf(err, declared);
	if (declared) return { entry: declared, status, code: declared.code };
	if (status >= 500) return { entry: internal.entry, status, code: internal.code };
	return { entry: refused.entry, status, code: wordOf(type, refused.code) };
}

/** What a client can do about it, in headers. */
function headersOf(err: Thrown, status: number, retry_s: number | undefined) {
	const said = (err.data as { retry_after?: unknown } | null | undefined)?.retry_after;
	const told = Number.isSafeInteger(said) ? Number(said) : undefined;
	const retry = err.retry_after_s ?? told ?? retry_s ?? (status === 503 ? AWAY_S : undefined);
	return {
		...(err.allow && { Allow: err.allow }),
		...(retry && { "Retry-After": String(retry) }),
		...(status === 401 && {
			"WWW-Authenticate": err.www_authenticate ?? 'Bearer realm="comptoir"',
		}),
	};
}

const outageOf = (type: string) => (Object.hasOwn(OUTAGES, type) ? OUTAGES[type] : undefined);

/** What the error says counts; an undeclared error of the server says nothing that we repeat. */
function statusOf({ code }: Thrown, declared: RefusalEntry | undefined): number {
	const said = Number.isInteger(code) ? Number(code) : 0;
	if (said >= 400 && said < 500) return said;
	if (declared) return said >= 500 && said < 600 ? said : declared.status;
	return 500;
}

const wordOf = (type: string, otherwise: string) =>
	/^[A-Z][A-Z0-9_]{2,60}$/.test(type) ? type : otherwise;

/** `/problems/OUT_OF_STOCK`: what a code means, in both languages. */
export function problemPage({ code, status, title, ...texts }: RefusalEntry): string {
	const one = (language: Language) =>
		`<section lang="${language}"><h2>${asHtml(title?.[language] ?? texts[language])}</h2><p>${asHtml(texts[language])}</p></section>`;
	return `<h1>${code}</h1><p>HTTP ${status}</p>${one("fr")}${one("en")}`;
}

export const asHtml = (text: string): string =>
	text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

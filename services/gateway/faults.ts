import type { Language } from "../../lib/refusal.ts";

interface Pointer {
	readonly pointer: string;
	readonly code: string;
	readonly message: string;
	readonly in?: string;
}
const POINTERS_MAX = 50;

/** Where a request does not fit, in the caller's language; never what was sent, nor who found it. */
export function pointersOf(type: string, data: unknown, language: Language) {
	const list = type === "VALIDATION_ERROR" ? data : (data as { errors?: unknown } | null)?.errors;
	if (!Array.isArray(list)) return undefined;
	return list.slice(0, POINTERS_MAX).map((one) => pointerOf(one, language));
}

function pointerOf(fault: Found, language: Language): Pointer {
	const { field = "", keyword = fault.code ?? fault.type ?? "invalid", message = "" } = fault;
	const pointer = fault.pointer ?? (field && `/${String(field).replaceAll(".", "/")}`);
	const text = Object.hasOwn(TEXTS, keyword) ? TEXTS[keyword] : undefined;
	const said = text?.[language] ?? (language === "en" && message ? message : INVALID[language]);
	return { pointer, code: keyword, message: said, ...(fault.in && { in: fault.in }) };
}

interface Found {
	field?: string;
	pointer?: string;
	keyword?: string;
	code?: string;
	type?: string;
	message?: string;
	in?: string;
}

const INVALID = { fr: "n'est pas valide", en: "is not valid" };
const TEXTS: Record<string, Record<Language, string>> = {
	required: { fr: "est requis", en: "is required" },
	additionalProperties: { fr: "est inconnu", en: "is unknown" },
	type: { fr: "n'est pas du bon type", en: "is not of the right type" },
	enum: { fr: "n'est pas une des valeurs permises", en: "is not one of the allowed values" },
	const: { fr: "n'est pas la valeur permise", en: "is not the allowed value" },
	pattern: { fr: "n'a pas la bonne forme", en: "does not have the right form" },
	format: { fr: "n'a pas la bonne forme", en: "does not have the right form" },
	minimum: { fr: "est trop petit", en: "is too small" },
	maximum: { fr: "est trop grand", en: "is too large" },
	minLength: { fr: "est trop court", en: "is too short" },
	maxLength: { fr: "est trop long", en: "is too long" },
	minItems: { fr: "a trop peu d'éléments", en: "has too few items" },
	maxItems: { fr: "a trop d'éléments", en: "has too many items" },
};

import { malformed } from "../../lib/validator.ts";

export interface CardFace {
	card_brand: string;
	card_last4: string;
}

const BRANDS: [brand: string, numbers: RegExp][] = [
	["visa", /^4/],
	["mastercard", /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/],
	["amex", /^3[47]/],
	["discover", /^(6011|65|64[4-9])/],
];

/** All that is ever kept of a card number: its brand and its last four digits. */
export function faceOf(card: string): CardFace {
	const digits = card.replaceAll(" ", "");
	if (!/^\d{12,19}$/.test(digits))
		throw malformed([{ field: "card", message: "has 12 to 19 digits", keyword: "pattern" }]);
	const [brand = "card"] = BRANDS.find(([, numbers]) => numbers.test(digits)) ?? [];
	return { card_brand: brand, card_last4: digits.slice(-4) };
}

/** The same request, with the face of its card instead of its number. */
export function faced<T extends { card?: string }>({ card, ...rest }: T) {
	return { ...rest, ...(card !== undefined && { face: faceOf(card) }) };
}

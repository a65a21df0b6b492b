const GTIN_LENGTH = 14;

/** EAN-8, UPC-A, EAN-13 and GTIN-14 are one number: a scanner may say 0 in front, or not. */
export const gtinOf = (code: string): string => code.padStart(GTIN_LENGTH, "0");

/** The last digit that makes the others a barcode: weights 3 and 1, from the right. */
export function checkDigitOf(digits: string): number {
	const weighed = [...digits].toReversed().map((digit, at) => Number(digit) * (at % 2 ? 1 : 3));
	return (10 - (weighed.reduce((sum, one) => sum + one, 0) % 10)) % 10;
}

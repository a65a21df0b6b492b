import { checkDigitOf } from "../../lib/gtin.ts";
import { malformed } from "../../lib/validator.ts";
import type { Product } from "./catalog.contract.ts";

/** Barcodes as they are kept: one unit each unless said, in the order of their digits. */
export function barcodesOf(given: { code: string; pack_qty?: number }[]): Product["barcodes"] {
	const wrong = given.flatMap(({ code }, at) =>
		checkDigitOf(code.slice(0, -1)) === Number(code.at(-1))
			? []
			: [{ field: `barcodes.${at}.code`, message: "has a wrong check digit", keyword: "check" }],
	);
	if (wrong.length > 0) throw malformed(wrong);
	return given
		.map(({ code, pack_qty = 1 }) => ({ code, pack_qty }))
		.sort((a, b) => (a.code < b.code ? -1 : 1));
}

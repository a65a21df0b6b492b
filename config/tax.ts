import type { TaxRate } from "../lib/tax.ts";

/** Both taxes are on the price before tax since then. */
const SINCE = "2013-01-01";

/** QST on single portions of ice cream, pastry, pudding and the like ends on that day. */
const SNACK_RULE = { last: "2026-07-14", first: "2026-07-15" };

const GST_PPM = 50_000;
const QST_PPM = 99_750;

const rate = (tax: TaxRate["tax"], tax_class: string, rate_ppm: number, from = SINCE): TaxRate => ({
	jurisdiction: "QC",
	tax,
	tax_class,
	rate_ppm,
	valid_from: from,
});

/** A class is taxed the same way on every day. */
const always = (tax_class: string, gst_ppm: number, qst_ppm: number) => [
	rate("GST", tax_class, gst_ppm),
	rate("QST", tax_class, qst_ppm),
];

/**
 * What each class of product is taxed, and when. An accountant confirms it before production.
 * Sources: Revenu Québec, the rates and what is zero-rated:
 * https://www.revenuquebec.ca/en/businesses/consumption-taxes/gsthst-and-qst/collecting-gst-and-qst/calculating-the-taxes/
 * https://www.revenuquebec.ca/en/businesses/consumption-taxes/gsthst-and-qst/basic-rules-for-applying-the-gsthst-and-qst/types-of-supplies/zero-rated-supplies/
 */
export const TAX_RATES: readonly TaxRate[] = [
	...always("STANDARD", GST_PPM, QST_PPM),
	...always("BOOK_ISBN", GST_PPM, 0),
	...always("DIAPERS", GST_PPM, 0),
	...always("BREASTFEEDING", GST_PPM, 0),
	...always("BASIC_GROCERY", 0, 0),
	...always("FEMININE_HYGIENE", 0, 0),
	...always("RX_DRUG", 0, 0),
	...always("MEDICAL", 0, 0),
	rate("GST", "SNACK_QST_ZERO", GST_PPM),
	{ ...rate("QST", "SNACK_QST_ZERO", QST_PPM), valid_to: SNACK_RULE.last },
	rate("QST", "SNACK_QST_ZERO", 0, SNACK_RULE.first),
	// Not zero-rated but outside the taxes: reports tell them apart by their class.
	...always("EXEMPT", 0, 0),
	...always("GIFT_CARD", 0, 0),
];

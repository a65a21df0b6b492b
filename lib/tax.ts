import Type, { type Static } from "typebox";
import { Cents } from "./fields.ts";
import { allocate, signed } from "./money.ts";

/** A rate and the business dates on which it holds, both included. */
export interface TaxRate {
	readonly jurisdiction: "QC";
	readonly tax: "GST" | "QST";
	readonly tax_class: string;
	/** Parts per million: 9.975 % is 99 750. */
	readonly rate_ppm: number;
	readonly valid_from: string;
	readonly valid_to?: string;
}

/** What a line costs before tax, all discounts taken off. */
export interface Taxable {
	readonly net_cents: number;
	readonly tax_class: string;
}

interface Taxes {
	readonly gst_cents: number;
	readonly qst_cents: number;
}

/** What every document ends with: a cart, an order, a sale, a refund. */
export const totalFields = {
	subtotal_cents: Cents,
	discount_cents: Cents,
	gst_cents: Cents,
	qst_cents: Cents,
	total_cents: Cents,
};
export const Totals = Type.Object(totalFields);
export type Totals = Static<typeof Totals>;

/**
 * The taxes of a document on a business date: one computation per tax, on the sum of the lines
 * that it applies to, then shared among those lines to the cent. Lines are all sold or all given
 * back: what is given back has negative amounts.
 */
export function taxLines(
	lines: readonly Taxable[],
	date: string,
	rates: readonly TaxRate[],
): Taxes & { lines: Taxes[] } {
	if (new Set(lines.map(({ net_cents }) => Math.sign(net_cents)).filter(Boolean)).size > 1)
		throw new RangeError("A document that both sells and gives back is two documents");
	const gst = taxOf("GST", lines, date, rates);
	const qst = taxOf("QST", lines, date, rates);
	return {
		gst_cents: sum(gst),
		qst_cents: sum(qst),
		lines: lines.map((_, line) => ({ gst_cents: gst[line] ?? 0, qst_cents: qst[line] ?? 0 })),
	};
}

/** The subtotal is before discounts: subtotal − discount + taxes = total. */
export function totals(
	lines: readonly (Taxes & { net_cents: number; discount_cents?: number })[],
): Totals {
	const net = sum(lines.map(({ net_cents }) => net_cents));
	const discount_cents = sum(lines.map(({ discount_cents = 0 }) => discount_cents));
	const gst_cents = sum(lines.map(({ gst_cents }) => gst_cents));
	const qst_cents = sum(lines.map(({ qst_cents }) => qst_cents));
	return {
		subtotal_cents: net + discount_cents,
		discount_cents,
		gst_cents,
		qst_cents,
		total_cents: net + gst_cents + qst_cents,
	};
}

/** Half a cent and more goes up, less is dropped; a negative amount is taxed like its opposite. */
export function taxOn(base_cents: number, rate_ppm: number): number {
	const exact = BigInt(Math.abs(base_cents)) * BigInt(rate_ppm);
	return signed(base_cents, Number((exact + HALF_CENT) / PPM));
}

const PPM = 1_000_000n;
const HALF_CENT = 500_000n;

/** The rate in force. A class or a date without one is a fault of the table, never a free sale. */
export function rateOn(
	{ tax, tax_class, date }: { tax: TaxRate["tax"]; tax_class: string; date: string },
	rates: readonly TaxRate[],
): number {
	const rate = rates.find(
		(one) =>
			one.tax === tax &&
			one.tax_class === tax_class &&
			one.valid_from <= date &&
			(one.valid_to === undefined || date <= one.valid_to),
	);
	if (!rate) throw new RangeError(`No ${tax} rate for ${tax_class} on ${date}`);
	return rate.rate_ppm;
}

function taxOf(
	tax: TaxRate["tax"],
	lines: readonly Taxable[],
	date: string,
	rates: readonly TaxRate[],
): number[] {
	const ppm = lines.map(({ tax_class }) => rateOn({ tax, tax_class, date }, rates));
	const shares = lines.map(() => 0);
	for (const rate of new Set(ppm.filter((one) => one > 0))) {
		const taxed = lines.map(({ net_cents }, line) => (ppm[line] === rate ? net_cents : 0));
		const due = taxOn(sum(taxed), rate);
		for (const [line, share] of allocate(due, taxed.map(Math.abs)).entries())
			shares[line] = (shares[line] ?? 0) + share;
	}
	return shares;
}

const sum = (amounts: readonly number[]) => amounts.reduce((so_far, one) => so_far + one, 0);

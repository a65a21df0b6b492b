import type { Sums } from "./reporting.contract.ts";
import type { Amounts } from "./sale.ts";

/** The books as a report shows them: what is left once what came back is taken off. */
export function sumsOf(amounts: Amounts): Sums {
	const { orders, cancelled, units, returned, gross_cents, refund_cents } = amounts;
	const { gst_cents, gst_refund_cents, qst_cents, qst_refund_cents } = amounts;
	return {
		orders,
		cancelled,
		units,
		returned,
		gross_cents,
		refund_cents,
		net_cents: gross_cents - refund_cents,
		gst_cents: gst_cents - gst_refund_cents,
		qst_cents: qst_cents - qst_refund_cents,
	};
}

/** What a row is about. */
export interface Labels {
	readonly business_date?: string;
	readonly week?: string;
	readonly location_id: string;
	readonly location_name?: string;
	readonly channel?: string;
	readonly product_id: string;
	readonly product_name?: string;
}
const LABELS = [
	"business_date",
	"week",
	"location_id",
	"location_name",
	"channel",
	"product_id",
	"product_name",
] as const;

/** What the row is about, as far as it is named: a query says null of what it has not found. */
export function labelsOf<Row extends Partial<Labels>>(
	row: Row,
): Pick<Row, keyof Row & keyof Labels> {
	const named = LABELS.filter((label) => (row[label] ?? undefined) !== undefined);
	return Object.fromEntries(named.map((label) => [label, row[label]])) as never;
}

/** A row of the books, with what it is about. */
export const shown = <Row extends Amounts & Partial<Labels>>(row: Row) => ({
	...labelsOf(row),
	...sumsOf(row),
});

export const addUp = (all: readonly Sums[]): Sums => {
	const names = Object.keys(NOTHING) as (keyof Sums)[];
	const sum = (name: keyof Sums) => all.reduce((so_far, one) => so_far + one[name], 0);
	return Object.fromEntries(names.map((name) => [name, sum(name)])) as Sums;
};

/** Of a store that has sold nothing. */
export const NOTHING: Sums = {
	orders: 0,
	cancelled: 0,
	units: 0,
	returned: 0,
	gross_cents: 0,
	refund_cents: 0,
	net_cents: 0,
	gst_cents: 0,
	qst_cents: 0,
};

type Taxes = Pick<Amounts, `${"gst" | "qst"}_${"" | "refund_"}cents`>;

/** `/reports/taxes`: what was collected, what was credited, what is owed. */
export const taxesOf = ({ gst_cents, gst_refund_cents, qst_cents, qst_refund_cents }: Taxes) => ({
	gst_collected_cents: gst_cents,
	gst_credited_cents: gst_refund_cents,
	gst_net_cents: gst_cents - gst_refund_cents,
	qst_collected_cents: qst_cents,
	qst_credited_cents: qst_refund_cents,
	qst_net_cents: qst_cents - qst_refund_cents,
});

export const perOrder = (cents: number, orders: number): number =>
	orders === 0 ? 0 : Math.round(cents / orders);

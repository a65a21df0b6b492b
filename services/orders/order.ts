import type { Address } from "../../lib/fields.ts";
import { isTheirs, reaches, type Scope } from "../../lib/scope.ts";
import { type TaxRate, taxLines, totals } from "../../lib/tax.ts";
import { businessDate } from "../../lib/time.ts";
import {
	type Draft,
	type Order,
	type OrderLine,
	type OrderMode,
	type OrderStatus,
	type OrderSummary,
	orderNotFound,
	provinceNotServed,
	type Shipment,
	totalChanged,
} from "./orders.contract.ts";

const HOME = "QC";

/** A transition that is not here is impossible: an update names the state that it leaves. */
export const next = {
	PENDING: ["CONFIRMED", "CANCELLED"],
	CONFIRMED: ["SHIPPED", "CANCEL_PENDING"],
	SHIPPED: ["DELIVERED"],
	DELIVERED: ["COMPLETED"],
	COMPLETED: [],
	CANCEL_PENDING: ["CANCELLED", "CONFIRMED"],
	CANCELLED: [],
} as const satisfies Record<OrderStatus, readonly OrderStatus[]>;
export type From = keyof typeof next;
export type To<F extends From> = (typeof next)[F][number];

/** An order that was confirmed, and whose money is therefore its own. */
export const STANDING: readonly OrderStatus[] = [
	"CONFIRMED",
	"SHIPPED",
	"DELIVERED",
	"COMPLETED",
	"CANCEL_PENDING",
];

/** What the catalogue says that a product costs now. */
export interface Price {
	product_id: string;
	name_fr: string;
	name_en: string;
	unit_price_cents: number;
	tax_class: string;
}

interface Circumstances {
	prices: readonly Price[];
	locale: "fr" | "en";
	saga_id?: string | undefined;
	mode?: OrderMode;
	at: Date;
	rates: readonly TaxRate[];
}

/** A draft priced and taxed as of now, in Québec; refused if the buyer was shown another total. */
export function place(draft: Draft, now: Circumstances): Order {
	const { prices, locale, saga_id, mode = "orchestrated", at, rates } = now;
	const { order_id: id, customer_id, contact, cart_id, payment_method } = draft;
	const { shipping_address: ship_to, billing_address: bill_to, expected_total_cents } = draft;
	const province = provinceOf(ship_to);
	if (province !== HOME) throw provinceNotServed();

	const lines = taxed(priced(draft, prices, locale), businessDate(at), rates);
	const sums = totals(lines);
	if (expected_total_cents !== undefined && expected_total_cents !== sums.total_cents)
		throw totalChanged();
	return {
		id,
		order_no: id.slice(-8),
		customer_id,
		...(contact && { contact }),
		...(cart_id && { cart_id }),
		...(saga_id && { saga_id }),
		mode,
		status: "PENDING",
		payment_method,
		...(ship_to && { ship_to }),
		...(bill_to && { bill_to }),
		province,
		...sums,
		shipping_cents: 0,
		currency: "CAD",
		locale,
		placed_at: at.toISOString(),
		version: 1,
		lines,
	};
}

/** A text is taken as an address in Québec; so is none, of what is picked up there. */
const provinceOf = (address: Address | undefined) =>
	typeof address === "object" ? address.province : HOME;

type Untaxed = Omit<OrderLine, "gst_cents" | "qst_cents">;

function priced({ lines }: Draft, prices: readonly Price[], locale: "fr" | "en"): Untaxed[] {
	const known = new Map(prices.map((price) => [price.product_id, price]));
	return lines.map(({ location_id, product_id, quantity }, index) => {
		const price = known.get(product_id);
		if (!price) throw new Error(`The catalogue gave no price for ${product_id}`);
		const { unit_price_cents, tax_class, name_fr, name_en } = price;
		const description = locale === "en" ? name_en : name_fr;
		const net_cents = unit_price_cents * quantity;
		const line = index + 1;
		const what = { line, location_id, product_id, quantity, description };
		return { ...what, unit_price_cents, tax_class, net_cents };
	});
}

function taxed(lines: Untaxed[], date: string, rates: readonly TaxRate[]): OrderLine[] {
	const { lines: shares } = taxLines(lines, date, rates);
	const none = { gst_cents: 0, qst_cents: 0 };
	return lines.map((line, index) => ({ ...line, ...(shares[index] ?? none) }));
}

/** What a saga needs to know of an order. */
export const summaryOf = ({ id, status, total_cents }: OrderSummary): OrderSummary => ({
	id,
	status,
	total_cents,
});

/** The order, if it is the caller's to see: another's is not found. */
export function seen(scope: Scope, order: Order | undefined, id: string): Order {
	if (!order || !isTheirs(scope, order.customer_id)) throw orderNotFound({ id });
	return order;
}

/** The order, if a part of it leaves from where the caller ships. */
export function shippedBy(scope: Scope, order: Order | undefined, id: string): Order {
	const found = seen(scope, order, id);
	if (!found.lines.some(({ location_id }) => reaches(scope, location_id)))
		throw orderNotFound({ id });
	return found;
}

export const shipmentFact = ({ id: shipment_id, order_id: id, customer_id }: Shipment) => ({
	id,
	shipment_id,
	customer_id,
});

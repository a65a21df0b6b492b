import type { Heard } from "../../lib/fact.ts";
import { projection } from "../../mixins/projections/projection.ts";
import type { Rows } from "../../mixins/projections/working-set.ts";
import { type Order, orders } from "../orders/orders.contract.ts";
import { payments } from "../payments/payments.contract.ts";
import { type Amounts, dayOf, type Entry, entriesOf, type SaleStory, weekOf } from "./sale.ts";
import {
	productSales,
	saleStory,
	salesDaily,
	salesTotal,
	taxSummary,
	trendWeekly,
} from "./sales.store.ts";

const ONLINE = "online";

/** Sales by day, product and week, of all time, and their taxes; the till adds its own channel. */
export const sales = projection({
	name: "sales",
	version: 1,
	models: [salesDaily, productSales, trendWeekly, taxSummary, salesTotal, saleStory],
	on: {
		[orders.created.event](rows: Rows, { payload, occurred_at }: Heard<typeof orders.created>) {
			tell(rows, payload.id, { lines: linesOf(payload), created: dayOf(occurred_at) });
		},
		[orders.confirmed.event](rows: Rows, { payload, occurred_at }: Heard<typeof orders.confirmed>) {
			tell(rows, payload.id, { lines: linesOf(payload), confirmed: dayOf(occurred_at) });
		},
		[orders.cancelled.event](rows: Rows, { payload, occurred_at }: Heard<typeof orders.cancelled>) {
			tell(rows, payload.id, { lines: linesOf(payload), cancelled: dayOf(occurred_at) });
		},
		[payments.refunded.event](rows: Rows, fact: Heard<typeof payments.refunded>) {
			giveBack(rows, fact, 1);
		},
		[payments.refund_reversed.event](rows: Rows, fact: Heard<typeof payments.refund_reversed>) {
			giveBack(rows, fact, -1);
		},
	},
});

const linesOf = ({ lines }: Pick<Order, "lines">): SaleStory["lines"] =>
	lines.map(({ location_id, product_id, quantity, net_cents, gst_cents, qst_cents }) => ({
		location_id,
		product_id,
		quantity,
		net_cents,
		gst_cents,
		qst_cents,
	}));

/** A refund of an order is shared out over its lines; one of a claim says itself what it is of. */
function giveBack(rows: Rows, fact: GivenBack, sign: 1 | -1): void {
	const { ref_type, ref_id, refund_cents, claim_id, lines = [] } = fact.payload;
	const { gst_cents = 0, qst_cents = 0 } = fact.payload;
	const day = dayOf(fact.occurred_at);
	if (!claim_id && ref_type === "order") {
		const { lines = [], refunds = [] } = storyOf(rows, ref_id) ?? {};
		tell(rows, ref_id, { lines, refunds: [...refunds, { day, cents: sign * refund_cents }] });
		return;
	}
	const [line] = lines;
	if (!line) return;
	book(rows, [
		{
			day,
			location_id: line.location_id,
			product_id: line.product_id,
			returned: sign * line.quantity,
			refund_cents: sign * (refund_cents - gst_cents - qst_cents),
			gst_refund_cents: sign * gst_cents,
			qst_refund_cents: sign * qst_cents,
		},
	]);
}

type GivenBack = Pick<Heard<typeof payments.refunded>, "payload" | "occurred_at">;

const storyOf = (rows: Rows, id: string) =>
	rows.find(saleStory, { id })?.story as SaleStory | undefined;

function tell(rows: Rows, id: string, heard: SaleStory): void {
	const before = storyOf(rows, id);
	const lines = heard.lines.length > 0 ? heard.lines : (before?.lines ?? []);
	const after = { ...before, ...heard, lines };
	rows.put(saleStory, { id, story: after });
	if (before) book(rows, entriesOf(before), -1);
	book(rows, entriesOf(after));
}

function book(rows: Rows, entries: readonly Entry[], sign: 1 | -1 = 1): void {
	for (const { day: business_date, location_id, product_id, ...entry } of entries) {
		const place = { location_id, channel: ONLINE };
		rows.add(salesDaily, { business_date, ...place }, entry, sign);
		rows.add(trendWeekly, { week: weekOf(business_date), ...place }, entry, sign);
		rows.add(salesTotal, place, entry, sign);
		if (!product_id) continue;
		rows.add(productSales, { business_date, ...place, product_id }, entry, sign);
		rows.add(taxSummary, { business_date, location_id }, taxesOf(entry), sign);
	}
}

/** Taxes are of lines: what is counted of a whole order has none. */
const taxesOf = ({
	gst_cents = 0,
	gst_refund_cents = 0,
	qst_cents = 0,
	qst_refund_cents = 0,
}: Partial<Amounts>) => ({ gst_cents, gst_refund_cents, qst_cents, qst_refund_cents });

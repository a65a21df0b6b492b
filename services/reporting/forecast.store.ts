import type { Reader } from "../../mixins/database.mixin.ts";
import { type Asked, bound, within } from "./books.store.ts";

/** What was sold on each day, of a product if one is named; and the first day of all. */
export async function soldByDay(db: Reader, asked: Asked & { product_id?: string | undefined }) {
	const { product_id } = asked;
	const name = product_id === undefined ? "rm_sales_daily" : "rm_product_sales";
	const only = product_id === undefined ? "" : " and s.product_id = $product_id";
	const here = asked.location_id === undefined ? "" : " where location_id = $location_id";
	const bind = { ...bound(asked), ...(product_id !== undefined && { product_id }) };
	const days = await db.query<{ business_date: string; units: number; net_cents: number }>(
		`select s.business_date, sum(s.units - s.returned) as units,
			sum(s.gross_cents - s.refund_cents) as net_cents
		from ${name} s where ${within(asked)}${only} group by s.business_date`,
		bind,
	);
	const [first] = await db.query<{ day: string | null }>(
		`select min(business_date) as day from rm_sales_daily${here}`,
		asked.location_id === undefined ? {} : { location_id: asked.location_id },
	);
	return { days, first: first?.day ?? undefined };
}

import type { Reader } from "../../mixins/database.mixin.ts";
import { type Asked, bound, within } from "./books.store.ts";
import type { Amounts } from "./sale.ts";

const TAXES = ["gst_cents", "gst_refund_cents", "qst_cents", "qst_refund_cents"] as const;
type Taxes = Pick<Amounts, (typeof TAXES)[number]>;
const TAX_SUMS = TAXES.map((name) => `coalesce(sum(s.${name}), 0) as ${name}`).join(", ");

/** By `YYYY-MM-DD` or `YYYY-MM`. */
export function taxesBy(db: Reader, asked: Asked, by: "day" | "month") {
	const period = by === "day" ? "s.business_date" : "substr(s.business_date, 1, 7)";
	return db.query<Taxes & { period: string }>(
		`select ${period} as period, ${TAX_SUMS} from rm_tax_summary s
		where ${within(asked)} group by ${period} order by ${period}`,
		bound(asked),
	);
}

export async function taxesIn(db: Reader, asked: Asked): Promise<Taxes> {
	const sql = `select ${TAX_SUMS} from rm_tax_summary s where ${within(asked)}`;
	const [sums] = await db.query<Taxes>(sql, bound(asked));
	return sums as Taxes;
}

import Type from "typebox";
import { model } from "../../mixins/projections/model.ts";
import { AMOUNTS, type Amounts } from "./sale.ts";

const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, Type.Integer()])) as {
	[K in keyof Amounts]: Type.TInteger;
};
const text = Type.String();
const place = { location_id: text, channel: text };

export const salesDaily = model(
	"rm_sales_daily",
	{ business_date: text, ...place, ...amounts },
	["business_date", "location_id", "channel"],
	[["location_id", "business_date"]],
);
export const productSales = model(
	"rm_product_sales",
	{ business_date: text, ...place, product_id: text, ...amounts },
	["business_date", "location_id", "product_id", "channel"],
	[
		["location_id", "business_date"],
		["product_id", "business_date"],
	],
);
export const trendWeekly = model(
	"rm_trend_weekly",
	{ week: text, ...place, ...amounts },
	["week", "location_id", "channel"],
	[["location_id", "week"]],
);
export const taxSummary = model(
	"rm_tax_summary",
	{
		business_date: text,
		location_id: text,
		gst_cents: Type.Integer(),
		gst_refund_cents: Type.Integer(),
		qst_cents: Type.Integer(),
		qst_refund_cents: Type.Integer(),
	},
	["business_date", "location_id"],
	[["location_id", "business_date"]],
);
/** Of all time. The channel comes first in the key: there are few, and each question names them. */
export const salesTotal = model("rm_sales_total", { ...place, ...amounts }, [
	"channel",
	"location_id",
]);
/** What is known of each order: what changes of it changes the books by the difference. */
export const saleStory = model("rm_sale", { id: text, story: Type.Object({}) }, ["id"]);

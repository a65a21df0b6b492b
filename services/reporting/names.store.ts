import Type from "typebox";
import { fold } from "../../lib/fold.ts";
import type { Reader } from "../../mixins/database.mixin.ts";
import { model } from "../../mixins/projections/model.ts";

const text = Type.String();

/** What products and places are called, as far as anybody has said it. */
export const products = model("rm_product", { product_id: text, name: text }, ["product_id"]);
export const places = model(
	"rm_location",
	{ location_id: text, name: text, folded: text, type: text },
	["location_id"],
	[["folded"]],
);

/** All that a place answers to, each as names are compared. */
export const placeNames = model("rm_location_name", { name: text, location_id: text }, ["name"]);

/** The place of that name; or, when nobody has named any, the one whose books or shelves say so. */
export async function findPlace(db: Reader, asked: string): Promise<string | undefined> {
	const [found] = await db.query<{ location_id: string }>(
		`select location_id from rm_location where location_id = $asked
		union all select location_id from rm_location_name where name = $folded
		union all select location_id from rm_location where folded = $folded
		union all select location_id from (
			select location_id from rm_stock where location_id = $asked limit 1) shelf
		union all select location_id from (
			select location_id from rm_sales_total
			where channel in ('online', 'store') and location_id = $asked limit 1) book
		limit 1`,
		{ asked, folded: fold(asked) },
	);
	return found?.location_id;
}

import Type from "typebox";
import { model } from "../../mixins/projections/model.ts";

const text = Type.String();
const whole = Type.Integer();
const maybe = Type.Optional(whole);

/** What each location holds of each product: `on_hand` is free to sell. */
export const stock = model(
	"rm_stock",
	{
		location_id: text,
		product_id: text,
		on_hand: whole,
		reserved: whole,
		min_qty: maybe,
		max_qty: maybe,
		reorder_qty: maybe,
		moved_at: maybe,
	},
	["location_id", "product_id"],
	[["product_id", "location_id"]],
);

/** Shelves that are out, low or too full; what was raised and is over stays, closed. */
export const alerts = model(
	"rm_alert",
	{
		location_id: text,
		product_id: text,
		kind: text,
		status: text,
		level: whole,
		threshold: whole,
		times: whole,
		raised_at: whole,
		resolved_at: maybe,
	},
	["location_id", "product_id", "kind"],
	[["status", "location_id", "kind"]],
);

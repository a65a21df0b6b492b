import Type from "typebox";
import { model } from "../../mixins/projections/model.ts";

const text = Type.String();
const whole = Type.Integer();

/** Each order and what became of it. */
export const orderHistory = model(
	"rm_order_history",
	{
		order_id: text,
		customer_id: text,
		status: text,
		channel: text,
		units: whole,
		total_cents: whole,
		confirmed: whole,
		placed_at: whole,
		updated_at: whole,
	},
	["order_id"],
	[
		["customer_id", "placed_at", "order_id"],
		["placed_at", "order_id"],
	],
);

/** What each customer did: CUS-06. */
export const customerActivity = model(
	"rm_customer_activity",
	{
		customer_id: text,
		carts: whole,
		orders: whole,
		confirmed: whole,
		cancelled: whole,
		claims: whole,
		spent_cents: whole,
		last_at: whole,
	},
	["customer_id"],
	[["last_at", "customer_id"]],
);

import Type from "typebox";
import { model } from "../../mixins/projections/model.ts";

const text = Type.String();
const whole = Type.Integer();

/** Each cart: what was put in and taken out, what it comes to, and how it ended. */
export const carts = model(
	"rm_cart",
	{
		cart_id: text,
		customer_id: Type.Optional(text),
		location_id: Type.Optional(text),
		status: text,
		added: whole,
		removed: whole,
		total_cents: whole,
		updated_at: whole,
	},
	["cart_id"],
	[
		["updated_at", "cart_id"],
		["status", "updated_at", "cart_id"],
	],
);

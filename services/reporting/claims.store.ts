import Type from "typebox";
import { model } from "../../mixins/projections/model.ts";

const text = Type.String();
const maybe = Type.Optional(text);
const whole = Type.Integer();

/** Each claim and where it stands. */
export const claims = model(
	"rm_claim",
	{
		claim_id: text,
		customer_id: text,
		product_id: text,
		location_id: maybe,
		claim_type: maybe,
		status: text,
		amount_cents: Type.Optional(whole),
		submitted_at: Type.Optional(whole),
		updated_at: whole,
	},
	["claim_id"],
	[
		["updated_at", "claim_id"],
		["status", "updated_at", "claim_id"],
	],
);

import Type from "typebox";
import { model } from "../../mixins/projections/model.ts";

const text = Type.String();
const whole = Type.Integer();

/** How sagas of each kind went, by the day on which it happened. */
export const sagaStats = model(
	"rm_saga_stats",
	{
		business_date: text,
		name: text,
		started: whole,
		turned: whole,
		blocked: whole,
		completed: whole,
		compensated: whole,
		duration_ms: whole,
	},
	["business_date", "name"],
);

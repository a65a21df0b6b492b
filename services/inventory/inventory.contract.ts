import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Quantity } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";

export const outOfStock = refusal(
	"OUT_OF_STOCK",
	409,
	{
		fr: "Stock insuffisant ({available} disponibles).",
		en: "Not enough stock ({available} available).",
	},
	{ fr: "Stock insuffisant", en: "Not enough stock" },
);

const shelf = { location_id: Id, product_id: Id };
export const Line = Type.Object({ ...shelf, quantity: Quantity });
export type Line = Static<typeof Line>;
export const Lines = Type.Array(Line, { minItems: 1, maxItems: 200 });

const owner = { owner_type: Type.Enum(["saga", "sale", "transfer", "cart"]), owner_id: Id };
const Hold = Type.Object({ ...owner, lines: Lines });

export const inventory = contract("inventory", {
	check: action({
		summary: "Refuse now what could not be reserved anyway",
		params: { lines: Lines },
		refusals: [outOfStock],
	}),
	reserve: action({
		summary: "Hold units for an owner, all lines or none",
		params: { ...owner, lines: Lines },
		refusals: [outOfStock],
	}),
	release: action({
		summary: "Give back what an owner holds",
		params: { owner_id: Id },
	}),
	restore: action({
		summary: "Give back what was sold to the owner of a cancelled order, or still held for it",
		params: { owner_id: Id },
	}),

	reserved: event(Hold.properties, { about: "hold:{owner_id}" }),
	released: event(Hold.properties, { about: "hold:{owner_id}" }),
	committed: event(Hold.properties, { about: "hold:{owner_id}" }),
});

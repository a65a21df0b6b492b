import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Place } from "../../lib/fields.ts";
import { inBody, refusal } from "../../lib/refusal.ts";

export const locationNotFound = refusal("LOCATION_NOT_FOUND", 404, {
	fr: "Lieu {id} introuvable",
	en: "Location {id} not found",
});

/** In an order, it is the request that is wrong. */
export const unknownLocation = inBody(locationNotFound);

export const Location = Type.Object({
	id: Id,
	code: Type.String(),
	name_fr: Type.String(),
	name_en: Type.String(),
	type: Type.Enum(["store", "logistics_centre", "head_office", "online", "in_transit"]),
});
export type Location = Static<typeof Location>;

export const stores = contract("stores", {
	resolve: action({
		summary: "The location that an id, a code or an alias names",
		params: { location: Place },
		returns: Location,
		cache: { ttl: 60 },
		refusals: [locationNotFound],
	}),
	updated: event({ location_id: Id }, { about: "location:{location_id}" }),
});

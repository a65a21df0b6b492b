import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Place, pageOf, paging, Text, Version } from "../../lib/fields.ts";
import { inBody, refusal } from "../../lib/refusal.ts";
import { versionConflict } from "../../lib/version.ts";

export const locationNotFound = refusal("LOCATION_NOT_FOUND", 404, {
	fr: "Lieu {id} introuvable",
	en: "Location {id} not found",
});
export const nameTaken = refusal("LOCATION_NAME_TAKEN", 409, {
	fr: "Un autre lieu porte déjà le nom « {name} »",
	en: 'Another location is already called "{name}"',
});

/** In an order, it is the request that is wrong. */
export const unknownLocation = inBody(locationNotFound);

const LocationType = Type.Enum([
	"store",
	"logistics_centre",
	"head_office",
	"online",
	"in_transit",
]);
const Status = Type.Enum(["active", "archived"]);

const details = {
	aliases: Type.Array(Text(80), { maxItems: 20 }),
	district: Type.Optional(Text(80)),
	address: Type.Optional(Text(300)),
	province: Type.String({ pattern: "^[A-Z]{2}$" }),
	timezone: Text(60),
	gst_no: Type.Optional(Type.String({ pattern: "^\\d{9} RT\\d{4}$" })),
	qst_no: Type.Optional(Type.String({ pattern: "^\\d{10} TQ\\d{4}$" })),
	day_cutoff: Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" }),
};
const names = {
	code: Type.String({ pattern: "^[A-Z0-9]{2,10}$" }),
	name_fr: Text(120),
	name_en: Text(120),
};

/** Every field is public: it holds what a door, a receipt or the online shop shows. */
export const Location = Type.Object({
	id: Id,
	...names,
	type: LocationType,
	...details,
	status: Status,
	version: Version,
});
export type Location = Static<typeof Location>;

const optional = <T extends Record<string, Type.TSchema>>(fields: T) =>
	Type.Partial(Type.Object(fields)).properties;

const versioned = { versioned: true, roles: ["head_office"] } as const;
const filters = {
	...paging,
	status: Type.Optional(Status),
	sort: Type.Optional(Type.Enum(["code", "-code", "name_fr", "-name_fr"])),
};
const reading = { roles: ["guest"], cache: { ttl: 60 }, repeatable: true } as const;
const about = "location:{location_id}" as const;
const said = {
	location_id: Id,
	name: Type.String(),
	type: LocationType,
	status: Type.Optional(Status),
	/** All that it answers to, folded as names are compared. */
	names: Type.Optional(Type.Array(Type.String())),
};

export const stores = contract("stores", {
	resolve: action({
		summary: "The active location that an id, a code or an alias names",
		repeatable: true,
		params: { location: Place },
		returns: Location,
		cache: { ttl: 60 },
		refusals: [locationNotFound],
	}),
	list: action({
		summary: "Stores, logistics centre, head office and online shop; active ones unless asked",
		rest: "GET /locations",
		...reading,
		params: { ...filters, type: Type.Optional(LocationType) },
		returns: pageOf(Location),
	}),
	listStores: action({
		summary: "The stores where people go; active ones unless asked",
		rest: "GET /stores",
		...reading,
		params: filters,
		returns: pageOf(Location),
	}),
	get: action({
		summary: "A location by its id, code or alias, archived or not",
		rest: "GET /locations/:id",
		aliases: ["GET /api/v1/stores/:id"],
		versioned: true,
		...reading,
		key: "id",
		params: { id: Place },
		returns: Location,
		refusals: [locationNotFound],
	}),
	create: action({
		summary: "Open a location: a store, unless its type is said",
		rest: "POST /locations",
		aliases: ["POST /api/v1/stores"],
		status: 201,
		location: "/api/v1/locations/{id}",
		...versioned,
		params: {
			...names,
			name_en: Type.Optional(names.name_en),
			type: Type.Optional(LocationType),
			...optional(details),
		},
		returns: Location,
		refusals: [nameTaken],
	}),
	update: action({
		summary: "Change what is said of a location; `status: active` opens an archived one again",
		rest: "PATCH /locations/:id",
		aliases: ["PATCH /api/v1/stores/:id"],
		...versioned,
		key: "id",
		params: {
			id: Place,
			...optional({ ...names, ...details }),
			status: Type.Optional(Type.Enum(["active"])),
		},
		returns: Location,
		refusals: [locationNotFound, nameTaken, versionConflict],
	}),
	archive: action({
		summary: "Close a location: its history stays, new orders no longer find it",
		rest: "DELETE /locations/:id",
		aliases: ["DELETE /api/v1/stores/:id"],
		...versioned,
		key: "id",
		params: { id: Place },
		returns: Location,
		refusals: [locationNotFound, versionConflict],
	}),

	created: event(said, { about }),
	updated: event(said, { about }),
	archived: event(said, { about }),
});

import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import {
	Disposition,
	Id,
	Instant,
	Place,
	pageOf,
	paging,
	Quantity,
	Text,
	Version,
} from "../../lib/fields.ts";
import { letterEntries } from "../../lib/letters.ts";
import { Mode } from "../../lib/mode.ts";
import { refusal } from "../../lib/refusal.ts";
import type { Role } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import { versionConflict } from "../../lib/version.ts";
import { productNotFound, unknownProduct } from "../catalog/catalog.contract.ts";
import { locationNotFound, unknownLocation } from "../stores/stores.contract.ts";

export const outOfStock = refusal(
	"OUT_OF_STOCK",
	409,
	{
		fr: "Stock insuffisant ({available} disponibles).",
		en: "Not enough stock ({available} available).",
	},
	{ fr: "Stock insuffisant", en: "Not enough stock" },
);
export const alertNotFound = refusal("ALERT_NOT_FOUND", 404, {
	fr: "Alerte {id} introuvable",
	en: "Alert {id} not found",
});
export const holdUsed = refusal("HOLD_USED", 409, {
	fr: "La réservation de {owner_id} est déjà faite, ou déjà rendue",
	en: "The hold of {owner_id} has already been made, or given back",
});

export const shelf = { location_id: Id, product_id: Id };
export type Shelf = { location_id: string; product_id: string };
export const Line = Type.Object({ ...shelf, quantity: Quantity });
export type Line = Static<typeof Line>;
export const Lines = Type.Array(Line, { minItems: 1, maxItems: 200 });

export const owner = { owner_type: Type.Enum(["saga", "sale", "transfer", "cart"]), owner_id: Id };
const Hold = Type.Object({ ...owner, lines: Lines });
export type Hold = Static<typeof Hold>;

const Count = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
const limits = {
	min_qty: Count,
	max_qty: Type.Optional(Count),
	reorder_qty: Count,
};

/** `on_hand` is free to sell, `reserved` is held for someone; the shelf holds both. */
export const Level = Type.Object({
	...shelf,
	on_hand: Type.Integer({ minimum: 0 }),
	reserved: Type.Integer({ minimum: 0 }),
	...limits,
	version: Version,
});
export type Level = Static<typeof Level>;

/** A level as it is shown. `quantity` is what is free to sell: `on_hand`. */
export const StockLevel = Type.Object({
	id: Type.String(),
	...Level.properties,
	quantity: Type.Integer({ minimum: 0 }),
});
export type StockLevel = Static<typeof StockLevel>;

const MovementType = Type.Enum([
	"opening",
	"receipt",
	"reserve",
	"release",
	"sale",
	"void",
	"return",
	"restore",
	"transfer_out",
	"transfer_in",
	"adjustment",
	"damage",
	"loss",
	"claim_refund",
]);
export const Movement = Type.Object({
	id: Id,
	...shelf,
	on_hand_delta: Type.Integer(),
	reserved_delta: Type.Integer(),
	type: MovementType,
	ref_type: Type.String(),
	ref_id: Type.String(),
	line: Type.Integer({ minimum: 1 }),
	reason: Type.Optional(Type.String()),
	actor_id: Type.String(),
	occurred_at: Instant,
});
export type Movement = Static<typeof Movement>;

export const AlertKind = Type.Enum(["out", "low", "over"]);
export type AlertKind = Static<typeof AlertKind>;
const AlertStatus = Type.Enum(["OPEN", "ACKNOWLEDGED", "RESOLVED"]);
export const Alert = Type.Object({
	id: Id,
	...shelf,
	kind: AlertKind,
	threshold: Count,
	level: Count,
	status: AlertStatus,
	opened_at: Instant,
});
export type Alert = Static<typeof Alert>;

const Drift = Type.Object({
	...shelf,
	on_hand: Type.Integer({ description: "level minus ledger" }),
	reserved: Type.Integer({ description: "level minus ledger" }),
	held: Type.Integer({ description: "reserved minus what owners hold" }),
});
export type Drift = Static<typeof Drift>;

/** Of the order that holds it, when it runs without a coordinator. */
const mode = Type.Optional(Mode);

const READERS: Role[] = ["cashier", "store_manager", "logistics", "head_office", "admin"];
const WRITERS: Role[] = ["store_manager", "logistics", "head_office", "admin"];
const asked = { location: Type.Optional(Place), product: Type.Optional(Id) };
/** What a reply about levels depends on, besides the levels: who asks. */
const caller = ["#scope.role", "#scope.location_id", "#scope.supplier_id"];
const Reason = Text(200);
const shelfRefusals = [locationNotFound, unknownLocation, productNotFound, versionConflict];

export const inventory = contract("inventory", {
	...letterEntries,
	list: action({
		summary: "Stock levels, page by page",
		rest: "GET /stock",
		roles: [...READERS, "supplier"],
		graphql: "Query.stock",
		repeatable: true,
		params: { ...paging, ...asked, below_min: Type.Optional(Type.Boolean()) },
		returns: pageOf(StockLevel),
		cache: {
			ttl: 10,
			keys: [...caller, "limit", "cursor", "location", "product", "below_min"],
		},
		refusals: [locationNotFound],
	}),
	listLogisticsCentre: action({
		summary: "What the logistics centre has, for those that it serves",
		rest: "GET /stock/logistics-centre",
		roles: [...READERS, "supplier"],
		repeatable: true,
		params: { ...paging, product: asked.product },
		returns: pageOf(StockLevel),
		cache: { ttl: 10, keys: [...caller, "limit", "cursor", "product"] },
	}),
	get: action({
		summary: "The stock of a product, at each location; what was never stocked has none",
		rest: "GET /stock/:product_id",
		roles: [...READERS, "supplier"],
		key: "product_id",
		repeatable: true,
		params: { product_id: Id, location: asked.location },
		returns: Type.Object({
			product_id: Id,
			quantity: Type.Integer({ minimum: 0 }),
			reserved: Type.Integer({ minimum: 0 }),
			levels: Type.Array(StockLevel),
		}),
		cache: { ttl: 10, keys: [...caller, "product_id", "location"] },
		refusals: [locationNotFound, productNotFound],
	}),
	availability: action({
		summary: "How many units of a product are free to sell, at each shop",
		rest: "GET /products/:product_id/availability",
		roles: ["guest"],
		key: "product_id",
		repeatable: true,
		params: { product_id: Id },
		returns: Type.Object({
			product_id: Id,
			available: Type.Integer({ minimum: 0 }),
			locations: Type.Array(
				Type.Object({ location_id: Id, available: Type.Integer({ minimum: 0 }) }),
			),
		}),
		cache: { ttl: 10 },
	}),
	movements: action({
		summary: "The ledger of a product, the latest movement first",
		rest: "GET /stock/:product_id/movements",
		roles: [...READERS, "supplier"],
		key: "product_id",
		repeatable: true,
		params: { ...paging, product_id: Id, location: asked.location },
		returns: pageOf(Movement),
		refusals: [locationNotFound, productNotFound],
	}),
	alerts: action({
		summary: "Alerts, the latest first; without a status, those that are not resolved",
		rest: "GET /stock/alerts",
		roles: READERS,
		repeatable: true,
		params: {
			...paging,
			...asked,
			kind: Type.Optional(AlertKind),
			status: Type.Optional(AlertStatus),
		},
		returns: pageOf(Alert),
		refusals: [locationNotFound],
	}),

	setLevel: action({
		summary: "Set what is free to sell at a location, with a reason",
		rest: "PUT /stock/:product_id",
		roles: WRITERS,
		versioned: true,
		key: "product_id",
		params: { product_id: Id, location: Place, quantity: Count, reason: Reason },
		returns: StockLevel,
		limit: "write",
		refusals: shelfRefusals,
	}),
	setLimits: action({
		summary: "Set the limits at a location: minimum, maximum, quantity to order again",
		rest: "PUT /stock/:product_id/limits",
		roles: ["store_manager", "logistics", "head_office"],
		versioned: true,
		key: "product_id",
		params: {
			product_id: Id,
			location: Place,
			...limits,
			reorder_qty: Type.Optional(Count),
		},
		returns: StockLevel,
		refusals: shelfRefusals,
	}),
	adjust: action({
		summary: "Add units to a shelf, or take some away, with a reason",
		rest: "POST /stock/adjustments",
		roles: WRITERS,
		idempotency: "required",
		status: 201,
		limit: "write",
		key: "product_id",
		params: {
			location: Place,
			product_id: Id,
			delta: Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }),
			type: Type.Optional(Type.Enum(["adjustment", "receipt", "damage", "loss"])),
			reason: Reason,
		},
		returns: StockLevel,
		refusals: [outOfStock, locationNotFound, unknownLocation, unknownProduct],
	}),
	acknowledgeAlert: action({
		summary: "Say that someone takes care of an alert",
		rest: "POST /stock/alerts/:id/ack",
		roles: ["store_manager", "logistics"],
		key: "id",
		params: { id: Id },
		returns: Alert,
		refusals: [alertNotFound, wrongState],
	}),
	reconcile: action({
		summary: "Compare levels with the ledger, and holds with their owners",
		rest: "POST /stock/reconcile",
		roles: ["admin"],
		limit: "report",
		bulkhead: { enabled: true, concurrency: 1, maxQueueSize: 2 },
		params: {},
		returns: Type.Object({
			checked: Type.Integer({ minimum: 0 }),
			drift: Type.Integer({ minimum: 0 }),
			differences: Type.Array(Drift),
			ownerless: Type.Array(Id, { description: "owners that have ended without their hold" }),
		}),
		timeout: 60_000,
	}),

	check: action({
		summary: "Refuse now what could not be reserved anyway",
		repeatable: true,
		params: { lines: Lines },
		refusals: [outOfStock],
	}),
	reserve: action({
		summary: "Hold units for an owner, all lines or none",
		key: "owner_id",
		params: { ...owner, lines: Lines },
		refusals: [outOfStock, holdUsed],
	}),
	release: action({
		summary: "Give back what an owner holds",
		key: "owner_id",
		params: { owner_id: Id },
	}),
	restore: action({
		summary: "Give back what was sold to the owner of a cancelled order, or still held for it",
		key: "owner_id",
		params: { owner_id: Id },
	}),
	expire: action({
		summary: "Give back what was held for too long, as of an instant",
		params: { at: Instant },
		returns: Type.Object({ expired: Type.Integer({ minimum: 0 }) }),
	}),

	reserved: event({ ...Hold.properties, mode }, { about: "hold:{owner_id}" }),
	reservation_refused: event(
		{ ...Hold.properties, mode, ...shelf, available: Count, wanted: Count },
		{ about: "hold:{owner_id}" },
	),
	released: event({ ...Hold.properties, mode }, { about: "hold:{owner_id}" }),
	committed: event({ ...Hold.properties, mode }, { about: "hold:{owner_id}" }),
	expired: event({ ...Hold.properties, mode }, { about: "hold:{owner_id}" }),

	decreased: event(moved(), { about: "stock:{location_id}:{product_id}" }),
	increased: event(moved(), { about: "stock:{location_id}:{product_id}" }),
	/** `quantity` is the change of what is free to sell: only `restock` of a claim changes it. */
	adjusted: event(
		{
			...shelf,
			quantity: Type.Integer(),
			reason: Type.String(),
			actor_id: Type.String(),
			claim_id: Type.Optional(Id),
			disposition: Type.Optional(Disposition),
		},
		{ about: "stock:{location_id}:{product_id}" },
	),
	return_refused: event(
		{
			...shelf,
			quantity: Type.Integer(),
			reason: Type.String(),
			claim_id: Id,
			refund_id: Id,
			disposition: Disposition,
		},
		{ about: "stock:{location_id}:{product_id}" },
	),
	alert_raised: event(crossed(), { about: "stock:{location_id}:{product_id}" }),
	alert_resolved: event(crossed(), { about: "stock:{location_id}:{product_id}" }),
	limits_changed: event({ ...shelf, ...limits }, { about: "stock:{location_id}:{product_id}" }),
});

/** `delta` is of what is free to sell, `reserved_delta` of what is held; both are as in the ledger. */
function moved() {
	return {
		...shelf,
		delta: Type.Integer(),
		reserved_delta: Type.Integer(),
		type: MovementType,
		ref_type: Type.String(),
		ref_id: Type.String(),
		on_hand: Count,
		reserved: Count,
	};
}

function crossed() {
	return { ...shelf, kind: AlertKind, level: Count, threshold: Count };
}

import Type, { type Static, type TProperties } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Instant, Place, Text } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";
import { locationNotFound } from "../stores/stores.contract.ts";

export const projectionNotFound = refusal("PROJECTION_NOT_FOUND", 404, {
	fr: "Projection {name} introuvable",
	en: "Projection {name} not found",
});
export const dashboardNotFound = refusal("DASHBOARD_NOT_FOUND", 404, {
	fr: "Tableau de bord {id} introuvable",
	en: "Dashboard {id} not found",
});
export const badPeriod = refusal("PERIOD_INVALID", 422, {
	fr: "La période va du {from} au {to} : elle doit avancer, et compter {days_max} jours au plus",
	en: "The period goes from {from} to {to}: it must go forward, for {days_max} days at most",
});

const Count = Type.Integer({ minimum: 0 });
/** Cents that may be owed as well as due. */
const Balance = Type.Integer();
const Day = Type.String({ format: "date" });
const Name = Type.Optional(Type.String());

/** LIVE follows the events, REBUILDING does while its successor is made, STALE is a minute behind. */
export const ProjectionState = Type.Enum(["LIVE", "REBUILDING", "STALE"]);
export type ProjectionState = Static<typeof ProjectionState>;

/** How old an answer is: everything up to `as_of` is in it. */
const freshness = { as_of: Instant, lag_events: Count, lag_seconds: Count };
export const Freshness = Type.Object(freshness);
export type Freshness = Static<typeof Freshness>;

export const Projection = Type.Object({
	name: Type.String(),
	position: Count,
	state: ProjectionState,
	lag_events: Count,
	lag_seconds: Count,
	/** Of a rebuild: 0 to 1. */
	progress: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
});
export type Projection = Static<typeof Projection>;

/** What was sold, what came back, and the taxes of both. `net_cents` is before taxes. */
const sums = {
	orders: Count,
	cancelled: Count,
	units: Count,
	returned: Count,
	gross_cents: Balance,
	refund_cents: Balance,
	net_cents: Balance,
	gst_cents: Balance,
	qst_cents: Balance,
};
export const Sums = Type.Object(sums);
export type Sums = Static<typeof Sums>;

const place = { location_id: Id, location_name: Name };
const thing = { product_id: Id, product_name: Name };

const reads = ["store_manager", "logistics", "head_office", "auditor", "admin"] as const;
const ROWS_MAX = 5_000; // a report is a file for a spreadsheet, not a page of a screen
const rows = {
	limit: Type.Optional(Type.Integer({ minimum: 1, maximum: ROWS_MAX })),
	cursor: Type.Optional(Type.String({ maxLength: 400 })),
};
const store = { store: Type.Optional(Place) };
const period = { from: Type.Optional(Day), to: Type.Optional(Day), ...store };
const said = { from: Day, to: Day };
/** Reports read much: a few at once, so that the projections go on. */
const bulkhead = { enabled: true, concurrency: 8, maxQueueSize: 64 } as const;
const reported = {
	roles: reads,
	limit: "report",
	csv: "items",
	repeatable: true,
	bulkhead,
} as const;
const refusals = [badPeriod, locationNotFound];

/** A list with how fresh it is, and what else its report says. */
const list = <I extends TProperties, R extends TProperties>(item: I, rest: R) =>
	Type.Object({
		...rest,
		items: Type.Array(Type.Object(item)),
		next_cursor: Type.Optional(Type.String()),
		...freshness,
	});

const Titled = { id: Id, fr: Type.String(), en: Type.String() };
const about = "projection:{projection}" as const;

export const reporting = contract("reporting", {
	sales: action({
		summary: "Sales by store, day or product: what was sold, what came back, net",
		rest: "GET /reports/sales",
		...reported,
		params: {
			...period,
			...rows,
			channel: Type.Optional(Type.Enum(["online", "store"])),
			by: Type.Optional(Type.Enum(["store", "day", "product"])),
		},
		returns: list(
			{
				business_date: Type.Optional(Day),
				location_id: Type.Optional(Id),
				location_name: Name,
				channel: Type.Optional(Type.String()),
				product_id: Type.Optional(Id),
				product_name: Name,
				...sums,
			},
			{ ...said, by: Type.String(), totals: Sums },
		),
		refusals,
	}),
	inventory: action({
		summary: "What each location holds of each product, its limits and alerts",
		rest: "GET /reports/inventory",
		...reported,
		params: { ...store, ...rows, product: Type.Optional(Id) },
		returns: list(
			{
				...place,
				...thing,
				on_hand: Count,
				reserved: Count,
				total: Count,
				min_qty: Type.Optional(Count),
				max_qty: Type.Optional(Count),
				reorder_qty: Type.Optional(Count),
				alert: Type.Optional(Type.String()),
				moved_at: Type.Optional(Instant),
			},
			{},
		),
		refusals,
	}),
	performance: action({
		summary: "How each store does: sales, the last two weeks, shelves that are out or too full",
		rest: "GET /reports/performance",
		...reported,
		params: period,
		returns: list(
			{
				...place,
				...sums,
				average_order_cents: Balance,
				this_week_cents: Balance,
				last_week_cents: Balance,
				out_of_stock: Count,
				low_stock: Count,
				overstock: Count,
			},
			{
				...said,
				weeks: Type.Array(Type.Object({ week: Day, ...place, ...sums })),
				alerts: Type.Array(
					Type.Object({ ...place, ...thing, kind: Type.String(), level: Count, since: Instant }),
				),
			},
		),
		refusals,
	}),
	consolidated: action({
		summary: "The whole chain, and the stores that it is the sum of",
		rest: "GET /reports/consolidated",
		...reported,
		params: period,
		returns: list({ ...place, ...sums }, { ...said, totals: Sums }),
		refusals,
	}),
	taxes: action({
		summary: "GST and QST by period: collected, credited, net",
		rest: "GET /reports/taxes",
		...reported,
		params: { ...period, by: Type.Optional(Type.Enum(["day", "month"])) },
		returns: list({ period: Type.String(), ...taxed() }, { ...said, totals: Type.Object(taxed()) }),
		refusals,
	}),
	trends: action({
		summary: "Sales by week, and by how much each differs from the week before",
		rest: "GET /analytics/trends",
		...reported,
		params: period,
		returns: list({ week: Day, ...sums, change_cents: Type.Optional(Balance) }, said),
		refusals,
	}),
	forecast: action({
		summary: "What the days to come are likely to sell: mean, least and most seen",
		rest: "GET /analytics/forecast",
		...reported,
		params: {
			...store,
			product: Type.Optional(Id),
			days: Type.Optional(Type.Integer({ minimum: 1, maximum: 28 })),
		},
		returns: list(
			{
				business_date: Day,
				/** How many past weeks it is made of. */
				weeks: Count,
				mean_units: Type.Number(),
				low_units: Balance,
				high_units: Balance,
				mean_cents: Balance,
				low_cents: Balance,
				high_cents: Balance,
			},
			{ method: Type.Object({ fr: Type.String(), en: Type.String() }) },
		),
		refusals,
	}),
	kpis: action({
		summary: "The figures that a chain is run by",
		rest: "GET /analytics/kpis",
		roles: reads,
		limit: "report",
		repeatable: true,
		params: store,
		returns: Type.Object({
			total_orders_created: Count,
			total_orders_confirmed: Count,
			total_orders_cancelled: Count,
			total_products_sold: Count,
			total_products_returned: Count,
			/** Cents, taxes included, of what was confirmed. */
			average_order_value: Count,
			net_cents: Balance,
			today: Type.Object({ business_date: Day, ...sums }),
			low_stock_alerts: Type.Array(Type.Object({ location_id: Id, alerts: Count })),
			...freshness,
		}),
		refusals: [locationNotFound],
	}),
	dashboards: action({
		summary: "The dashboards that there are",
		rest: "GET /dashboards",
		roles: reads,
		repeatable: true,
		params: {},
		returns: Type.Object({ items: Type.Array(Type.Object(Titled)) }),
	}),
	dashboard: action({
		summary: "A dashboard: its figures and its lists",
		rest: "GET /dashboards/:id",
		roles: reads,
		limit: "report",
		repeatable: true,
		params: { id: Id, ...store },
		returns: Type.Object({
			...Titled,
			figures: Type.Array(
				Type.Object({ ...Titled, unit: Type.Enum(["count", "cents", "seconds"]), value: Balance }),
			),
			lists: Type.Array(
				Type.Object({
					...Titled,
					items: Type.Array(Type.Record(Type.String(), Type.Unknown())),
				}),
			),
			...freshness,
		}),
		refusals: [dashboardNotFound, locationNotFound],
	}),

	orders: action({
		summary: "Orders and what became of them, the latest first: a customer's own, or all",
		rest: "GET /reports/orders",
		...reported,
		roles: ["customer", "logistics", "head_office", "auditor", "admin"],
		params: { ...rows, customer_id: Type.Optional(Id) },
		returns: list(
			{
				order_id: Id,
				customer_id: Id,
				status: Type.String(),
				channel: Type.String(),
				units: Count,
				total_cents: Count,
				placed_at: Instant,
				updated_at: Instant,
			},
			{},
		),
	}),
	customers: action({
		summary: "What customers do: carts, orders, claims, what they spent; the latest active first",
		rest: "GET /reports/customers",
		...reported,
		roles: ["head_office", "auditor", "admin"],
		params: { ...rows, customer_id: Type.Optional(Id) },
		returns: list(
			{
				customer_id: Id,
				carts: Count,
				orders: Count,
				confirmed: Count,
				cancelled: Count,
				claims: Count,
				spent_cents: Balance,
				last_at: Instant,
			},
			{},
		),
	}),
	carts: action({
		summary: "Carts and how they ended, the latest touched first",
		rest: "GET /reports/carts",
		...reported,
		roles: ["head_office", "auditor", "admin"],
		params: { ...rows, status: Type.Optional(Text(20)) },
		returns: list(
			{
				cart_id: Id,
				customer_id: Type.Optional(Id),
				location_id: Type.Optional(Id),
				status: Type.String(),
				added: Count,
				removed: Count,
				total_cents: Count,
				updated_at: Instant,
			},
			{},
		),
	}),
	claims: action({
		summary: "Claims and where they stand, the latest moved first",
		rest: "GET /reports/claims",
		...reported,
		roles: ["head_office", "auditor", "admin"],
		params: { ...rows, status: Type.Optional(Text(20)) },
		returns: list(
			{
				claim_id: Id,
				customer_id: Id,
				product_id: Id,
				claim_type: Type.Optional(Type.String()),
				status: Type.String(),
				amount_cents: Type.Optional(Count),
				submitted_at: Type.Optional(Instant),
				updated_at: Instant,
			},
			{},
		),
	}),

	projections: action({
		summary: "How far each projection is, and what it is doing",
		rest: "GET /reports/projections",
		roles: ["head_office", "auditor", "admin"],
		repeatable: true,
		params: {},
		returns: Type.Object({ items: Type.Array(Projection) }),
	}),
	rebuild: action({
		summary: "Make a projection again from the first event, while it goes on answering",
		rest: "POST /reports/projections/:projection/rebuild",
		roles: ["admin"],
		status: 202,
		params: { projection: Text(40) },
		returns: Projection,
		refusals: [projectionNotFound],
	}),

	rebuilt: event({ projection: Type.String(), position: Count }, { about }),
	/** Told once, when a projection falls a minute behind. */
	lagged: event({ projection: Type.String(), position: Count, lag_seconds: Count }, { about }),
});

function taxed() {
	return {
		gst_collected_cents: Balance,
		gst_credited_cents: Balance,
		gst_net_cents: Balance,
		qst_collected_cents: Balance,
		qst_credited_cents: Balance,
		qst_net_cents: Balance,
	};
}

import { type AlertCount, lowAlerts } from "./kpis.ts";
import type { Sums } from "./reporting.contract.ts";
import type { Amounts } from "./sale.ts";
import { type Labels, labelsOf, perOrder } from "./sums.ts";

/** `of` are the projections that it shows. */
export const TITLES_OF = [
	{
		id: "business",
		fr: "Affaires",
		en: "Business",
		of: ["sales", "stock", "customers", "claims", "names"],
	},
	{ id: "stock", fr: "Stocks", en: "Stock", of: ["stock", "names"] },
	{ id: "operations", fr: "Opérations", en: "Operations", of: ["sagas", "claims"] },
] as const;
type Title = (typeof TITLES_OF)[number];

type Item = Readonly<Record<string, unknown>>;
type Alert = Pick<Labels, "location_id" | "product_id" | "location_name" | "product_name">;
export interface Seen {
	readonly today: Sums;
	readonly week: Sums;
	readonly ever: Amounts;
	readonly stores: readonly Item[];
	readonly best: readonly Item[];
	readonly alerts: readonly AlertCount[];
	readonly open: readonly (Alert & { kind: string; level: number; raised_at: number })[];
	readonly customers: readonly Item[];
	readonly claims: readonly { status: string; claims: number }[];
	readonly sagas: readonly {
		name: string;
		started: number;
		turned: number;
		blocked: number;
		completed: number;
		compensated: number;
		duration_ms: number;
	}[];
}

const OVER = ["CLOSED", "REJECTED", "COMPENSATED"]; // claims that nobody waits for

const figure = (
	id: string,
	[fr, en]: readonly [string, string],
	value: number,
	unit = "count",
) => ({
	...{ id, fr, en, value },
	unit: unit as "count" | "cents" | "seconds",
});
const list = (id: string, [fr, en]: readonly [string, string], items: readonly object[]) => ({
	...{ id, fr, en },
	items: items.map((one) => ({ ...one })),
});

export function dashboardOf({ id, fr, en }: Title, seen: Seen) {
	return { id, fr, en, ...SHOWN[id](seen) };
}

const SHOWN = { business, stock, operations } satisfies Record<Title["id"], (seen: Seen) => object>;

function business({ today, week, ever, stores, best, customers, claims, alerts }: Seen) {
	const paid = ever.gross_cents + ever.gst_cents + ever.qst_cents;
	const waiting = claims.filter(({ status }) => !OVER.includes(status));
	const low = lowAlerts(alerts);
	return {
		figures: [
			figure("net_today", ["Ventes du jour", "Sales today"], today.net_cents, "cents"),
			figure("orders_today", ["Commandes du jour", "Orders today"], today.orders),
			figure("net_week", ["Ventes de la semaine", "Sales this week"], week.net_cents, "cents"),
			figure("orders_created", ["Commandes passées", "Orders placed"], ever.created),
			figure(
				"average_order",
				["Panier moyen", "Average order"],
				perOrder(paid, ever.orders),
				"cents",
			),
			figure("claims_open", ["Réclamations en cours", "Open claims"], total(waiting, "claims")),
			figure("low_stock", ["Alertes de stock", "Stock alerts"], total(low, "alerts")),
		],
		lists: [
			list("stores", ["Ventes par magasin, 30 jours", "Sales by store, 30 days"], stores),
			list("best", ["Meilleures ventes, 30 jours", "Best sellers, 30 days"], best),
			list("customers", ["Activité des clients", "Customer activity"], customers),
		],
	};
}

function stock({ alerts, open }: Seen) {
	const kind = (name: string) => alerts.filter((one) => one.kind === name);
	return {
		figures: [
			figure("out", ["Ruptures", "Out of stock"], total(kind("out"), "alerts")),
			figure("low", ["Stocks bas", "Low stock"], total(kind("low"), "alerts")),
			figure("over", ["Surstocks", "Overstock"], total(kind("over"), "alerts")),
		],
		lists: [
			list(
				"alerts",
				["Alertes ouvertes", "Open alerts"],
				open.map((one) => ({ ...labelsOf(one), kind: one.kind, level: one.level })),
			),
		],
	};
}

function operations({ sagas, claims }: Seen) {
	const ended = total(sagas, "completed") + total(sagas, "compensated");
	const seconds = ended === 0 ? 0 : Math.round(total(sagas, "duration_ms") / ended / 1_000);
	return {
		figures: [
			figure("completed", ["Sagas menées à bien", "Sagas completed"], total(sagas, "completed")),
			figure("compensated", ["Sagas défaites", "Sagas undone"], total(sagas, "compensated")),
			figure("blocked", ["Sagas bloquées", "Sagas blocked"], total(sagas, "blocked")),
			figure("duration", ["Durée moyenne", "Mean duration"], seconds, "seconds"),
		],
		lists: [
			list("sagas", ["Sagas, 30 jours", "Sagas, 30 days"], sagas),
			list("claims", ["Réclamations par état", "Claims by state"], claims),
		],
	};
}

const total = <Name extends string>(rows: readonly { [K in Name]: number }[], name: Name) =>
	rows.reduce((sum, row) => sum + row[name], 0);

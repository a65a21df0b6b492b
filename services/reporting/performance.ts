import type { Period } from "./period.ts";
import { type Amounts, dayAfter, weekOf } from "./sale.ts";
import { type Labels, labelsOf, NOTHING, perOrder, shown } from "./sums.ts";

const WEEKS = 8; // of the trend that a performance report shows, this week included

type Place = Pick<Labels, "location_id" | "location_name">;
type Thing = Pick<Labels, "product_id" | "product_name">;
interface Seen {
	readonly stores: readonly (Amounts & Place)[];
	readonly weeks: readonly (Amounts & Place & { readonly week: string })[];
	readonly counts: readonly { location_id: string; kind: string; alerts: number }[];
	readonly alerts: readonly (Place & Thing & { kind: string; level: number; raised_at: number })[];
	readonly today: string;
}

/** The weeks that trends of today are made of. */
export const weeksUpTo = (today: string): Period => ({
	from: dayAfter(weekOf(today), -7 * (WEEKS - 1)),
	to: today,
});

/** Each store that sold something or has a shelf in need: what it sells, and how its shelves are. */
export function performanceOf({ stores, weeks, counts, alerts, today }: Seen) {
	const [thisWeek, lastWeek] = [weekOf(today), dayAfter(weekOf(today), -7)];
	const places = new Map<string, Place>();
	for (const { location_id, location_name } of [...stores, ...weeks, ...alerts])
		places.set(location_id, { location_id, ...(location_name && { location_name }) });
	const items = [...places.values()].map((place) => {
		const { location_id } = place;
		const isHere = (one: Pick<Place, "location_id">) => one.location_id === location_id;
		const sold = stores.find(isHere);
		const sums = sold ? shown(sold) : { ...labelsOf(place), ...NOTHING };
		const inWeek = (week: string) => {
			const found = weeks.find((one) => isHere(one) && one.week === week);
			return found ? shown(found).net_cents : 0;
		};
		const open = (kind: string) =>
			counts.find((one) => isHere(one) && one.kind === kind)?.alerts ?? 0;
		return {
			...labelsOf(place),
			...sums,
			average_order_cents: perOrder(sums.net_cents, sums.orders),
			this_week_cents: inWeek(thisWeek),
			last_week_cents: inWeek(lastWeek),
			out_of_stock: open("out"),
			low_stock: open("low"),
			overstock: open("over"),
		};
	});
	return {
		items: items.sort((a, b) => (a.location_id < b.location_id ? -1 : 1)),
		weeks: weeks.map(shown),
		alerts: alerts.map((alert) => ({
			...labelsOf(alert),
			kind: alert.kind,
			level: alert.level,
			since: new Date(alert.raised_at).toISOString(),
		})),
	};
}

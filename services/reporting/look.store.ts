import type { Reader } from "../../mixins/database.mixin.ts";
import * as books from "./books.store.ts";
import type { Seen } from "./dashboard.ts";
import { pageOfCustomers } from "./lists.store.ts";
import { dayAfter, weekOf } from "./sale.ts";
import { countAlerts, openAlerts } from "./shelves.store.ts";
import { shown, sumsOf } from "./sums.ts";

const TOP = 10;
const DAYS = 30;

/** All that dashboards show, of one place or of the chain; what customers and sagas do has no place. */
export async function look(db: Reader, today: string, location_id?: string): Promise<Seen> {
	const from = dayAfter(today, 1 - DAYS);
	const month = { from, to: today, location_id };
	const best = await books.byProduct(db, month, { limit: TOP });
	return {
		today: sumsOf(await books.sumOf(db, { from: today, to: today, location_id })),
		week: sumsOf(await books.sumOf(db, { from: weekOf(today), to: today, location_id })),
		ever: await books.totalsOf(db, location_id),
		stores: (await books.byStore(db, month)).items.map(shown),
		best: best.items.map(shown),
		alerts: await countAlerts(db, location_id),
		open: await openAlerts(db, location_id),
		customers: location_id ? [] : (await pageOfCustomers(db, { limit: TOP })).items,
		claims: location_id ? [] : await claimsByStatus(db),
		sagas: location_id ? [] : await sagasSince(db, from),
	};
}

const claimsByStatus = (db: Reader) =>
	db.query<{ status: string; claims: number }>(
		"select status, count(*) as claims from rm_claim where status > '' group by status order by status",
	);

const sagasSince = (db: Reader, from: string) =>
	db.query<Seen["sagas"][number]>(
		`select name, sum(started) as started, sum(turned) as turned, sum(blocked) as blocked,
			sum(completed) as completed, sum(compensated) as compensated, sum(duration_ms) as duration_ms
		from rm_saga_stats where business_date >= $from group by name order by name`,
		{ from },
	);

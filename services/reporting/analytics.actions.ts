import { page } from "../../lib/service.ts";
import * as books from "./books.store.ts";
import { dashboardOf, TITLES_OF } from "./dashboard.ts";
import { soldByDay } from "./forecast.store.ts";
import { forecast, METHOD, WEEKS } from "./forecast.ts";
import { kpisOf, trendOf } from "./kpis.ts";
import { look } from "./look.store.ts";
import { asked, freshness, type Mixins, placeOf, today } from "./question.actions.ts";
import { dashboardNotFound, type reporting } from "./reporting.contract.ts";
import { dayAfter, weekOf } from "./sale.ts";
import { countAlerts } from "./shelves.store.ts";
import { shown } from "./sums.ts";

const DAYS = 7;

export const analyticsActions = page<typeof reporting, Mixins>()({
	async trends(ctx) {
		const fresh = await freshness(this, "sales");
		const { from, to, location_id } = await asked(this, ctx);
		const whole = { from: weekOf(from), to, location_id };
		const weeks = await this.db.read((db) => books.byWeek(db, whole));
		return { from, to, items: trendOf(weeks.map(shown)), ...fresh };
	},
	async forecast(ctx) {
		const { product: product_id, days = DAYS } = ctx.params;
		const fresh = await freshness(this, "sales");
		const location_id = await placeOf(this, ctx);
		const from = dayAfter(today(), -7 * WEEKS);
		const past = { from, to: dayAfter(today(), -1), location_id, product_id };
		const sold = await this.db.read((db) => soldByDay(db, past));
		const items = forecast(sold.days, sold.first, today(), days);
		return { method: METHOD, items, ...fresh };
	},
	async kpis(ctx) {
		const fresh = await freshness(this, "sales", "stock");
		const location_id = await placeOf(this, ctx);
		const day = today();
		return this.db.read(async (db) => {
			const ever = await books.totalsOf(db, location_id);
			const now = await books.sumOf(db, { from: day, to: day, location_id });
			const alerts = await countAlerts(db, location_id);
			return { ...kpisOf({ ever, now, day, alerts }), ...fresh };
		});
	},
	async dashboards() {
		return { items: TITLES_OF.map(({ id, fr, en }) => ({ id, fr, en })) };
	},
	async dashboard(ctx) {
		const { id } = ctx.params;
		const title = TITLES_OF.find((one) => one.id === id);
		if (!title) throw dashboardNotFound({ id });
		const fresh = await freshness(this, ...title.of);
		const location_id = await placeOf(this, ctx);
		const seen = await this.db.read((db) => look(db, today(), location_id));
		return { ...dashboardOf(title, seen), ...fresh };
	},
});

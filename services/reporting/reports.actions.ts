import { page } from "../../lib/service.ts";
import * as books from "./books.store.ts";
import { performanceOf, weeksUpTo } from "./performance.ts";
import { asked, freshness, type Mixins, placeOf, today } from "./question.actions.ts";
import type { reporting } from "./reporting.contract.ts";
import type { Amounts } from "./sale.ts";
import { countAlerts, openAlerts, pageOfShelves } from "./shelves.store.ts";
import { addUp, type Labels, shown, sumsOf, taxesOf } from "./sums.ts";
import * as taxes from "./taxes.store.ts";

const PAGES = { store: books.byStore, day: books.byDay, product: books.byProduct } as const;

export const reportActions = page<typeof reporting, Mixins>()({
	async sales(ctx) {
		const { by = "store", channel, limit, cursor } = ctx.params;
		const fresh = await freshness(this, "sales", "names");
		const { from, to, location_id } = await asked(this, ctx);
		const within = { from, to, location_id, channel };
		return this.db.read(async (db) => {
			const totals = sumsOf(await books.sumOf(db, within));
			const found = await PAGES[by](db, within, { limit, cursor });
			const rows: readonly (Amounts & Partial<Labels>)[] = found.items;
			return { from, to, by, totals, ...found, items: rows.map(shown), ...fresh };
		});
	},
	async inventory(ctx) {
		const { product: product_id, limit, cursor } = ctx.params;
		const fresh = await freshness(this, "stock", "names");
		const location_id = await placeOf(this, ctx);
		const found = await this.db.read((db) =>
			pageOfShelves(db, { location_id, product_id }, { limit, cursor }),
		);
		return { ...found, ...fresh };
	},
	async performance(ctx) {
		const fresh = await freshness(this, "sales", "stock", "names");
		const within = await asked(this, ctx);
		const { from, to, location_id } = within;
		return this.db.read(async (db) => {
			const { items: stores } = await books.byStore(db, within);
			const weeks = await books.byWeekAndStore(db, { ...weeksUpTo(today()), location_id });
			const counts = await countAlerts(db, location_id);
			const alerts = await openAlerts(db, location_id);
			return {
				from,
				to,
				...performanceOf({ stores, weeks, counts, alerts, today: today() }),
				...fresh,
			};
		});
	},
	async consolidated(ctx) {
		const fresh = await freshness(this, "sales", "names");
		const within = await asked(this, ctx);
		const { from, to } = within;
		const stores = await this.db.read((db) => books.byStore(db, within));
		const items = stores.items.map(shown);
		return { from, to, totals: addUp(items), items, ...fresh };
	},
	async taxes(ctx) {
		const { by = "month" } = ctx.params;
		const fresh = await freshness(this, "sales");
		const within = await asked(this, ctx);
		const { from, to } = within;
		return this.db.read(async (db) => {
			const totals = taxesOf(await taxes.taxesIn(db, within));
			const rows = await taxes.taxesBy(db, within, by);
			const items = rows.map(({ period, ...sums }) => ({ period, ...taxesOf(sums) }));
			return { from, to, totals, items, ...fresh };
		});
	},
});

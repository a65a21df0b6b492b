import { page } from "../../lib/service.ts";
import { malformed } from "../../lib/validator.ts";
import type { Database, database } from "../../mixins/database.mixin.ts";
import { aggregateNotFound, type audit } from "./audit.contract.ts";
import { after, ends } from "./event.store.ts";
import { fed, logged, shown } from "./event.ts";
import { momentOf, search } from "./search.store.ts";
import { folded, UNKNOWN } from "./state.ts";

const FEED_MAX = 500;
const FOLD = 200; // events of one thing, held in memory together

/** What is asked of the event store. Nothing here changes it. */
export const readingActions = page<typeof audit, [typeof database]>()({
	async feed(ctx) {
		const { after: position, limit = FEED_MAX } = ctx.params;
		const rows = await this.db.read((db) => after(db, position, limit));
		const { position: head } = await this.db.read(ends); // read last: never behind an item
		return { items: rows.map(fed), head };
	},

	async logs(ctx) {
		const { who, role, action, type, entity, entity_id, diff, ...asked } = ctx.params;
		if (entity_id && !entity)
			throw malformed([{ field: "entity", message: "goes with entity_id", keyword: "required" }]);
		const { items, ...rest } = await this.db.read((db) =>
			search(db, {
				...asked,
				actor_role: role,
				type: action ?? type,
				...(entity_id ? { key: `${entity}:${entity_id}` } : { entity }),
				isPerson: who !== "all" && asked.correlation_id === undefined,
				order: "desc",
				withBefore: diff,
			}),
		);
		return { ...rest, items: items.map(logged) };
	},

	async events(ctx) {
		const { aggregate, ...asked } = ctx.params;
		const about = aggregate?.includes(":") ? { key: aggregate } : { entity: aggregate };
		const { items, ...rest } = await this.db.read((db) =>
			search(db, { ...asked, ...about, order: "asc" }),
		);
		return { ...rest, items: items.map(shown) };
	},

	async aggregate(ctx) {
		const { type, id, limit, cursor } = ctx.params;
		const key = `${type}:${id}`;
		const { items, ...rest } = await this.db.read((db) =>
			search(db, { key, limit, cursor, order: "asc" }),
		);
		if (items.length === 0 && cursor === undefined) throw aggregateNotFound({ key });
		return { ...rest, items: items.map(shown) };
	},

	async state(ctx) {
		const { type, id, at = new Date().toISOString() } = ctx.params;
		const key = `${type}:${id}`;
		const known = await stateAt(this.db, key, momentOf("at", at));
		if (known.version === 0) throw aggregateNotFound({ key });
		return { key, at, ...known };
	},
});

/** Page by page, so that a long history needs no more memory than a short one. */
async function stateAt(db: Database, key: string, at: number) {
	let known = UNKNOWN;
	let cursor: string | undefined;
	do {
		const page = await db.read((read) => search(read, { key, cursor, limit: FOLD, order: "asc" }));
		known = folded(
			known,
			page.items.filter(({ occurred_at }) => occurred_at <= at),
		);
		cursor = page.next_cursor;
	} while (cursor !== undefined);
	return known;
}

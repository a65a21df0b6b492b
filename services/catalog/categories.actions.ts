import { newId } from "../../lib/ids.ts";
import { page } from "../../lib/service.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import type { catalog } from "./catalog.contract.ts";
import * as categories from "./categories.store.ts";
import { expected, tell } from "./told.actions.ts";

export const categoryActions = page<typeof catalog, [typeof database, typeof outbox]>()({
	listCategories(ctx) {
		return this.db.read((db) => categories.listCategories(db, ctx.params));
	},

	createCategory(ctx) {
		return tell(this, (tx) => categories.addCategory(tx, newId("cat"), ctx.params));
	},

	updateCategory(ctx) {
		return tell(this, (tx) => categories.changeCategory(tx, ctx.params, expected(ctx)));
	},

	removeCategory(ctx) {
		return tell(this, (tx) => categories.removeCategory(tx, ctx.params.id, expected(ctx)));
	},
});

import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import type { catalog } from "./catalog.contract.ts";
import * as suppliers from "./suppliers.store.ts";
import { expected, tell } from "./told.actions.ts";

/** Lists suppliers for these actions. */
export const supplierPages = crud(suppliers.suppliers);

export const supplierActions = page<
	typeof catalog,
	[typeof database, typeof outbox, typeof supplierPages]
>()({
	listSuppliers(ctx) {
		return this.page(ctx.params);
	},

	createSupplier(ctx) {
		return tell(this, (tx) => suppliers.addSupplier(tx, newId("sup"), ctx.params));
	},

	updateSupplier(ctx) {
		return tell(this, (tx) => suppliers.changeSupplier(tx, ctx.params, expected(ctx)));
	},

	listSupplies(ctx) {
		const { role, supplier_id = "" } = scopeOf(ctx);
		const own = role === "supplier" ? { supplier_id } : {};
		return this.db.read((db) => suppliers.listSupplies(db, { ...ctx.params, ...own }));
	},

	saveSupply(ctx) {
		return tell(this, (tx) => suppliers.saveSupply(tx, ctx.params));
	},

	async productsOf(ctx) {
		const product_ids = await this.db.read((db) =>
			suppliers.productsOf(db, ctx.params.supplier_id),
		);
		return { product_ids };
	},
});

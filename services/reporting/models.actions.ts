import { isTheirs, ownOf, scopeOf } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import * as lists from "./lists.store.ts";
import { freshness, type Mixins } from "./question.actions.ts";
import { projectionNotFound, type reporting } from "./reporting.contract.ts";

export const modelActions = page<typeof reporting, Mixins>()({
	async orders(ctx) {
		const fresh = await freshness(this, "customers");
		const scope = scopeOf(ctx);
		const { customer_id = ownOf(scope).customer_id } = ctx.params;
		if (customer_id !== undefined && !isTheirs(scope, customer_id)) return { items: [], ...fresh };
		const query = { ...ctx.params, customer_id };
		return { ...(await this.db.read((db) => lists.pageOfOrders(db, query))), ...fresh };
	},
	async customers(ctx) {
		const fresh = await freshness(this, "customers");
		return { ...(await this.db.read((db) => lists.pageOfCustomers(db, ctx.params))), ...fresh };
	},
	async carts(ctx) {
		const fresh = await freshness(this, "carts");
		return { ...(await this.db.read((db) => lists.pageOfCarts(db, ctx.params))), ...fresh };
	},
	async claims(ctx) {
		const fresh = await freshness(this, "claims");
		return { ...(await this.db.read((db) => lists.pageOfClaims(db, ctx.params))), ...fresh };
	},
	async projections() {
		return { items: (await this.projector.progress()).map(({ as_of: _, ...one }) => one) };
	},
	async rebuild(ctx) {
		const { projection: name } = ctx.params;
		await this.projector.rebuild(name);
		const found = (await this.projector.progress()).find((one) => one.name === name);
		if (!found) throw projectionNotFound({ name });
		const { as_of: _, ...begun } = found;
		return begun;
	},
});

import type { Context } from "moleculer";
import * as data from "../../config/demo/catalog.ts";
import type { Fact } from "../../lib/fact.ts";
import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { catalog, type Product, productNotFound } from "./catalog.contract.ts";
import * as store from "./catalog.store.ts";
import { categoryActions } from "./categories.actions.ts";
import * as categories from "./categories.store.ts";
import * as rules from "./product.ts";
import { listProducts } from "./search.store.ts";
import { supplierActions, supplierPages } from "./suppliers.actions.ts";
import * as suppliers from "./suppliers.store.ts";
import { expected, tell } from "./told.actions.ts";

const PRODUITS_MAX = 200;

const loadDemo = demo(async (tx) => {
	const told: Fact[] = [];
	const keep = ([_, ...facts]: store.Told<unknown>) => void told.push(...facts);
	for (const { id, ...category } of data.categories)
		keep(await categories.addCategory(tx, id, category));
	for (const { id, ...supplier } of data.suppliers)
		keep(await suppliers.addSupplier(tx, id, supplier));
	for (const { id, ...product } of data.products)
		keep(await store.addProduct(tx, rules.create(id, product)));
	for (const supply of data.supplies) keep(await suppliers.saveSupply(tx, supply));
	return told;
});

export default service(catalog, {
	mixins: [database, outbox, supplierPages, loadDemo],

	actions: {
		async list(ctx) {
			const { status = "active" } = ctx.params;
			if (!rules.maySee(scopeOf(ctx), { status })) return { items: [] };
			return this.db.read((db) => listProducts(db, ctx.params));
		},

		async get(ctx) {
			const { id } = ctx.params;
			return seen(ctx, id, await this.db.read((db) => store.findProduct(db, id)));
		},

		async byBarcode(ctx) {
			const { code } = ctx.params;
			return seen(ctx, code, await this.db.read((db) => store.findByBarcode(db, code)));
		},

		create(ctx) {
			const product = rules.create(newId("prd"), ctx.params);
			return tell(this, (tx) => store.addProduct(tx, product));
		},

		replace(ctx) {
			const { id, ...said } = ctx.params;
			const rule = (before: Product) => rules.replace(before, said);
			return tell(this, (tx) => store.changeProduct(tx, id, rule, expected(ctx)));
		},

		update(ctx) {
			const { id, ...changes } = ctx.params;
			const rule = (before: Product) => rules.change(before, changes);
			return tell(this, (tx) => store.changeProduct(tx, id, rule, expected(ctx)));
		},

		archive(ctx) {
			const { id } = ctx.params;
			return tell(this, (tx) => store.changeProduct(tx, id, rules.archive, expected(ctx)));
		},

		async quote(ctx) {
			const { lines } = ctx.params;
			const ids = lines.map(({ product_id }) => product_id);
			return { lines: rules.quote(lines, await this.db.read((db) => store.priced(db, ids))) };
		},

		async listProduits(ctx) {
			const query = { limit: PRODUITS_MAX, ...ctx.params };
			return (await this.db.read((db) => listProducts(db, query))).items.map(rules.produitOf);
		},

		async updateProduit(ctx) {
			const { product_id, ...said } = ctx.params;
			const changes = rules.changesOf(product_id, said);
			const rule = (before: Product) => rules.change(before, changes);
			return rules.produitOf(
				await tell(this, (tx) => store.changeProduct(tx, product_id, rule, expected(ctx))),
			);
		},

		...categoryActions,
		...supplierActions,
	},
});

function seen(ctx: Context, id: string, product: Product | undefined): Product {
	if (!product || !rules.maySee(scopeOf(ctx), product)) throw productNotFound({ id });
	return product;
}

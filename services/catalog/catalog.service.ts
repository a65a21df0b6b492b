import type { Context } from "moleculer";
import * as data from "../../config/demo/catalog.ts";
import type { Fact } from "../../lib/fact.ts";
import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { expectVersion } from "../../lib/version.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { type Database, database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { catalog, type Product, productNotFound } from "./catalog.contract.ts";
import * as store from "./catalog.store.ts";
import * as categories from "./categories.store.ts";
import * as rules from "./product.ts";
import { listProducts } from "./search.store.ts";
import * as suppliers from "./suppliers.store.ts";

const PRODUITS_MAX = 200;

const loadDemo = demo(async (tx) => {
	for (const { id, ...category } of data.categories) await categories.addCategory(tx, id, category);
	for (const { id, ...supplier } of data.suppliers) await suppliers.addSupplier(tx, id, supplier);
	for (const { id, ...product } of data.products)
		await store.addProduct(tx, rules.create(id, product));
	for (const supply of data.supplies) await suppliers.saveSupply(tx, supply);
});

export default service(catalog, {
	mixins: [database, outbox, crud(suppliers.suppliers), loadDemo],

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

		async productsOf(ctx) {
			const product_ids = await this.db.read((db) =>
				suppliers.productsOf(db, ctx.params.supplier_id),
			);
			return { product_ids };
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
			const { id, ...said } = ctx.params;
			const changes = rules.changesOf(said);
			const rule = (before: Product) => rules.change(before, changes);
			return rules.produitOf(
				await tell(this, (tx) => store.changeProduct(tx, id, rule, expected(ctx))),
			);
		},

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
	},
});

const expected = (ctx: Context) => (row: { version: number }) => expectVersion(ctx, row);

function seen(ctx: Context, id: string, product: Product | undefined): Product {
	if (!product || !rules.maySee(scopeOf(ctx), product)) throw productNotFound({ id });
	return product;
}

/** One unit of work, with the facts that it has to tell. */
function tell<T>({ db, announce }: Host, work: (tx: Tx) => Promise<store.Told<T>>): Promise<T> {
	return db.write(async (tx) => {
		const [reply, ...facts] = await work(tx);
		for (const fact of facts) await announce(tx, fact);
		return reply;
	});
}
interface Host {
	db: Database;
	announce(tx: Tx, fact: Fact): Promise<void>;
}

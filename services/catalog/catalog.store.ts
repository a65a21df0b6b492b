import Type from "typebox";
import type { Fact } from "../../lib/fact.ts";
import { fold } from "../../lib/fold.ts";
import { gtinOf } from "../../lib/gtin.ts";
import { versionConflict } from "../../lib/version.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { barcodeTaken, Product, productNotFound, skuTaken } from "./catalog.contract.ts";
import { findParent } from "./categories.store.ts";
import { factsOf, type Priced, searchTextOf } from "./product.ts";

const text = Type.String();
const nullable = Type.Optional(Type.Union([text, Type.Null()]));
const columns = Type.Omit(Product, ["currency", "category_ids", "barcodes"]);
const products = table(
	"product",
	Type.Object({ ...columns.properties, brand: nullable, name_sort: text, search: text }),
	"id",
);
const barcodes = table(
	"barcode",
	Type.Object({ gtin: text, code: text, product_id: text, pack_qty: Type.Integer() }),
	"gtin",
);
const productCategories = table(
	"product_category",
	Type.Object({ product_id: text, category_id: text }),
	"product_id",
	"category_id",
);
export const SELECT = `select p.*,
	(select string_agg(category_id, ' ') from product_category where product_id = p.id) as category_ids,
	(select string_agg(code || ':' || pack_qty, ' ') from barcode where product_id = p.id) as barcodes
	from product p`;
export const BY_BARCODE = "p.id = (select product_id from barcode where gtin = $gtin)";
/** By id, else by SKU. */
export async function findProduct(db: Reader, id: string): Promise<Product | undefined> {
	const rows = await db.query<Row>(`${SELECT} where p.id = $id or p.sku = $id`, { id });
	const row = rows.find((one) => one.id === id) ?? rows[0];
	return row && toProduct(row);
}

export async function findByBarcode(db: Reader, code: string): Promise<Product | undefined> {
	const [row] = await db.query<Row>(`${SELECT} where ${BY_BARCODE}`, { gtin: gtinOf(code) });
	return row && toProduct(row);
}

/** What is on sale of these, by id, in one statement. */
export async function priced(db: Reader, ids: string[]): Promise<Map<string, Priced>> {
	const { sql, bind } = pricedSql(ids);
	const rows = await db.query<Priced & Pick<Product, "status">>(sql, bind);
	const onSale = rows.filter(({ status }) => status === "active");
	return new Map(onSale.map(({ status: _, ...row }) => [row.id, row]));
}

/** By id alone: told the status too, SQLite reads all that is on sale to find them. */
export function pricedSql(ids: string[]) {
	const asked = [...new Set(ids)];
	// Powers of two, the first id repeated: a handful of statements to keep prepared, not hundreds.
	const size = 2 ** Math.ceil(Math.log2(asked.length));
	const bind = Object.fromEntries(
		Array.from({ length: size }, (_, at) => [`id_${at}`, asked[at] ?? asked[0]]),
	);
	const holes = Object.keys(bind).map((name) => `$${name}`);
	const columns = "id, sku, name_fr, name_en, price_cents, tax_class, status";
	return { sql: `select ${columns} from product where id in (${holes})`, bind };
}

export async function addProduct(tx: Tx, product: Product): Promise<Told<Product>> {
	if (!(await tx.claim(products, rowOf(product)))) throw skuTaken({ sku: product.sku });
	await link(tx, product);
	return [product, ...factsOf(undefined, product, new Date())];
}

/** Applies a rule to a product, and keeps what comes of it, on the version that it was told of. */
export async function changeProduct(
	tx: Tx,
	product_id: string,
	rule: (before: Product) => Product,
	expected: Expected,
): Promise<Told<Product>> {
	const before = await findProduct(tx, product_id);
	if (!before) throw productNotFound({ id: product_id });
	expected(before);
	const after = rule(before);
	if (after !== before) await save(tx, before, after);
	return [after, ...factsOf(before, after, new Date())];
}

async function save(tx: Tx, before: Product, after: Product) {
	const { id, ...changes } = rowOf(after);
	const other = await tx.find(products, { sku: after.sku });
	if (other && other.id !== id) throw skuTaken({ sku: after.sku });
	const saved = await tx.update(products, { id, version: before.version }, changes);
	if (saved === 0) throw versionConflict({ version: before.version + 1 });
	await tx.remove(barcodes, { product_id: id });
	await tx.remove(productCategories, { product_id: id });
	await link(tx, after);
}

async function link(tx: Tx, { id: product_id, ...product }: Product) {
	for (const category_id of product.category_ids) {
		await findParent(tx, category_id);
		await tx.insert(productCategories, { product_id, category_id });
	}
	for (const barcode of product.barcodes)
		if (!(await tx.claim(barcodes, { ...barcode, gtin: gtinOf(barcode.code), product_id })))
			throw barcodeTaken({ code: barcode.code });
}

export type Row = Omit<Product, "currency" | "category_ids" | "barcodes" | "brand"> & {
	brand: string | null;
	name_sort: string;
	search: string;
	category_ids: string | null;
	barcodes: string | null;
};

export function toProduct({
	name_sort: _,
	search: __,
	brand,
	category_ids,
	barcodes,
	...row
}: Row): Product {
	const codes = barcodes?.split(" ").sort() ?? [];
	return {
		...row,
		...(brand !== null && { brand }),
		currency: "CAD",
		category_ids: category_ids?.split(" ").sort() ?? [],
		barcodes: codes.map((one) => {
			const [code = "", pack_qty] = one.split(":");
			return { code, pack_qty: Number(pack_qty) };
		}),
	};
}

function rowOf(product: Product) {
	const { currency: _, category_ids: __, barcodes: ___, ...row } = product;
	return { brand: null, ...row, name_sort: fold(product.name_fr), search: searchTextOf(product) };
}

/** What a change answers, and what there is to tell of it. */
export type Told<T> = [reply: T, ...facts: Fact[]];
/** Refuses a row of another version than the one that the caller knows. */
export type Expected = (row: { version: number }) => void;

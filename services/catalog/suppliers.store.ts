import Type from "typebox";
import { cursorOf, LIMIT, paged, placeIn } from "../../lib/cursor.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import {
	catalog,
	Supplier,
	Supply,
	supplierCodeTaken,
	supplierNotFound,
	unknownProduct,
} from "./catalog.contract.ts";
import { type Expected, findProduct, type Told } from "./catalog.store.ts";

export const suppliers = table("supplier", Supplier, "id");
const supplies = table(
	"supplier_product",
	Type.Omit(Supply, ["lead_time_days"]),
	"supplier_id",
	"product_id",
);

export async function addSupplier(tx: Tx, id: string, said: New): Promise<Told<Supplier>> {
	const supplier = { id, ...said, version: 1 };
	if (!(await tx.claim(suppliers, supplier))) throw supplierCodeTaken({ code: supplier.code });
	return [supplier, catalog.supplier_created({ supplier_id: id })];
}

export async function changeSupplier(
	tx: Tx,
	{ id, ...changes }: { id: string } & Partial<New>,
	expected: Expected,
): Promise<Told<Supplier>> {
	const before = await getSupplier(tx, id);
	expected(before);
	const code = changes.code ?? before.code;
	const other = await tx.find(suppliers, { code });
	if (other && other.id !== id) throw supplierCodeTaken({ code });
	const version = before.version + 1;
	await tx.update(suppliers, { id }, { ...changes, version });
	return [{ ...before, ...changes, version }, catalog.supplier_updated({ supplier_id: id })];
}

/** Attaches a supplier to a product, or says anew on which terms. */
export async function saveSupply(tx: Tx, terms: Terms): Promise<Told<Supply>> {
	const { supplier_id, product_id, cost_cents } = terms;
	const { lead_time_days } = await getSupplier(tx, supplier_id);
	if ((await findProduct(tx, product_id))?.id !== product_id)
		throw unknownProduct({ id: product_id });
	await tx.save(supplies, terms);
	const fact = catalog.supply_changed({ supplier_id, product_id, cost_cents });
	return [{ ...terms, lead_time_days }, fact];
}

async function getSupplier(tx: Tx, id: string): Promise<Supplier> {
	const supplier = await tx.find(suppliers, { id });
	if (!supplier) throw supplierNotFound({ id });
	return supplier;
}

/** Of one supplier, of one product, or all; product by product. */
export async function listSupplies(db: Reader, query: SupplyQuery) {
	const { supplier_id, product_id, limit = LIMIT, cursor } = query;
	const [product, supplier] = cursor ? placeIn(cursor, [Type.String(), Type.String()]) : ["", ""];
	const where = [
		"(l.product_id, l.supplier_id) > ($product, $supplier)",
		...(supplier_id !== undefined ? ["l.supplier_id = $supplier_id"] : []),
		...(product_id ? ["l.product_id = $product_id"] : []),
	];
	const rows = await db.query<Supply>(
		`select l.*, s.lead_time_days from supplier_product l join supplier s on s.id = l.supplier_id
		where ${where.join(" and ")} order by l.product_id, l.supplier_id limit $rows`,
		{
			...{ product, supplier, rows: limit + 1 },
			...(supplier_id !== undefined && { supplier_id }),
			...(product_id && { product_id }),
		},
	);
	return paged(rows, limit, (last) => cursorOf([last.product_id, last.supplier_id]));
}

interface SupplyQuery {
	supplier_id?: string;
	product_id?: string;
	limit?: number;
	cursor?: string;
}

type New = Omit<Supplier, "id" | "version">;
type Terms = Omit<Supply, "lead_time_days">;

export const productsOf = async (db: Reader, supplier_id: string): Promise<string[]> =>
	(await db.list(supplies, { supplier_id })).map(({ product_id }) => product_id);

import Type from "typebox";
import { cursorOf, LIMIT, paged, placeIn } from "../../lib/cursor.ts";
import { gtinOf } from "../../lib/gtin.ts";
import type { Reader } from "../../mixins/database.mixin.ts";
import type { Product } from "./catalog.contract.ts";
import { BY_BARCODE, type Row, SELECT, toProduct } from "./catalog.store.ts";
import { searchedWords } from "./product.ts";

const IN_CATEGORY = `p.id in (
	select l.product_id from category root
	join category c on substr(c.path, 1, length(root.path)) = root.path
	join product_category l on l.category_id = c.id
	where root.id = $category)`;
const COLUMN = { sku: "sku", name: "name_sort", price_cents: "price_cents" } as const;

/** One statement, in the order of an index: how many products there are does not matter. */
export async function listProducts(db: Reader, query: Query) {
	const { sql, bind, column, limit } = listSql(query);
	const cursor = (last: Row) => cursorOf([last[column], last.id]);
	const page = paged(await db.query<Row>(sql, bind), limit, cursor);
	return { ...page, items: page.items.map(toProduct) };
}

export function listSql({ limit = LIMIT, sort = "sku", status = "active", ...query }: Query) {
	const column = COLUMN[sort.replace("-", "") as keyof typeof COLUMN];
	const [beyond, way] = sort.startsWith("-") ? ["<", "desc"] : [">", "asc"];
	const clauses: Clause[] = [["p.status = $status", { status }], ...searchSql(query.search)];
	if (query.barcode) clauses.push([BY_BARCODE, { gtin: gtinOf(query.barcode) }]);
	if (query.category) clauses.push([IN_CATEGORY, { category: query.category }]);
	if (query.cursor) {
		const value = column === "price_cents" ? Type.Integer() : Type.String();
		const [after, after_id] = placeIn(query.cursor, [value, Type.String()]);
		clauses.push([`(p.${column}, p.id) ${beyond} ($after, $after_id)`, { after, after_id }]);
	}
	const where = clauses.map(([sql]) => sql).join(" and ");
	const order = `order by p.${column} ${way}, p.id ${way} limit $rows`;
	const bind = Object.assign({ rows: limit + 1 }, ...clauses.map(([, values]) => values));
	return { sql: `${SELECT} where ${where} ${order}`, bind, column, limit };
}

/** Each word is the start of one of the product's; signs alone find nothing, and mean nothing. */
function searchSql(search: string | undefined): Clause[] {
	if (search === undefined) return [];
	const words = searchedWords(search);
	if (words.length === 0) return [["1 = 0", {}]];
	return words.map((word, at) => [
		`p.search like $word_${at} escape '\\'`,
		{ [`word_${at}`]: `% ${word.replaceAll(/[\\%_]/g, "\\$&")}%` },
	]);
}

type Clause = [sql: string, bind: object];
interface Query {
	search?: string;
	category?: string;
	barcode?: string;
	status?: Product["status"];
	limit?: number;
	cursor?: string;
	sort?: Sort | `-${Sort}`;
}
type Sort = keyof typeof COLUMN;

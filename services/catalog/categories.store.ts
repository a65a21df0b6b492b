import Type from "typebox";
import { cursorOf, LIMIT, paged, placeIn } from "../../lib/cursor.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import {
	Category,
	catalog,
	categoryInUse,
	categoryNotFound,
	unknownCategory,
} from "./catalog.contract.ts";
import type { Expected, Told } from "./catalog.store.ts";
import { moved, named } from "./category.ts";

const nullable = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const { id, name_fr, name_en, version } = Category.properties;
/** Without its path, which the database makes. */
const Row = Type.Object({
	id,
	parent_id: nullable,
	parent_path: nullable,
	name_fr,
	name_en,
	version,
});
const categories = table("category", Row, "id");
const links = table("product_category", Type.Object({ category_id: Type.String() }));

/** In the order of their paths: each after the one that holds it. */
export async function listCategories(
	db: Reader,
	{ limit = LIMIT, cursor }: { limit?: number; cursor?: string },
) {
	const [after] = cursor ? placeIn(cursor, [Type.String()]) : [""];
	const sql = "select * from category where path > $after order by path limit $rows";
	const rows = await db.query<Kept>(sql, { after, rows: limit + 1 });
	return paged(rows.map(toCategory), limit, ({ path }) => cursorOf([path]));
}

/** The category that holds others or products; none is the root. */
export async function findParent(tx: Tx, parent_id: string | null | undefined) {
	const kept = parent_id && (await tx.find(categories, { id: parent_id }));
	if (parent_id && !kept) throw unknownCategory({ id: parent_id });
	return kept ? toCategory(kept as Kept) : undefined;
}

export async function addCategory(
	tx: Tx,
	category_id: string,
	said: Named,
): Promise<Told<Category>> {
	const parent = await findParent(tx, said.parent_id);
	const category = named(category_id, said, parent);
	await tx.insert(categories, rowOf(category, parent));
	return [category, catalog.category_created(where(category))];
}

/** Renames it, moves it with all below it, or both. */
export async function changeCategory(
	tx: Tx,
	{ id: category_id, parent_id, ...names }: { id: string } & Changes,
	expected: Expected,
): Promise<Told<Category>> {
	const before = await getCategory(tx, category_id, expected);
	const parent = await findParent(tx, parent_id === undefined ? before.parent_id : parent_id);
	const after = moved({ ...before, ...names }, parent, await pathsBelow(tx, before));
	const { id: _, ...changes } = rowOf(after, parent);
	await tx.update(categories, { id: category_id }, changes);
	return [after, catalog.category_updated(where(after))];
}

export async function removeCategory(
	tx: Tx,
	category_id: string,
	expected: Expected,
): Promise<Told<void>> {
	const category = await getCategory(tx, category_id, expected);
	const held =
		(await tx.find(links, { category_id })) ??
		(await tx.find(categories, { parent_id: category_id }));
	if (held) throw categoryInUse({ id: category_id });
	await tx.remove(categories, { id: category_id });
	return [undefined, catalog.category_removed(where(category))];
}

async function getCategory(tx: Tx, category_id: string, expected: Expected): Promise<Category> {
	const kept = await tx.find(categories, { id: category_id });
	if (!kept) throw categoryNotFound({ id: category_id });
	expected(kept);
	return toCategory(kept as Kept);
}

async function pathsBelow(tx: Tx, { path }: Category): Promise<string[]> {
	const sql = "select path from category where substr(path, 1, length($path)) = $path";
	return (await tx.query<{ path: string }>(sql, { path })).map((one) => one.path);
}

type Named = { name_fr: string; name_en?: string; parent_id?: string };
type Changes = { name_fr?: string; name_en?: string; parent_id?: string | null };
interface Kept extends Omit<Category, "parent_id"> {
	parent_id?: string | null;
	parent_path?: string | null;
}

const toCategory = ({ parent_path: _, parent_id, ...rest }: Kept): Category => ({
	...rest,
	...(parent_id && { parent_id }),
});

const rowOf = ({ path: _, parent_id: __, ...rest }: Category, parent: Category | undefined) => ({
	...rest,
	parent_id: parent?.id ?? null,
	parent_path: parent?.path ?? null,
});

const where = ({ id: category_id, path }: Category) => ({ category_id, path });

import { newId } from "../../lib/ids.ts";
import { decode, outrun, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { Level, Movement, outOfStock, type Shelf } from "./inventory.contract.ts";
import { type Change, type Entry, inOrder, type Limits, shelfOf } from "./stock.ts";

export const levels = table("stock_level", Level, "location_id", "product_id");
export const ledger = table("stock_movement", Movement, "id");

export const EMPTY = { on_hand: 0, reserved: 0, min_qty: 0, reorder_qty: 0, version: 1 };

/** Takes the shelf for this unit of work, and makes it first if need be. */
export async function openLevel(tx: Tx, { location_id, product_id }: Shelf): Promise<Level> {
	await tx.claim(levels, { location_id, product_id, ...EMPTY });
	return tx.get(levels, { location_id, product_id });
}

/**
 * The one way in which a level changes: all entries move their shelves and enter the ledger, or
 * the unit is refused. One entry for each shelf. The statement itself decides whether there is enough.
 */
export async function post(tx: Tx, entries: Entry[], actor_id: string): Promise<Change[]> {
	if (entries.length === 0) return [];
	const sorted = inOrder(entries);
	const rows = values(sorted, "location_id", "product_id", "on_hand_delta", "reserved_delta");
	const moved = await tx.query<Level>(MOVE.replace("$rows", rows.sql), rows.bind);
	const after = new Map(moved.map((row) => [shelfOf(row), decode(levels, row)]));
	const changes = sorted.flatMap((entry) => {
		const level = after.get(shelfOf(entry));
		return level ? [{ entry, after: level, before: undo(entry, level) }] : [];
	});
	if (changes.length < sorted.length) {
		await refuseShortage(tx, sorted);
		// There was not enough for the first statement, and there is for the second.
		throw outrun(`A shelf that moves is missing: ${sorted.map(shelfOf)}`);
	}
	await record(tx, sorted, actor_id);
	return changes;
}

/** PostgreSQL takes the rows in order before it changes them; SQLite has them all. */
const MOVE = `
	with line (location_id, product_id, on_hand_delta, reserved_delta) as (values $rows),
	shelf as (
		select line.* from stock_level join line
		on stock_level.location_id = line.location_id and stock_level.product_id = line.product_id
		where stock_level.on_hand + line.on_hand_delta >= 0
		order by stock_level.location_id, stock_level.product_id $lock
	)
	update stock_level set
		on_hand = stock_level.on_hand + shelf.on_hand_delta,
		reserved = stock_level.reserved + shelf.reserved_delta,
		version = stock_level.version + 1
	from shelf
	where stock_level.location_id = shelf.location_id and stock_level.product_id = shelf.product_id
	returning stock_level.location_id, stock_level.product_id, stock_level.on_hand,
		stock_level.reserved, stock_level.min_qty, stock_level.max_qty, stock_level.reorder_qty,
		stock_level.version`;

const undo = ({ on_hand_delta, reserved_delta }: Entry, level: Level): Level => ({
	...level,
	on_hand: level.on_hand - on_hand_delta,
	reserved: level.reserved - reserved_delta,
	version: level.version - 1,
});

/** Refuses with the first line for which there is not enough. */
export async function refuseShortage(
	db: Reader,
	entries: Pick<Entry, keyof Shelf | "on_hand_delta">[],
): Promise<void> {
	const rows = values(entries, "location_id", "product_id", "on_hand_delta");
	const [short] = await db.query<Shelf & { available: number; wanted: number }>(
		SHORTAGE.replace("$rows", rows.sql),
		rows.bind,
	);
	if (short) throw outOfStock({ ...short });
}

const SHORTAGE = `
	with line (location_id, product_id, on_hand_delta) as (values $rows)
	select line.location_id, line.product_id, -line.on_hand_delta as wanted,
		coalesce(stock_level.on_hand, 0) as available
	from line left join stock_level
	on stock_level.location_id = line.location_id and stock_level.product_id = line.product_id
	where coalesce(stock_level.on_hand, 0) + line.on_hand_delta < 0
	order by line.location_id, line.product_id limit 1`;

async function record(tx: Tx, entries: Entry[], actor_id: string): Promise<void> {
	const occurred_at = new Date().toISOString();
	await tx.insertAll(
		ledger,
		entries.map((entry, at) => ({
			...{ id: newId("mov"), ...entry, line: at + 1, actor_id, occurred_at },
		})),
	);
}

export async function saveLimits(tx: Tx, level: Level, limits: Limits): Promise<Level> {
	const { location_id, product_id } = level;
	await tx.query(
		`update stock_level set min_qty = $min_qty, max_qty = $max_qty, reorder_qty = $reorder_qty,
		version = version + 1 where location_id = $location_id and product_id = $product_id`,
		{ max_qty: null, ...limits, location_id, product_id },
	);
	return tx.get(levels, { location_id, product_id });
}

/** Rows as `($a0, $b0), ($a1, $b1)`. PostgreSQL takes a bare parameter for a text. */
function values(rows: readonly object[], ...columns: string[]) {
	const bind: Record<string, unknown> = {};
	const sql = rows.map((row, index) => {
		const names = columns.map((column) => {
			const value = row[column as never] as unknown;
			bind[`${column}${index}`] = value;
			return typeof value === "number"
				? `cast($${column}${index} as bigint)`
				: `$${column}${index}`;
		});
		return `(${names})`;
	});
	return { sql: sql.join(", "), bind };
}

import type { Fact } from "../../lib/fact.ts";
import { malformed } from "../../lib/validator.ts";
import {
	type AlertKind,
	inventory,
	type Level,
	type Line,
	type Movement,
	type Shelf,
	type StockLevel,
} from "./inventory.contract.ts";

const LEVEL_MAX = 1_000_000_000;

/** What happens to one shelf: a line of the ledger before it is written. */
export type Entry = Omit<Movement, "id" | "line" | "actor_id" | "occurred_at">;
/** A shelf before and after; without an entry, only its limits changed. */
export interface Change {
	readonly before: Level;
	readonly after: Level;
	readonly entry?: Entry;
}

export const shelfOf = ({ location_id, product_id }: Shelf) => `${location_id}:${product_id}`;

/** In the order in which everyone takes shelves, so that two never wait for each other. */
export const inOrder = <S extends Shelf>(shelves: readonly S[]): S[] =>
	[...shelves].sort(
		(a, b) => compare(a.location_id, b.location_id) || compare(a.product_id, b.product_id),
	);

const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

/** One line for each shelf: equal lines are added up. */
export function byShelf(lines: readonly Line[]): Line[] {
	const shelves = new Map<string, Line>();
	for (const line of lines) {
		const quantity = line.quantity + (shelves.get(shelfOf(line))?.quantity ?? 0);
		shelves.set(shelfOf(line), { ...line, quantity });
	}
	return inOrder([...shelves.values()]);
}

/** Units added to a shelf or taken away, unless nobody could count that many. */
export function adjustment(
	{ location_id, product_id, on_hand }: Level,
	delta: number,
	{ type = "adjustment", reason, id }: { type?: Adjusting | undefined; reason: string; id: string },
): Entry {
	const fault = (message: string) => malformed([{ field: "delta", message, keyword: "range" }]);
	if (delta === 0) throw fault("must change something");
	if (type === "receipt" && delta < 0) throw fault("of a receipt must be above 0");
	if ((type === "damage" || type === "loss") && delta > 0)
		throw fault(`of a ${type} must be below 0`);
	if (on_hand + delta > LEVEL_MAX) throw fault(`would make more than ${LEVEL_MAX}`);
	const ref = { ref_type: "adjustment", ref_id: id };
	return { location_id, product_id, on_hand_delta: delta, reserved_delta: 0, type, reason, ...ref };
}
type Adjusting = "adjustment" | "receipt" | "damage" | "loss";

/** What makes a level what it is said to be; nothing, if it is that already. */
export const setting = (level: Level, quantity: number, why: { reason: string; id: string }) =>
	quantity === level.on_hand ? undefined : adjustment(level, quantity - level.on_hand, why);

/** At most one alert stands for a shelf: what is out is not also low. */
export function alertOf({ on_hand, min_qty, max_qty }: Level): AlertKind | undefined {
	if (on_hand === 0) return "out";
	if (on_hand < min_qty) return "low";
	return max_qty !== undefined && on_hand > max_qty ? "over" : undefined;
}

export const thresholdOf = (kind: AlertKind, { min_qty, max_qty = 0 }: Level) =>
	({ out: 0, low: min_qty, over: max_qty })[kind];

/** The alerts that a change raises and resolves: at the crossing, and only there. */
export function crossing({ before, after }: Change): Crossing {
	const [was, is] = [alertOf(before), alertOf(after)];
	if (was === is) return {};
	return { ...(is && { raised: is }), ...(was && { resolved: was }) };
}

export interface Crossing {
	readonly raised?: AlertKind;
	readonly resolved?: AlertKind;
}

/** What the world is told of a change. */
export function factsOf({ before, after, entry }: Change, { raised, resolved }: Crossing): Fact[] {
	const alert = (kind: AlertKind, limits: Level) => ({
		location_id: after.location_id,
		product_id: after.product_id,
		kind,
		level: after.on_hand,
		threshold: thresholdOf(kind, limits),
	});
	return [
		...(entry ? [moved(entry, after)] : []),
		...(resolved ? [inventory.alert_resolved(alert(resolved, before))] : []),
		...(raised ? [inventory.alert_raised(alert(raised, after))] : []),
	];
}

function moved(entry: Entry, { on_hand, reserved }: Level) {
	const { on_hand_delta: delta, reason: _, ...rest } = entry;
	const fact = delta < 0 || (delta === 0 && rest.reserved_delta < 0) ? "decreased" : "increased";
	return inventory[fact]({ ...rest, delta, on_hand, reserved });
}

export const shown = (level: Level): StockLevel => ({
	id: shelfOf(level),
	...level,
	quantity: level.on_hand,
});

/** A minimum above the maximum would raise an alert for ever. */
export function limitsOf({
	min_qty,
	max_qty,
	reorder_qty = 0,
}: Partial<Limits> & { min_qty: number }) {
	if (max_qty !== undefined && max_qty < min_qty)
		throw malformed([
			{ field: "max_qty", message: "must not be below min_qty", keyword: "minimum" },
		]);
	return { min_qty, reorder_qty, ...(max_qty !== undefined && { max_qty }) };
}
export type Limits = Pick<Level, "min_qty" | "max_qty" | "reorder_qty">;

/** A product, wherever it is. What was never stocked is something of which there is none. */
export const summed = (product_id: string, levels: StockLevel[]) => ({
	product_id,
	quantity: levels.reduce((sum, { quantity }) => sum + quantity, 0),
	reserved: levels.reduce((sum, { reserved }) => sum + reserved, 0),
	levels,
});

/** What a level must have for a check to pass, as an entry that is never written. */
export const asked = (lines: readonly Line[]) =>
	byShelf(lines).map(({ quantity, ...shelf }) => ({ ...shelf, on_hand_delta: -quantity }));

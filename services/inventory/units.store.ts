import type { Fact } from "../../lib/fact.ts";
import { counter } from "../../mixins/counter.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import { watch } from "./alerts.store.ts";
import { entriesOf, expiryOf, holdsOf } from "./hold.ts";
import { addHold, closeHold, endHold, openHold, soldTo } from "./holds.store.ts";
import { type Hold, inventory, type Level, outOfStock, type Shelf } from "./inventory.contract.ts";
import { openLevel, post, saveLimits } from "./inventory.store.ts";
import { type Change, type Entry, factsOf, type Limits, shown } from "./stock.ts";

/** A unit of work in which stock moves: who moves it, and where its facts go. */
export interface Unit {
	readonly tx: Tx;
	readonly actor: string;
	/** Its owner is then a saga, which gives back what it holds. */
	readonly isInSaga?: boolean;
	/** Of the order that it is for, when that runs without a coordinator: who hears of it answers. */
	readonly mode?: "choreographed";
	announce(fact: Fact): Promise<void>;
}

const ENDS = {
	COMMITTED: { type: "sale", says: inventory.committed },
	RELEASED: { type: "release", says: inventory.released },
	EXPIRED: { type: "release", says: inventory.expired },
} as const;

/** Counts what changes stock without an order: by type of movement. */
export const counted = counter("stock_adjustments_total", "Adjustments of stock.", "type");

/** Counts a reservation that found too little, by the place that had it not. */
export const conflicts = counter(
	"stock_reservation_conflicts_total",
	"Reservations that found too little.",
	"location",
);

/** For a `catch`: it is counted, and stays what it is. */
export function conflict(err: { data?: unknown }): never {
	if (outOfStock.is(err)) conflicts.refused({ location: (err.data as Shelf).location_id });
	throw err;
}

/** All lines or none. Outside a saga the hold ends by the clock, and can be made only once. */
export async function hold(unit: Unit, hold: Hold): Promise<void> {
	if (!unit.isInSaga) await openHold(unit.tx, hold.owner_id);
	const changes = await post(unit.tx, entriesOf("reserve", hold), unit.actor);
	const until = { inSaga: unit.isInSaga === true, now: Date.now() };
	await addHold(unit.tx, hold, expiryOf(hold.owner_type, until));
	await unit.announce(inventory.reserved({ ...hold, ...modeOf(unit) }));
	await tell(unit, changes);
}

const modeOf = ({ mode }: Unit) => (mode ? { mode } : {});

/** Ends what the owner still holds: a hold ends once, so a repeat changes nothing. */
export async function end(unit: Unit, owner_id: string, status: keyof typeof ENDS): Promise<void> {
	const { type, says } = ENDS[status];
	for (const hold of holdsOf(await endHold(unit.tx, owner_id, status))) {
		const changes = await post(unit.tx, entriesOf(type, hold), unit.actor);
		await unit.announce(says({ ...hold, ...modeOf(unit) }));
		await tell(unit, changes);
	}
}

export async function release(unit: Unit, owner_id: string): Promise<void> {
	if (!unit.isInSaga) await closeHold(unit.tx, owner_id);
	await end(unit, owner_id, "RELEASED");
}

/** What was sold comes back, once; what is still held cannot be sold any more. */
export async function restore(unit: Unit, owner_id: string): Promise<void> {
	await end(unit, owner_id, "RELEASED");
	for (const sold of holdsOf(await soldTo(unit.tx, owner_id)))
		await tell(unit, await post(unit.tx, entriesOf("restore", sold), unit.actor));
}

/** Applies a rule to one shelf; a rule that sees nothing to change changes nothing. */
export async function adjust(unit: Unit, shelf: Shelf, rule: (level: Level) => Entry | undefined) {
	const level = await openLevel(unit.tx, shelf);
	const entry = rule(level);
	const [change] = entry ? await post(unit.tx, [entry], unit.actor) : [];
	if (!entry || !change) return shown(level);
	const { location_id, product_id, on_hand_delta: quantity, reason = "" } = entry;
	const who = { location_id, product_id, quantity, reason, actor_id: unit.actor };
	counted(unit.tx, { type: entry.type });
	await tell(unit, [change]);
	await unit.announce(inventory.adjusted(who));
	return shown(change.after);
}

/** The same for its limits, which are not stock: they change without a movement. */
export async function limit(unit: Unit, shelf: Shelf, rule: (level: Level) => Limits) {
	const before = await openLevel(unit.tx, shelf);
	const limits = rule(before);
	const change = { before, after: await saveLimits(unit.tx, before, limits) };
	await unit.announce(inventory.limits_changed({ ...shelf, ...limits }));
	await tell(unit, [change]);
	return shown(change.after);
}

/** Tells the world what has changed, and the alerts that it crossed. */
export async function tell(unit: Unit, changes: Change[]): Promise<void> {
	for (const change of changes) {
		const alerts = await watch(unit.tx, change);
		for (const fact of factsOf(change, alerts)) await unit.announce(fact);
	}
}

import type { Fact } from "../../lib/fact.ts";
import { newId } from "../../lib/ids.ts";
import { wrongState } from "../../lib/state.ts";
import { type Tx, table } from "../../mixins/database.mixin.ts";
import {
	Alert,
	type AlertKind,
	alertNotFound,
	inventory,
	type Level,
} from "./inventory.contract.ts";
import { EMPTY, ledger, levels } from "./inventory.store.ts";
import {
	alertOf,
	type Change,
	type Crossing,
	crossing,
	type Entry,
	factsOf,
	shelfOf,
	thresholdOf,
} from "./stock.ts";

export const alerts = table("stock_alert", Alert, "id");

/**
 * Keeps alerts as the level says: one is raised when it is crossed, and resolved on the way back.
 * Answers those that it did raise and resolve.
 */
export async function watch(tx: Tx, change: Change): Promise<Crossing> {
	const { raised, resolved } = crossing(change);
	const isNew =
		raised &&
		(await tx.claim(alerts, alert(raised, change.after, newId("alr"), new Date().toISOString())));
	const isOver = resolved && (await resolve(tx, change.after, resolved));
	return { ...(isNew && { raised }), ...(isOver && { resolved }) };
}

async function resolve(tx: Tx, { location_id, product_id }: Level, kind: AlertKind) {
	const over = await tx.query(
		`update stock_alert set status = 'RESOLVED' where location_id = $location_id
		and product_id = $product_id and kind = $kind and status <> 'RESOLVED' returning id`,
		{ location_id, product_id, kind },
	);
	return over.length > 0;
}

const alert = (kind: AlertKind, level: Level, id: string, opened_at: string): Alert => ({
	id,
	location_id: level.location_id,
	product_id: level.product_id,
	kind,
	threshold: thresholdOf(kind, level),
	level: level.on_hand,
	status: "OPEN",
	opened_at,
});

export async function findAlert(tx: Tx, id: string): Promise<Alert> {
	const alert = await tx.find(alerts, { id });
	if (!alert) throw alertNotFound({ id });
	return alert;
}

export async function acknowledge(tx: Tx, alert: Alert): Promise<Alert> {
	const { id, status } = alert;
	if (status === "RESOLVED") throw wrongState({ state: status });
	await tx.update(alerts, { id, status: "OPEN" }, { status: "ACKNOWLEDGED" });
	return { ...alert, status: "ACKNOWLEDGED" };
}

/**
 * The first levels of a shop, each with the movement that made it and the alert that it deserves.
 * Answers what there is to tell of them.
 */
export async function addOpenings(tx: Tx, openings: Opening[], at: string): Promise<Fact[]> {
	const opened = openings.map((opening) => ({ ...EMPTY, ...opening }));
	const movements = opened.map((level) => ({
		id: `mov_opening_${level.location_id}_${level.product_id}`,
		...{ ...entryOf(level), line: 1, actor_id: "demo", occurred_at: at },
	}));
	await tx.insertAll(levels, opened);
	await tx.insertAll(ledger, movements);
	const facts: Fact[] = [];
	for (const level of opened) {
		const raised = alertOf(level);
		const id = `alr_opening_${level.location_id}_${level.product_id}`;
		if (raised) await tx.insert(alerts, alert(raised, level, id, at));
		const change = { before: { ...level, ...EMPTY }, after: level, entry: entryOf(level) };
		const { on_hand: _, reserved: __, version: ___, ...limits } = level;
		facts.push(inventory.limits_changed(limits));
		facts.push(...factsOf(change, raised ? { raised } : {}));
	}
	return facts;
}
const entryOf = ({ location_id, product_id, on_hand }: Level): Entry => ({
	...{ location_id, product_id, on_hand_delta: on_hand, reserved_delta: 0 },
	...{ type: "opening", ref_type: "opening", ref_id: shelfOf({ location_id, product_id }) },
});
type Opening = Omit<Level, "version" | "reserved">;

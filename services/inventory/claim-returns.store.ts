import Type from "typebox";
import { Id } from "../../lib/fields.ts";
import { type Tx, table } from "../../mixins/database.mixin.ts";
import { NO, postingsOf, REASON, type Return } from "./claim-return.ts";
import { isRestored, takeFromSold } from "./holds.store.ts";
import { inventory, type Line } from "./inventory.contract.ts";
import { levels, post } from "./inventory.store.ts";
import { byShelf, type Change, factsOf } from "./stock.ts";
import { counted, tell, type Unit } from "./units.store.ts";

const archived = table("archived_location", Type.Object({ location_id: Id }), "location_id");

export async function closeLocation(tx: Tx, location_id: string): Promise<void> {
	await tx.claim(archived, { location_id });
}
export async function reopenLocation(tx: Tx, location_id: string): Promise<void> {
	await tx.remove(archived, { location_id });
}

/** The first line that cannot come back, and why. What does not come back at all always can. */
export async function impossible(
	tx: Tx,
	{ disposition, lines }: Return,
): Promise<(Line & { reason: string }) | undefined> {
	if (disposition === "none") return undefined;
	for (const line of byShelf(lines)) {
		const { location_id, product_id } = line;
		if (await tx.find(archived, { location_id })) return { ...line, reason: NO.archived };
		if (!(await tx.find(levels, { location_id, product_id })))
			return { ...line, reason: NO.unknown };
	}
	return undefined;
}

/**
 * Takes back what a claim returns. What is damaged is never for sale, not even for a moment: it
 * crosses no alert on its way through the ledger.
 */
export async function takeBack(unit: Unit, claimed: Return): Promise<void> {
	const goods = await leftOf(unit.tx, claimed);
	const { claim_id, disposition, lines } = goods;
	const changes: Change[] = [];
	for (const entries of postingsOf(goods)) {
		changes.push(...(await post(unit.tx, entries, unit.actor)));
		for (const { type } of entries) counted(unit.tx, { type });
	}
	if (disposition === "restock") await tell(unit, changes);
	else
		for (const change of changes) for (const fact of factsOf(change, {})) await unit.announce(fact);

	const why = { reason: REASON, actor_id: unit.actor, claim_id, disposition: claimed.disposition };
	for (const { quantity, ...shelf } of byShelf(lines)) {
		const change = disposition === "restock" ? quantity : 0;
		await unit.announce(inventory.adjusted({ ...shelf, quantity: change, ...why }));
	}
}

/** An order and a claim about it bring the same units back once, whichever comes first. */
async function leftOf(tx: Tx, goods: Return): Promise<Return> {
	const { order_id, disposition, lines } = goods;
	if (!order_id || disposition === "none") return goods;
	if (await isRestored(tx, order_id)) return { ...goods, disposition: "none" };
	await takeFromSold(tx, order_id, byShelf(lines));
	return goods;
}

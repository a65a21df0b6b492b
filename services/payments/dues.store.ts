import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { Due, waiting } from "./due.ts";

const OPEN_MAX = 256; // the rest waits for the next look
const dues = table("due", Due, "order_id");

/** Applies a rule to what an order is to pay, which is opened by whoever speaks of it first. */
export async function changeDue(tx: Tx, order_id: string, rule: (due: Due) => Due): Promise<Due> {
	await tx.claim(dues, waiting(order_id));
	const before = await tx.get(dues, { order_id });
	const after = rule(before);
	if (after !== before) await tx.save(dues, after);
	return after;
}

/** Ends a stage; not if a cancellation has come meanwhile. */
export async function endStage(tx: Tx, { order_id, stage }: Due): Promise<void> {
	await tx.update(dues, { order_id, stage }, { stage: stage === "TAKE" ? "TAKEN" : "OVER" });
}

export const findDue = (db: Reader, order_id: string) => db.find(dues, { order_id });

/** Of what orders are there money to take or to give back: the oldest first. */
export async function listOpen(db: Reader): Promise<string[]> {
	const rows = await db.query<{ order_id: string }>(OPEN);
	return rows.map(({ order_id }) => order_id);
}
export const OPEN = `select order_id from due where stage in ('TAKE', 'GIVE_BACK')
	order by created_at limit ${OPEN_MAX}`;

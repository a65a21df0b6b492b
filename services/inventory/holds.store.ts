import Type from "typebox";
import { newId } from "../../lib/ids.ts";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import type { Reservation } from "./hold.ts";
import { type Hold, holdUsed, Line, owner } from "./inventory.contract.ts";
import { ledger } from "./inventory.store.ts";
import { inOrder } from "./stock.ts";

const EXPIRED_MAX = 100; // the rest waits for the next sweep

const reservations = table(
	"reservation",
	Type.Object({
		id: Type.String(),
		...owner,
		...Line.properties,
		status: Type.Enum(["HELD", "COMMITTED", "RELEASED", "EXPIRED"]),
		expires_at: Type.Optional(Type.String()),
	}),
	"id",
);
const holds = table("hold", Type.Object({ owner_id: owner.owner_id }), "owner_id");

/** An owner without a saga holds once: what it gave back before is not held any more. */
export async function openHold(tx: Tx, owner_id: string): Promise<void> {
	if (!(await tx.claim(holds, { owner_id }))) throw holdUsed({ owner_id });
}

/** Nothing of the owner will be held from now on, by a call that comes late. */
export async function closeHold(tx: Tx, owner_id: string): Promise<void> {
	await tx.claim(holds, { owner_id });
}

export async function addHold(tx: Tx, { lines, ...owner }: Hold, expires_at?: string) {
	const kept = { ...owner, status: "HELD", ...(expires_at && { expires_at }) } as const;
	const rows = lines.map((line) => ({ id: newId("res"), ...kept, ...line }));
	await tx.insertAll(reservations, rows);
}

/** Takes what the owner still holds out of its hands: a hold ends once. */
export async function endHold(
	tx: Tx,
	owner_id: string,
	status: "COMMITTED" | "RELEASED" | "EXPIRED",
): Promise<Reservation[]> {
	const ended = await tx.query<Reservation>(
		`update reservation set status = $status
		where owner_id = $owner_id and status = 'HELD' returning *`,
		{ owner_id, status },
	);
	return inOrder(ended.map((row) => decode(reservations, row)));
}

/** What was sold to the owner and has not come back. */
export async function soldTo(tx: Tx, owner_id: string): Promise<Reservation[]> {
	const sold = await tx.list(reservations, { owner_id, status: "COMMITTED" }); // and holds them
	if (sold.length === 0) return [];
	const back = await tx.list(ledger, { ref_id: owner_id, type: "restore" });
	const came = new Set(back.map(({ ref_type }) => ref_type));
	return inOrder(sold.filter(({ owner_type }) => !came.has(owner_type)));
}

/** Whether all that was sold to the owner has been given back. */
export const isRestored = async (tx: Tx, owner_id: string): Promise<boolean> =>
	(await tx.list(ledger, { ref_id: owner_id, type: "restore" })).length > 0;

/** Units that come back apart from their owner's others: to restore those leaves these out. */
export async function takeFromSold(tx: Tx, owner_id: string, lines: readonly Line[]) {
	for (const { location_id, product_id, quantity } of lines) {
		const sold = { owner_id, location_id, product_id, status: "COMMITTED" } as const;
		const found = await tx.find(reservations, sold);
		const left = (found?.quantity ?? 0) - quantity;
		if (found)
			await tx.update(reservations, { id: found.id }, left > 0 ? { quantity: left } : ENDED);
	}
}
const ENDED = { status: "RELEASED" } as const;

/** The owners whose hold has run out. */
export const overdue = async (db: Reader, at: string): Promise<string[]> => {
	const rows = await db.query<{ owner_id: string }>(
		`select distinct owner_id from reservation
		where status = 'HELD' and expires_at <= $at order by owner_id limit ${EXPIRED_MAX}`,
		{ at },
	);
	return rows.map(({ owner_id }) => owner_id);
};

/** The owners that hold something now. */
export const holders = async (db: Reader): Promise<Pick<Hold, "owner_type" | "owner_id">[]> =>
	db.query(
		`select distinct owner_type, owner_id from reservation
		where status = 'HELD' order by owner_type, owner_id`,
	);

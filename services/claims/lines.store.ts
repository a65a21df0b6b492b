import Type from "typebox";
import { type Tx, table } from "../../mixins/database.mixin.ts";
import type { Usage } from "./claim.ts";
import { alreadyClaimed, claimExceedsPurchase, type Purchase } from "./claims.contract.ts";
import { paidCents } from "./share.ts";

const lines = table(
	"claimed_line",
	Type.Object({
		order_id: Type.String(),
		line: Type.Integer(),
		quantity: Type.Integer(),
		paid_cents: Type.Integer(),
		claimed: Type.Integer(),
		granted: Type.Integer(),
		granted_cents: Type.Integer(),
	}),
	"order_id",
	"line",
);
type Bought = Omit<Purchase, "claimed_before">;

/** The first of these lines that has as many units left, which nobody else can claim meanwhile. */
export async function pickLine(tx: Tx, purchases: readonly Bought[], quantity: number) {
	let available = 0;
	for (const purchase of purchases) {
		const used = await usedOf(tx, purchase);
		const left = purchase.quantity - used.claimed;
		if (left >= quantity) return { purchase: { ...purchase, claimed_before: used.granted }, used };
		available = Math.max(available, left);
	}
	throw available === 0 ? alreadyClaimed() : claimExceedsPurchase({ available });
}

/** What claims have made of a line until now. */
export async function usedOf(tx: Tx, purchase: Bought): Promise<Usage> {
	const { order_id, line, quantity } = purchase;
	const unused = { claimed: 0, granted: 0, granted_cents: 0 };
	const paid_cents = paidCents(purchase);
	await tx.claim(lines, { order_id, line, quantity, paid_cents, ...unused });
	return tx.get(lines, { order_id, line });
}

/** Moves what a claim keeps of its line; the database refuses more than the line has. */
export async function moveUsage(
	tx: Tx,
	{ order_id, line }: Bought,
	before: Usage,
	after: Usage,
): Promise<void> {
	const claimed = after.claimed - before.claimed;
	const granted = after.granted - before.granted;
	const granted_cents = after.granted_cents - before.granted_cents;
	if (claimed === 0 && granted === 0 && granted_cents === 0) return;
	await tx.query(MOVE, { order_id, line, claimed, granted, granted_cents });
}

const MOVE = `
	update claimed_line set claimed = claimed + $claimed, granted = granted + $granted,
		granted_cents = granted_cents + $granted_cents
	where order_id = $order_id and line = $line returning order_id`;

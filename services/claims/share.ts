import { shareOf } from "../../lib/money.ts";
import type { Purchase } from "./claims.contract.ts";

/** Cents, taxes included, that were paid for a line. */
export const paidCents = ({ net_cents, gst_cents, qst_cents }: Paid): number =>
	net_cents + gst_cents + qst_cents;
type Paid = Pick<Purchase, "net_cents" | "gst_cents" | "qst_cents">;

/** Of these, what was paid for so many units, after those that earlier claims have been given. */
export function shareCents(purchase: Purchase, units: number): number {
	const { net_cents, gst_cents, qst_cents, quantity, claimed_before } = purchase;
	const parts = [net_cents, gst_cents, qst_cents].map((cents) =>
		shareOf(cents, claimed_before, units, quantity),
	);
	return parts.reduce((sum, part) => sum + part, 0);
}

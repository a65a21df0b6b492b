import type { Disposition } from "../../lib/fields.ts";
import type { Scope } from "../../lib/scope.ts";
import { about, type Happening, must, type Usage } from "./claim.ts";
import {
	type Claim,
	type ClaimType,
	claimExceedsPurchase,
	notPurchased,
	type Purchase,
} from "./claims.contract.ts";
import { paidCents, shareCents } from "./share.ts";

/** Who decides when the amount is small enough for nobody to. */
export const RULE = "rule";

/** What comes back with a claim that no person has looked at. */
const COMES_BACK: Record<ClaimType, Disposition> = {
	product_defect: "damaged",
	damaged: "damaged",
	wrong_item: "restock",
	missing: "none",
	late: "none",
	other: "none",
};

interface Filing {
	claim_id: string;
	customer_id: string;
	product_id: string;
	quantity: number;
	claim_type: ClaimType;
	description: string;
	filed_in?: string;
	/** The store to ask, where nothing shows what was bought. */
	location_id?: string;
}

/** Whoever stands at the counter may have a receipt of paper; anyone else has bought what we know of. */
export function refuseUnbought({ role }: Scope, { product_id, order_id }: Wanted): void {
	if (role === "customer" || order_id !== undefined) throw notPurchased({ product_id });
}
interface Wanted {
	product_id: string;
	order_id?: string;
}

/** A claim is filed; without a purchase, or where it was paid in cash, a person settles it. */
export function submit(filing: Filing, purchase: Purchase | undefined): Happening[] {
	const { claim_id, customer_id, product_id, quantity } = filing;
	const bought = purchase && { purchase, location_id: purchase.location_id };
	const submitted: Happening = { type: "submitted", data: { ...filing, ...bought } };
	const reason = purchase ? PAID_IN_CASH : NO_PURCHASE;
	if (purchase && purchase.payment_method !== "cash") return [submitted];
	const data = { claim_id, customer_id, product_id, quantity, reason };
	return [submitted, { type: "review_needed", data }];
}
const PAID_IN_CASH = "paid in cash";
const NO_PURCHASE = "no purchase found";

export function review(claim: Claim, decided_by: string): Happening {
	must(claim, "SUBMITTED");
	return { type: "review_started", data: { ...about(claim), decided_by } };
}

/** What is decided, as far as it is said: by default all that is claimed, and its whole share. */
interface Terms {
	quantity?: number;
	/** Taxes included. */
	amount_cents?: number;
	disposition: Disposition;
	reason?: string;
	decided_by: string;
}

/** Grants units of a claim, but never more than is claimed, nor more cents than were paid for them. */
export function approve(claim: Claim, terms: Terms, used: Usage): Happening {
	must(claim, "UNDER_REVIEW");
	return granted(claim, terms, used);
}

/** A claim that is small enough approves itself, as soon as it is filed. */
export function approveByRule(claim: Claim, limit_cents: number, used: Usage): Happening[] {
	const { status, purchase, quantity, claim_type } = claim;
	if (status !== "SUBMITTED" || !purchase) return [];
	const share_cents = shareCents({ ...purchase, claimed_before: used.granted }, quantity);
	if (share_cents === 0 || share_cents > limit_cents) return [];
	return [granted(claim, { disposition: COMES_BACK[claim_type], decided_by: RULE }, used)];
}

function granted(claim: Claim, terms: Terms, used: Usage): Happening {
	const { quantity = claim.quantity, amount_cents, ...decision } = terms;
	if (!claim.purchase) throw new Error(`Claim ${claim.id} has no purchase to be approved on`);
	if (quantity > claim.quantity) throw claimExceedsPurchase({ available: claim.quantity });
	const purchase = { ...claim.purchase, claimed_before: used.granted };
	const share_cents = shareCents(purchase, quantity);
	// Shares of claims that were undone in between may overlap: the line's own total stands above.
	const available = Math.min(share_cents, paidCents(purchase) - used.granted_cents);
	const amount = amount_cents ?? available;
	if (available < 1 || amount > available) throw claimExceedsPurchase({ available });
	const cap = amount < share_cents && { amount_cents: amount };
	return { type: "approved", data: { ...about(claim), quantity, purchase, ...cap, ...decision } };
}

export function reject(claim: Claim, decision: { reason: string; decided_by: string }): Happening {
	must(claim, "UNDER_REVIEW");
	return { type: "rejected", data: { ...about(claim), ...decision } };
}

/** Ends a claim that was settled another way. */
export function close(claim: Claim, reason: string): Happening {
	must(claim, "MANUAL_REVIEW");
	return { type: "closed", data: { ...about(claim), reason } };
}

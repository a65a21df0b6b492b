import { claims } from "../services/claims/claims.contract.ts";
import { inventory } from "../services/inventory/inventory.contract.ts";
import { payments } from "../services/payments/payments.contract.ts";
import { choreography } from "./choreography.ts";

/**
 * Gives back what a claim was granted, by nobody's order: the money, then the goods; or neither.
 * A claim that is handed to a person is COMPENSATED where nothing was given, and FAILED, blocked,
 * until it is closed by hand where a refund stands: something is left that nobody could undo.
 */
export const claimRefund = choreography("claim-refund", {
	version: 1,
	key: "claim_id",
	named: "claim_id",
	completed: "Réclamation remboursée",
	keeps: [
		"customer_id",
		"product_id",
		"quantity",
		"disposition",
		"purchase.order_id",
		"refund_id",
		"refund_cents",
		"amount_cents",
	],
})
	.before(claims.submitted, claims.review_started)
	.unless(claims.rejected)
	.begins("APPROVE_CLAIM", claims.approved)

	.when(claims.approved)
	.by("payments", "REFUND", { failed: "Remboursement refusé" })
	.first(payments.refund_requested)
	.says(payments.refunded)
	.or(payments.refund_refused)
	.within("10m")

	.when(payments.refunded)
	.by("inventory", "RETURN_STOCK", { failed: "Retour en stock refusé" })
	.says(inventory.adjusted)
	.or(inventory.return_refused)
	.within("10m")

	.when(inventory.adjusted)
	.by("claims", "CLOSE_CLAIM")
	.says(claims.closed)
	.within("10m")

	.when(inventory.return_refused)
	.by("payments", "REVERSE_REFUND")
	.undoing("REFUND")
	.says(payments.refund_reversed)
	.or(payments.refund_stands)
	.within("10m")

	.when(payments.refund_reversed)
	.by("claims", "COMPENSATE_CLAIM")
	.undoing("APPROVE_CLAIM")
	.says(claims.compensated)
	.within("10m")

	.when(payments.refund_refused)
	.by("claims", "CALL_A_PERSON")
	.undoing("APPROVE_CLAIM")
	.says(claims.review_needed)
	.within("10m")

	.when(payments.refund_stands)
	.by("claims", "CALL_A_PERSON")
	.undoing("APPROVE_CLAIM")
	.says(claims.review_needed)
	.within("10m")

	.when(claims.review_needed)
	.byHand("claims", "CLOSE_BY_HAND")
	.says(claims.closed)

	.ends({ COMPLETED: [claims.closed], COMPENSATED: [claims.compensated, claims.review_needed] })
	.build();

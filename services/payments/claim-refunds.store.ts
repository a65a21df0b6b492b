import type { Mixin } from "../../lib/service.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import { errands } from "../../mixins/errands.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { NO, type Share } from "./claim-refund.ts";
import type { PaymentRow } from "./payment.ts";
import { payments } from "./payments.contract.ts";
import type { provider } from "./provider.store.ts";
import { factOf, type RefundRow } from "./refund.ts";
import { endRefund, listPending, openRefund, refunds, reverseRefund } from "./refunds.store.ts";

/** The kinds of errand below; each is for a claim. */
export const REFUND = "refund";
export const REVERSE = "reverse";

/** The provider's key for the refund of a claim, in both directions. */
const effectOf = (claim_id: string) => `claim:${claim_id}`;

/** Promises a claim's share of a payment back. */
export function openClaimRefund(
	tx: Tx,
	payment: PaymentRow,
	{ refund_cents: amount_cents, claim_id, ...rest }: Share & Claim,
): Promise<RefundRow> {
	const effect = effectOf(claim_id);
	const about = { key: effect, effect, ref_type: "claim", ref_id: claim_id } as const;
	const order_id = payment.ref_id;
	return openRefund(tx, payment, { ...about, amount_cents, order_id, ...rest });
}

/** Keeps, with the refund of a claim, why it should be reversed. */
export async function wantReversal(tx: Tx, claim_id: string, reason: string): Promise<void> {
	const refund = await tx.get(refunds, { effect: effectOf(claim_id), status: "SUCCEEDED" });
	await tx.update(refunds, { id: refund.id }, { reason });
}

/** What the refunds of claims ask the provider for, once that they will is committed. */
export const claimErrands = errands<Needs>({
	async [REFUND](claim_id) {
		const [refund] = await this.db.read((db) => listPending(db, effectOf(claim_id)));
		if (!refund) return () => Promise.reject(new Error(`No refund is under way: ${claim_id}`));
		const { id, key, charge_key, amount_cents } = refund;
		const isMade = await this.provider.refund(key, charge_key, amount_cents);
		return async (tx) => {
			const ended = await endRefund(tx, id, isMade);
			if (!ended) return;
			const fact = isMade
				? payments.refunded(factOf(ended))
				: payments.refund_refused(factOf(ended, NO.declined));
			await this.announce(tx, fact);
		};
	},
	async [REVERSE](claim_id) {
		const effect = effectOf(claim_id);
		const { id, key } = await this.db.read((db) => db.get(refunds, { effect }));
		const isReversed = await this.provider.reverse(key);
		return async (tx) => {
			const refund = await tx.get(refunds, { id });
			const fact = isReversed
				? payments.refund_reversed(factOf(await reverseRefund(tx, refund), refund.reason))
				: payments.refund_stands(factOf(refund, NO.stands));
			await this.announce(tx, fact);
		};
	},
});

interface Claim extends Pick<RefundRow, "disposition" | "lines"> {
	claim_id: string;
}
type Added<M> = M extends Mixin<infer Adds, infer _> ? Adds : never;
type Needs = { db: Database } & Added<typeof outbox> & Added<typeof provider>;

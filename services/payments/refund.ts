import Type, { type Static } from "typebox";
import { newId } from "../../lib/ids.ts";
import type { PaymentRow } from "./payment.ts";
import { Refund, refundExceedsCaptured, returned } from "./payments.contract.ts";

/** A refund as it is kept: with its key at the provider, and the effect that it is a part of. */
export const RefundRow = Type.Object({
	...Refund.properties,
	key: Type.String(),
	effect: Type.String(),
	...returned,
});
export type RefundRow = Static<typeof RefundRow>;
/** What only a refund of a claim has. */
export type Claimed = Pick<RefundRow, "gst_cents" | "qst_cents" | keyof typeof returned>;

interface Ending
	extends Pick<RefundRow, "key" | "amount_cents" | "status">,
		Claimed,
		Partial<Pick<RefundRow, "effect" | "ref_type" | "ref_id">> {
	reason?: string | undefined;
}

export const rowOf = (payment: PaymentRow, { reason, effect, ...ending }: Ending): RefundRow => ({
	id: newId("rfd"),
	effect: effect ?? ending.key,
	payment_id: payment.id,
	ref_type: payment.ref_type,
	ref_id: payment.ref_id,
	created_at: new Date().toISOString(),
	...(reason && { reason }),
	...ending,
});

/** What the world sees of it. */
function shown({ key: _, effect: __, ...rest }: RefundRow): Refund {
	const { lines: ___, disposition: ____, order_id: _____, ...refund } = rest;
	return refund;
}

/** What the world is told of it. */
export const factOf = (refund: RefundRow, reason?: string) => {
	const { id: refund_id, payment_id: id, ref_type, ref_id, amount_cents: refund_cents } = refund;
	const { gst_cents, qst_cents, disposition, lines, order_id } = refund;
	return {
		...{ id, refund_id, ref_type, ref_id, refund_cents },
		...(gst_cents !== undefined && { gst_cents }),
		...(qst_cents !== undefined && { qst_cents }),
		...(ref_type === "claim" && { claim_id: ref_id }),
		...(disposition && { disposition }),
		...(lines && { lines }),
		...(order_id && { order_id }),
		...(reason && { reason }),
	};
};

/** What to answer for several: a no only if nothing went back. */
export function totalOf(ended: RefundRow[]): { refunded_cents: number } | Error {
	const kept = ended.filter(({ status }) => status === "SUCCEEDED");
	if (ended.length > 0 && kept.length === 0) return refundExceedsCaptured();
	return { refunded_cents: kept.reduce((sum, { amount_cents }) => sum + amount_cents, 0) };
}

export const soleOf = ([refund]: RefundRow[]): Refund | Error =>
	refund?.status === "SUCCEEDED" ? shown(refund) : refundExceedsCaptured();

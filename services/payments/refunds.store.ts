import { counter } from "../../mixins/counter.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { left, type PaymentRow, promise, refundEnded } from "./payment.ts";
import { paymentNotFound } from "./payments.contract.ts";
import { change, payments, SWEEP_MAX, settle } from "./payments.store.ts";
import type { Charge } from "./provider.ts";
import { type Claimed, RefundRow, rowOf } from "./refund.ts";

export const refunds = table("refund", RefundRow, "id");

const count = counter("refunds_total", "Refunds that were made.", "ref_type");
const countCents = counter("refund_amount_cents_total", "What was given back.", "ref_type");

function counted(tx: Tx, { ref_type, amount_cents }: RefundRow): void {
	count(tx, { ref_type });
	countCents(tx, { ref_type }, amount_cents);
}

/** Writes down that a charge was cancelled: nothing of it stays, whatever had become of it. */
export async function takeBack(tx: Tx, key: string, charge: Charge) {
	const found = await tx.get(payments, { key });
	const payment = found.status === "CREATED" ? await settle(tx, key, charge) : found;
	const amount_cents = charge.refunded_cents;
	if (amount_cents === 0) return { before: found, payment };
	const refund = rowOf(payment, { key: `${key}:undo`, amount_cents, status: "SUCCEEDED" });
	await tx.insert(refunds, refund);
	counted(tx, refund);
	const after = refundEnded(promise(payment, amount_cents), refund);
	return { before: found, payment: await change(tx, payment, after), refund };
}

/** Promises money back: what is promised twice is refused, even if neither has gone yet. */
export async function openRefund(
	tx: Tx,
	payment: PaymentRow,
	{ effect, amount_cents = left(payment), ...wanted }: Wanted,
): Promise<RefundRow> {
	await change(tx, payment, promise(payment, amount_cents));
	const fields = { key: `${effect}/${payment.id}`, effect, amount_cents, ...wanted };
	const refund = rowOf(payment, { ...fields, status: "PENDING" });
	await tx.insert(refunds, refund);
	return refund;
}

/** The same for one payment, of which a part may be wanted. */
export async function openRefundOf(tx: Tx, id: string, wanted: Wanted): Promise<RefundRow[]> {
	const payment = await tx.find(payments, { id });
	if (!payment) throw paymentNotFound({ id });
	return [await openRefund(tx, payment, wanted)];
}

/** Promises back all that is left of what an order has paid. */
export async function openRefunds(tx: Tx, order_id: string, effect: string) {
	const paid = await tx.list(payments, { ref_id: order_id });
	if (!paid.some(({ captured_cents }) => captured_cents > 0))
		throw paymentNotFound({ id: order_id });
	const opened: RefundRow[] = [];
	for (const payment of paid.filter((payment) => left(payment) > 0))
		opened.push(await openRefund(tx, payment, { effect }));
	return opened;
}

/** The refunds that an effect has begun, with the keys that the provider knows the charges by. */
export const listPending = (db: Reader, effect: string) =>
	db.query<RefundRow & { charge_key: string }>(
		`select refund.*, payment.key as charge_key from refund
		join payment on payment.id = refund.payment_id
		where refund.effect = $effect and refund.status = 'PENDING' order by refund.id`,
		{ effect },
	);

export const listOf = (tx: Tx, effect: string) => tx.list(refunds, { effect });

/** The effects whose refunds have been pending for longer; a claim's is an errand, never stuck. */
export async function listStuck(db: Reader, age_ms: number): Promise<string[]> {
	const rows = await db.query<Pick<RefundRow, "effect">>(
		`select distinct effect from refund
		where status = 'PENDING' and created_at < $before and ref_type <> 'claim'
		order by effect limit ${SWEEP_MAX}`,
		{ before: new Date(Date.now() - age_ms).toISOString() },
	);
	return rows.map(({ effect }) => effect);
}

/** Ends a refund: its promise is kept, or taken back. Nothing, if somebody else has ended it. */
export async function endRefund(tx: Tx, id: string, succeeded: boolean) {
	const status = succeeded ? "SUCCEEDED" : "FAILED";
	const pending = await tx.find(refunds, { id, status: "PENDING" });
	if (!pending) return undefined;
	const refund: RefundRow = { ...pending, status };
	await tx.update(refunds, { id }, { status });
	const payment = await tx.get(payments, { id: refund.payment_id });
	await change(tx, payment, refundEnded(payment, refund));
	if (succeeded) counted(tx, refund);
	return refund;
}

/** Gives back what a refund took: the money of a claim that could not be carried through. */
export async function reverseRefund(tx: Tx, refund: RefundRow): Promise<RefundRow> {
	const reversed: RefundRow = { ...refund, status: "REVERSED" };
	await tx.update(refunds, { id: refund.id, status: "SUCCEEDED" }, { status: "REVERSED" });
	const payment = await tx.get(payments, { id: refund.payment_id });
	await change(tx, payment, refundEnded(payment, reversed));
	return reversed;
}

interface Wanted extends Partial<Pick<RefundRow, "key" | "ref_type" | "ref_id" | keyof Claimed>> {
	effect: string;
	amount_cents?: number | undefined;
	reason?: string | undefined;
}

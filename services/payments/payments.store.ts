import { randomBytes } from "node:crypto";
import Type from "typebox";
import { counter } from "../../mixins/counter.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import type { CardFace } from "./card.ts";
import { next, PaymentRow, settled } from "./payment.ts";
import { type PaymentToken, paymentDeclined } from "./payments.contract.ts";
import type { Charge } from "./provider.ts";

export const SWEEP_MAX = 200; // the rest waits for the next sweep
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

export const payments = table("payment", PaymentRow, "id");

const tokens = table(
	"card_token",
	Type.Object({
		token: Type.String(),
		card_brand: Type.String(),
		card_last4: Type.String(),
		created_at: Type.Integer(),
		/** The order that it was shown for. */
		order_id: Type.Optional(Type.String()),
	}),
	"token",
);

export async function addToken(tx: Tx, face: CardFace, order_id?: string): Promise<PaymentToken> {
	const token = `tok_${randomBytes(24).toString("base64url")}`;
	await tx.insert(tokens, {
		...{ token, ...face, created_at: Date.now() },
		...(order_id && { order_id }),
	});
	return { payment_token: token, ...face };
}

/** What is known of the card behind a token; one that we did not give pays for nothing. */
export async function getFace(tx: Tx, token: string): Promise<CardFace> {
	const row = await tx.find(tokens, { token });
	if (!row) throw paymentDeclined();
	return shownOf(row);
}

/** The card that was shown for an order, if one was. */
export async function findFace(db: Reader, order_id: string): Promise<CardFace | undefined> {
	const row = await db.find(tokens, { order_id });
	return row && shownOf(row);
}
const shownOf = ({ card_brand, card_last4 }: CardFace): CardFace => ({ card_brand, card_last4 });

export const addPayment = (tx: Tx, payment: PaymentRow) => tx.insert(payments, payment);

const count = counter("payments_total", "Payments by what became of them.", "outcome");

/** Writes down what the provider answered about a payment that was only intended. */
export async function settle(
	tx: Tx,
	key: string,
	charge: Charge,
	known?: PaymentRow,
): Promise<PaymentRow> {
	const payment = known ?? (await tx.get(payments, { key }));
	count(tx, { outcome: charge.status });
	return change(tx, payment, settled(payment, charge));
}

const UNOWNED = `from payment
	where not owned and created_at < $before and ref_type = 'order'
		and status in ('CREATED', 'CAPTURED', 'PARTIALLY_REFUNDED')`;

/** What may have been captured for orders, longer ago than that, and has not been seen to be theirs. */
export const listUnowned = (db: Reader, age_ms: number) =>
	db.query<Unowned>(
		`select id, key, ref_id, saga_id ${UNOWNED} order by created_at limit ${SWEEP_MAX}`,
		{ before: ago(age_ms) },
	);

/** They are their order's: the sweep looks at them no more. */
export async function own(tx: Tx, owned: readonly Unowned[]): Promise<void> {
	for (const { id } of owned) await tx.update(payments, { id }, { owned: true });
}

/** How many of those there are. */
export async function countUnowned(db: Reader, age_ms: number): Promise<number> {
	const [row] = await db.query<{ count: number }>(`select count(*) as count ${UNOWNED}`, {
		before: ago(age_ms),
	});
	return row?.count ?? 0;
}

/** The update names the state that it leaves: one that another left meanwhile is a defect. */
export async function change(tx: Tx, from: PaymentRow, to: PaymentRow): Promise<PaymentRow> {
	const { id, status, refunded_cents } = from;
	const possible: readonly string[] = [status, ...next[status]];
	if (!possible.includes(to.status))
		throw new Error(`Payment ${id} cannot go from ${status} to ${to.status}`);
	if ((await tx.update(payments, { id, status, refunded_cents }, to)) === 0)
		throw new Error(`Payment ${id} has changed meanwhile`);
	return to;
}

export interface Unowned extends Pick<PaymentRow, "id" | "key" | "ref_id"> {
	saga_id: string | null;
}

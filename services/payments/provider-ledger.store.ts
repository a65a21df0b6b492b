import Type, { type Static } from "typebox";
import { type Tx, table } from "../../mixins/database.mixin.ts";
import { Charge, leftOf } from "./provider.ts";

export const charges = table("charge", Charge, "key");

const ChargeRefund = Type.Object({
	key: Type.String(),
	charge_key: Type.String(),
	amount_cents: Type.Integer(),
	status: Type.Enum(["succeeded", "declined", "reversed", "stands"]),
	created_at: Type.Integer(),
});
type ChargeRefund = Static<typeof ChargeRefund>;
const refunds = table("charge_refund", ChargeRefund, "key");

interface Ask {
	key: string;
	charge_key: string;
	amount_cents: number;
	isDeclined: boolean;
}

/** Gives back a part of a charge, unless it is declined or less is left: then, and for ever. */
export async function refund(tx: Tx, { isDeclined, ...ask }: Ask): Promise<boolean> {
	const charge = await tx.find(charges, { key: ask.charge_key });
	// Once the charge is held: of two replicas that ask at once the second finds what the first was given.
	const known = await tx.find(refunds, { key: ask.key });
	if (known) return isGiven(known) && known.amount_cents === ask.amount_cents;
	if (!charge || leftOf(charge) < ask.amount_cents) return false;
	await record(tx, charge, { ...ask, status: isDeclined ? "declined" : "succeeded" });
	return !isDeclined;
}

/** Takes a refund back: says whether it is, now or already. One that once stood stands. */
export async function reverse(tx: Tx, key: string, declined: (refund: ChargeRefund) => boolean) {
	const given = await tx.find(refunds, { key });
	if (given?.status !== "succeeded") return given?.status === "reversed";
	const status = declined(given) ? "stands" : "reversed";
	await tx.update(refunds, { key }, { status });
	if (status === "stands") return false;
	const { refunded_cents } = await tx.get(charges, { key: given.charge_key });
	const left = { refunded_cents: refunded_cents - given.amount_cents };
	await tx.update(charges, { key: given.charge_key }, left);
	return true;
}

/** All that is left of a charge. */
export const giveBackAll = (tx: Tx, charge: Charge, key: string) =>
	record(tx, charge, {
		key,
		charge_key: charge.key,
		amount_cents: leftOf(charge),
		status: "succeeded",
	});

export async function givenBack(tx: Tx, key: string): Promise<number> {
	const found = await tx.find(refunds, { key });
	return found && isGiven(found) ? found.amount_cents : 0;
}

const isGiven = ({ status }: ChargeRefund) => status === "succeeded" || status === "stands";

async function record(tx: Tx, charge: Charge, refund: Omit<ChargeRefund, "created_at">) {
	await tx.insert(refunds, { ...refund, created_at: Date.now() });
	if (refund.status !== "succeeded") return;
	const refunded_cents = charge.refunded_cents + refund.amount_cents;
	await tx.update(charges, { key: charge.key }, { refunded_cents });
}

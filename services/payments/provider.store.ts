import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import Type from "typebox";
import { newId } from "../../lib/ids.ts";
import { mixin } from "../../lib/service.ts";
import { open } from "../../mixins/database/open.ts";
import { type Tx, table } from "../../mixins/database.mixin.ts";
import { FailureConfig } from "./payments.contract.ts";
import { Charge, isDeclined, leftOf, NO_FAILURE } from "./provider.ts";

const charges = table("charge", Charge, "key");
const configs = table(
	"failure_config",
	Type.Object({ id: Type.String(), ...FailureConfig.properties }),
	"id",
);
const refunds = table(
	"charge_refund",
	Type.Object({
		key: Type.String(),
		charge_key: Type.String(),
		amount_cents: Type.Integer(),
		created_at: Type.Integer(),
	}),
	"key",
);
const SIMULATOR = { id: "simulator" };

/**
 * Gives the service `this.provider`, which simulates the payment provider: another company, with
 * a ledger of its own that no transaction of ours reaches. Asked again by the same key, it gives
 * its first answer.
 */
export const provider = mixin<{ provider: Provider; ledger: ReturnType<typeof open> }>({
	created() {
		this.ledger = open("provider");
		this.provider = providerOn(this.ledger);
	},
	started() {
		return this.ledger.migrate();
	},
	stopped() {
		return this.ledger.close();
	},
});

const providerOn = (ledger: ReturnType<typeof open>): Provider => {
	const config = async () => {
		const row = await ledger.read((db) => db.find(configs, SIMULATOR));
		if (!row) return NO_FAILURE;
		const { id: _, ...kept } = row;
		return kept;
	};
	return {
		config,
		configure: (config) => ledger.write((tx) => replace(tx, config)),

		async charge({ key, amount_cents }) {
			const rules = await config();
			if (rules.latency_ms > 0) await pause(rules.latency_ms);
			const at = Date.now();
			const declined = isDeclined(rules, { amount_cents, at, draw: randomInt(100) });
			const charge = {
				...entry(key, amount_cents, declined ? "declined" : "captured"),
				...(declined && { failure_code: "card_declined" }),
			};
			return ledger.write(async (tx) =>
				(await tx.claim(charges, charge)) ? charge : sameCharge(tx, charge),
			);
		},

		cancel: (key, refund_key) =>
			ledger.write(async (tx) => {
				const nothing = entry(key, 0, "cancelled");
				if (await tx.claim(charges, nothing)) return nothing;
				const charge = await tx.get(charges, { key });
				if (leftOf(charge) > 0) await giveBack(tx, charge, refund_key, leftOf(charge));
				return { ...charge, refunded_cents: await givenBack(tx, refund_key) };
			}),

		refund: (key, charge_key, amount_cents) =>
			ledger.write(async (tx) => {
				if ((await givenBack(tx, key)) === amount_cents) return true;
				const charge = await tx.find(charges, { key: charge_key });
				if (!charge || leftOf(charge) < amount_cents) return false;
				await giveBack(tx, charge, key, amount_cents);
				return true;
			}),

		remember: (key, amount_cents) =>
			ledger.write(async (tx) => {
				await tx.claim(charges, entry(key, amount_cents, "captured"));
			}),
	};
};

const entry = (key: string, amount_cents: number, status: Charge["status"]): Charge => ({
	key,
	amount_cents,
	refunded_cents: 0,
	status,
	provider_ref: newId("sim"),
	created_at: Date.now(),
});

async function sameCharge(tx: Tx, { key, amount_cents }: Charge): Promise<Charge> {
	const first = await tx.get(charges, { key });
	if (first.status !== "cancelled" && first.amount_cents !== amount_cents)
		throw new Error(`The provider knows ${key} with another amount`);
	return first;
}

async function giveBack(tx: Tx, charge: Charge, key: string, amount_cents: number): Promise<void> {
	const { key: charge_key, refunded_cents } = charge;
	await tx.insert(refunds, { key, charge_key, amount_cents, created_at: Date.now() });
	await tx.update(charges, { key: charge_key }, { refunded_cents: refunded_cents + amount_cents });
}

const givenBack = async (tx: Tx, key: string) =>
	(await tx.find(refunds, { key }))?.amount_cents ?? 0;

async function replace(tx: Tx, config: FailureConfig): Promise<void> {
	await tx.remove(configs, SIMULATOR);
	await tx.insert(configs, { ...SIMULATOR, ...config });
}

export interface Provider {
	config(): Promise<FailureConfig>;
	configure(config: FailureConfig): Promise<void>;
	/** Takes the money, or declines; a key that was cancelled first takes nothing. */
	charge(ask: { key: string; amount_cents: number }): Promise<Charge>;
	/**
	 * Whatever became of the charge, nothing of it stays, and none by that key will ever be taken.
	 * Answers the charge, with what this cancellation has given back of it.
	 */
	cancel(key: string, refund_key: string): Promise<Charge>;
	/** Says whether it is given back; not, when the charge has less left. */
	refund(key: string, charge_key: string, amount_cents: number): Promise<boolean>;
	/** A charge from before the ledger began: the demo's. */
	remember(key: string, amount_cents: number): Promise<void>;
}

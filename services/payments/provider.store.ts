import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import Type from "typebox";
import { newId } from "../../lib/ids.ts";
import { mixin } from "../../lib/service.ts";
import { open } from "../../mixins/database/open.ts";
import { type Tx, table } from "../../mixins/database.mixin.ts";
import { FailureConfig } from "./payments.contract.ts";
import {
	type Charge,
	concerns,
	isDeclined,
	leftOf,
	NO_FAILURE,
	type Operation,
} from "./provider.ts";
import * as kept from "./provider-ledger.store.ts";

const configs = table(
	"failure_config",
	Type.Object({ id: Type.String(), ...FailureConfig.properties }),
	"id",
);
const SIMULATOR = { id: "simulator" };
const { charges } = kept;

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
	/** Thinks as long as it is told to; its mind is then made up, for any amount. */
	const decide = async (operation: Operation) => {
		const rules = await config();
		if (concerns(rules, operation) && rules.latency_ms > 0) await pause(rules.latency_ms);
		const [at, draw] = [Date.now(), randomInt(100)];
		return ({ amount_cents }: { amount_cents: number }) =>
			isDeclined(rules, { operation, amount_cents, at, draw });
	};
	return {
		config,
		configure: (config) => ledger.write((tx) => replace(tx, config)),

		async charge({ key, amount_cents }) {
			const declined = (await decide("capture"))({ amount_cents });
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
				if (leftOf(charge) > 0) await kept.giveBackAll(tx, charge, refund_key);
				return { ...charge, refunded_cents: await kept.givenBack(tx, refund_key) };
			}),

		async refund(key, charge_key, amount_cents) {
			const isDeclined = (await decide("refund"))({ amount_cents });
			return ledger.write((tx) => kept.refund(tx, { key, charge_key, amount_cents, isDeclined }));
		},

		async reverse(key) {
			const declined = await decide("reversal");
			return ledger.write((tx) => kept.reverse(tx, key, declined));
		},

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
	/** Takes a refund back, if that can still be done: says whether it is. */
	reverse(key: string): Promise<boolean>;
	/** A charge from before the ledger began: the demo's. */
	remember(key: string, amount_cents: number): Promise<void>;
}

import type { ServiceBroker } from "moleculer";
import { asService } from "../../config/identity.ts";
import type { Fact } from "../../lib/fact.ts";
import { isRefusal } from "../../lib/refusal.ts";
import { mixin } from "../../lib/service.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import type { Mail } from "../../mixins/mail.mixin.ts";
import type { Message } from "../../mixins/webhook.mixin.ts";
import { customers } from "../customers/customers.contract.ts";
import { identity } from "../identity/identity.contract.ts";
import { type Kept, type Outcome, shown, tried } from "./notification.ts";
import { nextDue, noteTried, takeDue } from "./notifications.store.ts";
import { findSubscription } from "./subscriptions.store.ts";

const LEASE_MS = 60_000; // longer than any attempt takes
const LOOK_MS = 30_000; // a crash leaves what nobody woke us for

/** Gives the service `this.wake(ms)` and `this.carry()`: what is due leaves the house, or is due again. */
export const postman = mixin<Postman, Needs>({
	created() {
		let round: Promise<Delivered> | undefined;
		let timer: NodeJS.Timeout | undefined;
		let rings_at = Number.POSITIVE_INFINITY;
		const ring = async () => {
			rings_at = Number.POSITIVE_INFINITY;
			await this.carry().catch((err) => {
				this.logger.warn("notifications wait", { err });
				this.wake(LOOK_MS);
			});
		};
		this.wake = (ms) => {
			const at = Date.now() + ms;
			if (this.isResting || at >= rings_at) return;
			clearTimeout(timer);
			rings_at = at;
			timer = setTimeout(ring, ms).unref();
		};
		this.carry = async () => {
			await round?.catch(() => {}); // what has come since may have come too late for it
			round ??= carryAll(this).finally(() => {
				round = undefined;
			});
			return round;
		};
		this.rest = async () => {
			this.isResting = true;
			clearTimeout(timer);
			await round?.catch(() => {}); // said by whoever woke it
		};
	},
	started() {
		this.wake(0);
	},
	stopped() {
		return this.rest();
	},
});

async function carryAll(host: Host): Promise<Delivered> {
	const done = { sent: 0, failed: 0 };
	while (!host.isResting) {
		const due = await host.db.write((tx) => takeDue(tx, Date.now(), LEASE_MS));
		if (due.length === 0) break;
		const addressOf = addressBook(host.broker);
		for (const isSent of await Promise.all(due.map((kept) => attempt(host, kept, addressOf))))
			done[isSent ? "sent" : "failed"]++;
	}
	const next = (await host.db.read(nextDue)) ?? Number.MAX_SAFE_INTEGER;
	host.wake(Math.min(LOOK_MS, Math.max(0, next - Date.now())));
	return done;
}

/** Says whether it was sent. Between sending and this commit a crash sends it twice, under one id. */
async function attempt(host: Host, kept: Kept, addressOf: AddressOf): Promise<boolean> {
	const after = tried(kept, await carried(host, kept, addressOf).catch(failure), Date.now());
	await host.db.write(async (tx) => {
		// With others that have just been carried.
		tx.beforeCommit(noteTried, { after, announce: host.announce });
	});
	return after.status === "SENT";
}

const failure = (error: unknown): Outcome => ({
	error: (error instanceof Error ? error.message : String(error)).slice(0, 300),
	isFinal: isRefusal(error), // nobody there to write to: asking again changes nothing
});

async function carried(host: Host, kept: Kept, addressOf: AddressOf): Promise<Outcome> {
	const { id, channel, recipient_id } = kept;
	if (channel === "webhook") {
		const subscription = await host.db.read((db) => findSubscription(db, recipient_id));
		if (subscription?.status !== "ACTIVE") return { error: "unsubscribed", isFinal: true };
		const { url, secret } = subscription;
		await host.post({ id, url, secret, body: JSON.stringify(kept.payload) });
		return {};
	}
	const { email: to, locale = "fr" } = await addressOf(kept);
	if (!to) return { error: "no e-mail address", isFinal: true };
	const { title, text } = shown(kept, locale);
	await host.mail({ id, to, subject: title, text });
	return { locale };
}

/** Who is written to several times in a round is looked up once. */
function addressBook(broker: ServiceBroker): AddressOf {
	const acting = { headers: asService("notifications") };
	const known = new Map<string, Promise<Address>>();
	const find = async ({ recipient_type, recipient_id: id }: Kept): Promise<Address> => {
		if (recipient_type === "customer") return customers.get(broker, { id }, acting);
		return recipient_type === "user" ? identity.getUser(broker, { id }, acting) : {};
	};
	return (kept) => {
		const name = `${kept.recipient_type}/${kept.recipient_id}`;
		const found = known.get(name) ?? find(kept);
		known.set(name, found);
		return found;
	};
}
type AddressOf = (kept: Kept) => Promise<Address>;
interface Address {
	email?: string;
	locale?: "fr" | "en";
}

interface Needs {
	db: Database;
	announce(tx: Tx, fact: Fact): Promise<void>;
	mail(message: Mail): Promise<void>;
	post(message: Message): Promise<void>;
}
type Host = Needs & Postman & { broker: ServiceBroker };
interface Delivered {
	sent: number;
	failed: number;
}
interface Postman {
	/** Has what is due carried, that many milliseconds from now at the latest. */
	wake(ms: number): void;
	/** Carries what is due now; says what came of it. */
	carry(): Promise<Delivered>;
	rest(): Promise<void>;
	isResting: boolean;
}

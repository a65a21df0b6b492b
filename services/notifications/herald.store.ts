import type { Recorded } from "../../lib/fact.ts";
import { mixin } from "../../lib/service.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import type { Kept, Notice } from "./notification.ts";
import { addNotices } from "./notifications.store.ts";
import { listActive, type SubscriptionRow } from "./subscriptions.store.ts";
import { toWebhook } from "./told.ts";

const COMPANY_MS = 500; // mail can wait for more of it: it costs most one by one

/**
 * Gives the service `this.tell(tx, fact, notices)`: each is kept once, in the unit that hears the
 * fact, and sent after it commits; and the fact goes to whoever subscribed to it.
 */
export const herald = mixin<Herald, Needs>({
	created() {
		const tellAll = async (tx: Tx, told: Told[]) => {
			const subscribed = await listActive(tx); // once for all facts of a commit
			await this.keep(
				tx,
				told.flatMap(({ fact, notices }) => [...notices, ...webhooksOf(fact, subscribed)]),
			);
		};
		this.tell = async (tx, fact, notices) => tx.beforeCommit(tellAll, { fact, notices });
		this.keep = async (tx, notices) => {
			const added = await addNotices(tx, notices);
			if (added.some(isCarried)) tx.afterCommit(() => this.wake(COMPANY_MS));
		};
	},
});

function webhooksOf(fact: Recorded, subscribed: readonly SubscriptionRow[]): Notice[] {
	const { message_id: cause, event, version, producer, key, key_seq, payload, occurred_at } = fact;
	const body = { message_id: cause, event, version, producer, key, key_seq, payload, occurred_at };
	return subscribed
		.filter(({ event_types }) => event_types.includes(event))
		.map(({ id }) => toWebhook(id, cause, event, body));
}

/** What stays in the application is there at once: nothing is sent, and no fact says so. */
const isCarried = ({ status }: Kept) => status !== "SENT";

interface Told {
	readonly fact: Recorded;
	readonly notices: readonly Notice[];
}
interface Needs {
	/** Has what is due carried, that many milliseconds from now. */
	wake(ms: number): void;
}
interface Herald {
	tell(tx: Tx, fact: Recorded, notices: readonly Notice[]): Promise<void>;
	/** Keeps each message once, and has it carried. */
	keep(tx: Tx, notices: readonly Notice[]): Promise<void>;
}

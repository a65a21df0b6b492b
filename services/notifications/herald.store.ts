import type { Fact, Recorded } from "../../lib/fact.ts";
import { mixin } from "../../lib/service.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import { type Kept, type Notice, toldOf } from "./notification.ts";
import { notifications } from "./notifications.contract.ts";
import { addNotices } from "./notifications.store.ts";
import { listActive } from "./subscriptions.store.ts";
import { toWebhook } from "./told.ts";

/**
 * Gives the service `this.tell(tx, fact, notices)`: each is kept once, in the unit that hears the
 * fact, and sent after it commits; and the fact goes to whoever subscribed to it.
 */
export const herald = mixin<Herald, Needs>({
	created() {
		this.tell = async (tx, fact, notices) => {
			const subscribed = (await listActive(tx)).filter(({ event_types }) =>
				event_types.includes(fact.event),
			);
			const { message_id: cause, headers: _, ...rest } = fact;
			const body = { message_id: cause, ...rest };
			const webhooks = subscribed.map(({ id }) => toWebhook(id, cause, fact.event, body));
			await this.keep(tx, [...notices, ...webhooks]);
		};
		this.keep = async (tx, notices) => {
			const added = await addNotices(tx, notices);
			for (const kept of added.filter(isThere))
				await this.announce(tx, notifications.sent(toldOf(kept)));
			if (!added.every(isThere)) tx.afterCommit(() => this.wake(0));
		};
	},
});

const isThere = ({ status }: Kept) => status === "SENT";

interface Needs {
	announce(tx: Tx, fact: Fact): Promise<void>;
	/** Has what is due carried, that many milliseconds from now. */
	wake(ms: number): void;
}
interface Herald {
	tell(tx: Tx, fact: Recorded, notices: readonly Notice[]): Promise<void>;
	/** Keeps each message once, and has it carried. */
	keep(tx: Tx, notices: readonly Notice[]): Promise<void>;
}

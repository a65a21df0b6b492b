import { createInbox, type NatsConnection } from "nats";

/** Where a connection is answered: below the prefix that its user alone may read, if it has one. */
export function inboxFor(nats: NatsConnection): string {
	const { options } = nats as unknown as { options: { inboxPrefix?: string } };
	return createInbox(options.inboxPrefix);
}

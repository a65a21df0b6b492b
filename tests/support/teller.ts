import type { Service, ServiceBroker } from "moleculer";
import type { Fact } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { type Database, database, type Tx } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";

/** A context that only announces what a test has it say: its database and outbox are real. */
export const teller = (name: string) =>
	service({ name }, { mixins: [database, outbox], actions: {} });

/** Says facts in the name of their context, all in one unit of work. */
export async function tells(broker: ServiceBroker, ...facts: Fact[]): Promise<void> {
	for (const [name, theirs] of Map.groupBy(facts, ({ event }) => event.split(".")[0] ?? "")) {
		const host = broker.getLocalService(name) as Host;
		await host.db.write(async (tx) => {
			for (const fact of theirs) await host.announce(tx, fact);
		});
	}
}

type Host = Service & { db: Database; announce(tx: Tx, fact: Fact): Promise<void> };

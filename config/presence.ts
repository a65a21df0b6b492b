import type { ServiceBroker } from "moleculer";

const HEARD_MS = 3_000; // for all nodes to have heard; one that hangs is not waited for

/**
 * Resolves once every node may call what is offered here. Moleculer tells them a second after it
 * has started: who is stopped meanwhile, since this one is there now, would leave nobody to call.
 */
export async function arrive(broker: ServiceBroker): Promise<void> {
	await tell(broker);
}

/**
 * The mesh is told that there is nothing to call here. Moleculer's own stop gives the others a
 * tenth of a second to hear it, and refuses what comes later.
 */
export async function leave(broker: ServiceBroker): Promise<void> {
	if (!broker.transit?.connected) return;
	registryOf(broker).regenerateLocalRawInfo(true, true);
	await tell(broker);
}

/** NATS keeps what one sends another in order: who answers has heard it, and what it had sent us is here. */
async function tell(broker: ServiceBroker): Promise<void> {
	if (!broker.transit?.connected) return;
	const { discoverer, nodes } = registryOf(broker);
	await discoverer.sendLocalNodeInfo();
	if (nodes.onlineCount() > 1) await broker.ping(undefined, HEARD_MS);
}

/** What is Moleculer's own, and not in its types. */
interface Registry {
	regenerateLocalRawInfo(isNewer: boolean, isStopping: boolean): void;
	readonly discoverer: { sendLocalNodeInfo(): Promise<void> };
	readonly nodes: { onlineCount(): number };
}
const registryOf = (broker: ServiceBroker) =>
	(broker as unknown as { registry: Registry }).registry;

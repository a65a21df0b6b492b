import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";
import { CONTEXTS } from "../../config/topology.ts";
import { nodesOf } from "./registry.ts";

const LOOK_MS = 50;
const SETTLED_MS = 300; // nodes answer at once, or are as busy as we are: then they come one by one
const HEARD_MS = 3_000; // a mesh may lack contexts for good

/**
 * Resolves once it is known who is in the mesh, as far as that can be waited for: Moleculer does so
 * for half a second, whoever has answered by then. What comes in before that is told 404.
 */
export async function hearMesh(broker: ServiceBroker): Promise<void> {
	const end = performance.now() + HEARD_MS;
	let last = "";
	let since = performance.now();
	while (broker.transit?.connected && performance.now() < end) {
		const names = namesElsewhere(broker);
		if (isWhole(broker, names)) return;
		const heard = [...names].sort().join();
		if (heard !== last) since = performance.now();
		last = heard;
		if (heard !== "" && performance.now() - since >= SETTLED_MS) return;
		await sleep(LOOK_MS);
	}
}

const namesElsewhere = (broker: ServiceBroker): ReadonlySet<string> =>
	new Set(
		nodesOf(broker)
			.filter(({ id }) => id !== broker.nodeID)
			.flatMap(({ services }) => services.map(({ name }) => name))
			.filter((name) => !name.startsWith("$")),
	);

const isWhole = ({ services }: ServiceBroker, elsewhere: ReadonlySet<string>) =>
	CONTEXTS.every((name) => elsewhere.has(name) || services.some((own) => own.name === name));

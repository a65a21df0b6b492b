import type { ServiceBroker } from "moleculer";
import { NEEDS } from "../../config/topology.ts";
import { answering } from "../../mixins/database/open.ts";

/** What keeps these contexts of a process from their work, in words. */
export async function faultsOf(
	{ registry, transit }: ServiceBroker,
	contexts: readonly string[],
): Promise<string[]> {
	const silent = [...(await answering())].filter(([, isUp]) => !isUp);
	const known = registry.getServiceList({ onlyAvailable: true }) as { name: string }[];
	const here = new Set(known.map(({ name }) => name));
	const needed = new Set(contexts.flatMap((name) => NEEDS[name] ?? []));
	return [
		...(transit?.connected === false ? ["it is not in the mesh"] : []),
		...silent.map(([name]) => `the database of ${name} does not answer`),
		...[...needed].filter((name) => !here.has(name)).map((name) => `nobody offers ${name}`),
	];
}

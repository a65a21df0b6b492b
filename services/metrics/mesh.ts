import type { ServiceBroker } from "moleculer";
import { Expected } from "./expected.ts";
import type { Name, Reading, Sheet } from "./figures.ts";

const NAMES: readonly Name[] = [
	"mesh_nodes",
	"mesh_service_endpoints",
	"mesh_service_expected",
	"mesh_action_endpoints",
];
/** Moleculer's own, and ours of which every process has one. */
const isInternal = (name: string) => name.startsWith("$") || name === "node";

interface Node {
	readonly id: string;
	readonly available: boolean;
	readonly services?: readonly { readonly name: string }[];
}
interface Action {
	readonly name: string;
	readonly endpoints?: readonly unknown[];
}

/** The mesh as the registry of one node sees it. */
export class Mesh {
	readonly #broker: ServiceBroker;
	readonly #expected = new Expected();
	readonly #lost = new Set<string>();

	constructor(broker: ServiceBroker) {
		this.#broker = broker;
	}

	joined({ id }: Node): void {
		this.#lost.delete(id);
	}

	/** One that says goodbye is not missed. */
	left({ id, services = [] }: Node, isUnexpected: boolean): void {
		if (isUnexpected) this.#lost.add(id);
		else this.#expected.left(services.map(({ name }) => name));
	}

	read(): Sheet {
		const { registry } = this.#broker;
		const options = { withServices: true, onlyAvailable: false };
		const nodes = registry.getNodeList(options) as unknown as Node[];
		const up = nodes.filter(({ available }) => available);
		const lost = nodes.filter(({ id, available }) => !available && this.#lost.has(id));
		const counts = tally(up.flatMap(({ services = [] }) => services));
		this.#expected.saw(counts);
		const all = registry.getActionList({ withEndpoints: true, skipInternal: true });
		return {
			names: NAMES,
			readings: [
				{ name: "mesh_nodes", labels: { state: "up" }, value: up.length },
				{ name: "mesh_nodes", labels: { state: "down" }, value: lost.length },
				...[...this.#expected.counts].flatMap(([service_name, value]): Reading[] => [
					{ name: "mesh_service_expected", labels: { service_name }, value },
					// Who has gone altogether is shown with none: a series that is missing rings no bell.
					{
						name: "mesh_service_endpoints",
						labels: { service_name },
						value: counts.get(service_name) ?? 0,
					},
				]),
				...(all as unknown as Action[]).map(
					({ name, endpoints = [] }): Reading => ({
						name: "mesh_action_endpoints",
						labels: { action: name },
						value: endpoints.length,
					}),
				),
			],
		};
	}
}

function tally(services: readonly { readonly name: string }[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { name } of services)
		if (!isInternal(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
	return counts;
}

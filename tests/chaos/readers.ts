import { CONTEXTS } from "../../config/topology.ts";

const STATELESS: readonly string[] = ["metrics", "gateway"];

/** All that have a database of their own, in which facts are announced and heard. */
export const KEEPERS = CONTEXTS.filter((name) => !STATELESS.includes(name));

/** Who hears whose facts: as the services declare it, or all of them. */
export async function hearing(): Promise<ReadonlyMap<string, readonly string[]>> {
	const heard = new Map<string, readonly string[]>();
	for (const reader of KEEPERS) {
		const { default: schema } = await import(`../../services/${reader}/${reader}.service.ts`);
		const producers = Object.keys(schema.hears ?? {}).map((event) => event.split(".")[0] ?? "");
		const all = producers.includes("*") ? KEEPERS.filter((name) => name !== reader) : [];
		const named = producers.filter((name) => name !== "*" && KEEPERS.includes(name as never));
		if (producers.length > 0) heard.set(reader, [...new Set([...all, ...named])]);
	}
	return heard;
}

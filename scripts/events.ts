import { CONTEXTS } from "../config/topology.ts";
import { knownVersion } from "../lib/fact.ts";
import { contracts } from "./contracts.ts";
import { tableOf } from "./markdown.ts";
import { heardBy } from "./services.ts";

const HEAD = ["fact", "version", "heard by"];

/** Every fact and who reacts to it: facts from the contracts, readers from the services. */
export async function eventsTable(): Promise<string> {
	const hears = await Promise.all(
		CONTEXTS.map(async (context) => ({ context, events: await heardBy(context) })),
	);
	const readersOf = (event: string) =>
		hears.filter(({ events }) => events.includes(event)).map(({ context }) => linkTo(context));
	const all = readersOf("*");
	const rows = (await contracts())
		.flatMap(({ events }) => events)
		.map(({ event }) => [
			`\`${event}\``,
			String(knownVersion(event) ?? 1),
			readersOf(event).join(", "),
		]);
	const toAll = all.length > 0 ? `All of them are heard by ${all.join(", ")}, too.\n\n` : "";
	return `${toAll}${tableOf(HEAD, rows)}`;
}

const linkTo = (context: string) => `[${context}](../services/${context}/)`;

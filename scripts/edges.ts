import { CONTEXTS } from "../config/topology.ts";
import { contracts, type Found } from "./contracts.ts";
import { actionsAskedBy, heardBy } from "./services.ts";

/** Whom one context may call, and whose facts it hears: what its code declares, and no more. */
export interface Edges {
	readonly context: string;
	readonly calls: readonly string[];
	readonly hears: readonly string[];
	/** It finds by itself who announces. */
	readonly hearsAll: boolean;
	readonly announces: boolean;
}

/** Whom a context finds at run time, where no code names them. */
const FOUND_AT_RUN_TIME: Record<string, (known: Found[]) => readonly string[]> = {
	gateway: () => CONTEXTS, // whoever has a route, and the health of all
	audit: (known) => having("deadLetters", known), // operators reach every parked fact through it
};

/** The edges of the mesh, one entry for each context of the topology. */
export async function edges(): Promise<Edges[]> {
	const known = await contracts();
	return Promise.all(CONTEXTS.map((context) => edgesOf(context, known)));
}

async function edgesOf(context: string, known: Found[]): Promise<Edges> {
	const named = actionsAskedBy(context, known).map(contextOf);
	const calls = [...named, ...(FOUND_AT_RUN_TIME[context]?.(known) ?? [])];
	const heard = (await heardBy(context)).map(contextOf);
	const hearsAll = heard.includes("*");
	const announcing = known.filter(({ events }) => events.length > 0).map(({ name }) => name);
	return {
		context,
		calls: others(context, calls),
		hears: hearsAll ? announcing.sort() : others(context, heard), // all: its own, too
		hearsAll,
		announces: announcing.includes(context),
	};
}

const having = (action: string, known: Found[]) =>
	known.filter(({ actions }) => actions.has(action)).map(({ name }) => name);

const contextOf = (name: string) => name.split(".")[0] as string;

const others = (context: string, names: string[]) =>
	[...new Set(names)].filter((name) => name !== context).sort();

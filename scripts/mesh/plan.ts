import { CONTEXTS } from "../../config/topology.ts";

/** One process: its name is also its node's in the mesh. */
export interface Member {
	readonly name: string;
	readonly contexts: readonly string[];
	/** Tells replicas apart; who restarts keeps it, so that callers need not wait for heartbeats. */
	readonly instance: string;
}

export interface Wish {
	/** The replicas of a context share one database: PostgreSQL. */
	readonly isShared: boolean;
	/** Two of each group, where they may be. */
	readonly isDouble?: boolean;
	/** How many processes hold a context, where it is not as usual. */
	readonly replicas?: Readonly<Record<string, number>>;
	/** Only these contexts: the others are somebody else's, over the same NATS. */
	readonly only?: readonly string[];
}

const REPLICAS_MAX = 9;
/** What works hardest has a process of its own; followers of facts share one; the rest, too. */
const TOLD = [
	["saga"],
	["inventory"],
	["orders", "payments"],
	["audit", "reporting", "notifications"],
	["metrics"],
	["gateway"],
];
const STATELESS = ["gateway", "metrics"];

/** Groups of contexts, each a process, in the order in which they start. */
export function groupsOf(only: readonly string[] = CONTEXTS): readonly string[][] {
	refuseUnknown(only);
	const known = TOLD.map((group) => group.filter((name) => only.includes(name)));
	const rest = CONTEXTS.filter((name) => only.includes(name) && !TOLD.flat().includes(name));
	return [rest, ...known].filter((group) => group.length > 0);
}

/** The processes of a mesh. The gateway is there twice, so that one can be away. */
export function planned({ isShared, isDouble = false, replicas = {}, only }: Wish): Member[] {
	const members = groupsOf(only).flatMap((contexts) => {
		const isTwice = contexts.includes("gateway") || (isDouble && !contexts.includes("metrics"));
		return ["1", ...(isTwice ? ["2"] : [])].map((instance) => member(contexts, instance));
	});
	return Object.entries(replicas).reduce((all, [context, wanted]) => {
		const { more, fewer } = scaled(all, context, wanted, isShared);
		return [...all.filter((one) => !fewer.includes(one)), ...more];
	}, members);
}

/**
 * Which processes come or go so that `wanted` of them hold the context. What comes holds nothing
 * else: each context scales by itself.
 */
export function scaled(
	members: readonly Member[],
	context: string,
	wanted: number,
	isShared: boolean,
): { more: Member[]; fewer: Member[] } {
	refuseUnknown([context]);
	if (!Number.isInteger(wanted) || wanted < 1 || wanted > REPLICAS_MAX)
		throw new Error(
			`${context} takes 1 to ${REPLICAS_MAX} processes; drain takes one away for a while`,
		);
	if (context === "metrics" && wanted > 1)
		throw new Error("metrics has one port, RETAIL_METRICS_PORT: a second would show the same");
	if (wanted > 1 && !isShared && !STATELESS.includes(context))
		throw new Error(
			`${context} keeps its data in a SQLite file, which one process writes: more need PostgreSQL (--full, or --database-url)`,
		);
	const holders = members.filter(({ contexts }) => contexts.includes(context));
	const more = free(members, context)
		.slice(0, Math.max(0, wanted - holders.length))
		.map((instance) => member([context], instance));
	const surplus = Math.max(0, holders.length - wanted);
	const alone = holders.filter(({ contexts }) => contexts.length === 1);
	if (surplus > alone.length) throw new Error(inseparable(context, holders));
	return { more, fewer: surplus > 0 ? alone.slice(-surplus) : [] };
}

function inseparable(context: string, holders: readonly Member[]): string {
	const groups = holders.filter(({ contexts }) => contexts.length > 1);
	const names = groups.map(({ name }) => name).join(", ");
	return `${context} is together with others in ${names}: there cannot be fewer than ${groups.length}`;
}

const member = (contexts: readonly string[], instance: string): Member => ({
	name: `${contexts[0]}.${instance}`,
	contexts,
	instance,
});

/** Numbers that no process named after the context has. */
const free = (members: readonly Member[], context: string) =>
	Array.from({ length: 2 * REPLICAS_MAX }, (_, index) => String(index + 1)).filter(
		(instance) => !members.some(({ name }) => name === `${context}.${instance}`),
	);

function refuseUnknown(names: readonly string[]): void {
	const all: readonly string[] = CONTEXTS;
	const unknown = names.find((name) => !all.includes(name));
	if (unknown) throw new Error(`There is no context ${unknown}: ${CONTEXTS.join(", ")}`);
}

import { createHash } from "node:crypto";
import moleculer, { type Context, type Middleware } from "moleculer";
import type { ActionSchema } from "../lib/contract.ts";

/** Of a node that says none: two that say nothing take half each. */
export const WEIGHT = 100;

interface Node {
	readonly metadata?: { readonly weight?: number } | null;
}
interface Endpoint {
	/** The node's. */
	readonly id: string;
	readonly node: Node;
	/** Of events there is none. */
	readonly action?: Pick<ActionSchema, "key" | "balance">;
}

type Known = Parameters<moleculer.Strategies.Base["select"]>[0][number];

/**
 * Which replica a call goes to, as its contract says: all calls about one thing to the owner of
 * its `key`; with `balance: "least"` to the one with the fewest calls of ours under way; else in
 * turn, each by its weight. Only among those that are there: a key whose owner is away has another.
 */
export class Placement extends moleculer.Strategies.Base {
	/** What each node is owed: who is owed most is next, and pays for all. */
	readonly #owed = new Map<string, number>();

	override select(available: Known[], ctx?: Context): Known {
		return this.#choose(available as unknown as Endpoint[], ctx) as unknown as Known;
	}

	#choose(list: Endpoint[], ctx?: Context): Endpoint | undefined {
		const { key, balance } = list[0]?.action ?? {};
		const thing = key && (ctx?.params as Record<string, unknown> | undefined)?.[key];
		if (thing !== undefined && thing !== null) return ownerOf(list, String(thing));
		return this.#next(balance === "least" ? leastBusy(list) : list);
	}

	/** Smooth: three of weights 2, 1, 1 are called as a, b, c, a. */
	#next(list: Endpoint[]): Endpoint | undefined {
		if (this.#owed.size > list.length) this.#owed.clear(); // some have left
		let all = 0;
		let next: Endpoint | undefined;
		let most = Number.NEGATIVE_INFINITY;
		for (const one of list) {
			const weight = one.node.metadata?.weight ?? WEIGHT;
			const owed = (this.#owed.get(one.id) ?? 0) + weight;
			this.#owed.set(one.id, owed);
			all += weight;
			if (owed > most) [next, most] = [one, owed];
		}
		if (next) this.#owed.set(next.id, most - all);
		return next;
	}
}

/**
 * Rendezvous: each node draws a number for the key, the highest owns it. A node that leaves gives
 * up its own keys and moves no other. Moleculer's `Shard` moves half of all at each change.
 */
export function ownerOf<E extends { readonly id: string }>(list: readonly E[], key: string) {
	let owner: E | undefined;
	let highest = -1;
	for (const one of list) {
		const drawn = draw(one.id, key);
		if (drawn > highest) [owner, highest] = [one, drawn];
	}
	return owner;
}

const draw = (node: string, key: string) =>
	createHash("sha1").update(`${node}\0${key}`).digest().readUIntBE(0, 6);

/** Calls under way at each node, as this process knows: those that it made, and its own. */
const underWay = new WeakMap<Node, number>();
const busy = ({ node }: Endpoint) => underWay.get(node) ?? 0;

function leastBusy(list: Endpoint[]): Endpoint[] {
	const least = Math.min(...list.map(busy));
	return list.filter((one) => busy(one) === least);
}

/** In the `locals` of a context: which replica its last call went to. */
export interface Served {
	served_by?: string;
}
type Next = (ctx: Context) => Promise<unknown>;

function counted(next: Next) {
	return function count(this: unknown, ctx: Context) {
		const { node } = ctx.endpoint as unknown as Endpoint;
		const asked = (ctx.options as { parentCtx?: Context }).parentCtx;
		if (asked) (asked.locals as Served).served_by = ctx.nodeID ?? "";
		underWay.set(node, (underWay.get(node) ?? 0) + 1);
		const over = () => underWay.set(node, (underWay.get(node) ?? 1) - 1);
		return next.call(this, ctx).finally(over);
	};
}

/** Counts what `Placement` compares. One process has nothing to choose from, and pays nothing. */
export const underWayCounter: Middleware = {
	name: "UnderWay",
	remoteAction: counted as never,
	localAction(this: { transit?: object }, next: Next) {
		return (this.transit ? counted(next) : next) as never;
	},
};

import type { ServiceBroker } from "moleculer";
import { Counter, Gauge } from "prom-client";
import { gateway as config } from "../../config/gateway.ts";
import { asService } from "../../config/identity.ts";
import { registry } from "../../config/metrics.ts";
import { CONTEXTS } from "../../config/topology.ts";
import { type NodeView, offered, skip } from "./registry.ts";
import { fresh, type Standing, seen } from "./standing.ts";

const ASK = "node.health";
const registers = [registry];
const up = new Gauge({
	name: "gateway_upstream_up",
	help: "1 while the checks of a context on a node succeed.",
	labelNames: ["context", "node"],
	registers,
});
const checks = new Counter({
	name: "gateway_upstream_checks_total",
	help: "Checks of a context on a node, by what came of them.",
	labelNames: ["context", "node", "result"],
	registers,
});

export interface Upstream extends Standing {
	readonly context: string;
	readonly node: string;
	readonly checked_at?: string;
}
type State = "up" | "degraded" | "down";
interface Health {
	readonly status: string;
	readonly contexts: Readonly<Record<string, { readonly status: string }>>;
}

/** What the checks have shown so far, here and on this process's page of metrics. */
function ledger(broker: ServiceBroker) {
	const known = new Map<string, Upstream>();
	const keyOf = (context: string, node: string) => `${context} ${node}`;
	const of = (node: string) => [...known.values()].filter((one) => one.node === node);
	return {
		note(context: string, node: string, isWell: boolean): void {
			const before = known.get(keyOf(context, node)) ?? fresh;
			const after = seen(before, isWell, config.checks);
			const checked_at = new Date().toISOString();
			known.set(keyOf(context, node), { ...after, context, node, checked_at });
			up.set({ context, node }, after.state === "up" ? 1 : 0);
			checks.inc({ context, node, result: isWell ? "ok" : "failed" });
			if (after.state !== before.state)
				broker.logger.warn(`${context} on ${node} is ${after.state}`, { context, node });
		},
		forget(node: string): void {
			for (const { context } of of(node)) {
				known.delete(keyOf(context, node));
				up.remove({ context, node });
				for (const result of ["ok", "failed"]) checks.remove({ context, node, result });
			}
		},
		isWell: (node: string) => of(node).every(({ state, failures }) => state === "up" && !failures),
		isDown: (context: string, node: string) => known.get(keyOf(context, node))?.state === "down",
		down: () => [...known.values()].filter(({ state }) => state === "down"),
		list: (): readonly Upstream[] => [...known.values()],
	};
}

/** How a node says that it is; nothing when it does not say it in time. */
function ask(broker: ServiceBroker, node: string): Promise<Health | undefined> {
	const timeout = config.checks.timeout_ms;
	const options = { nodeID: node, headers: asService("gateway"), timeout };
	return broker.call<Health, object>(ASK, {}, options).catch(() => undefined);
}

/**
 * Asks each node how the contexts on it are, more often when something is wrong. One that is down
 * is not called where another has the same context; whether a node lives is for its heartbeats.
 */
export function upstreams(broker: ServiceBroker) {
	const book = ledger(broker);
	const timers = new Map<string, NodeJS.Timeout>();

	const checkIn = (node: string, wait_ms: number) => {
		clearTimeout(timers.get(node));
		timers.set(node, setTimeout(() => void check(node), wait_ms).unref());
	};
	async function check(node: string): Promise<void> {
		const health = await ask(broker, node);
		if (!timers.has(node)) return; // it has left meanwhile
		const view = offered(broker, CONTEXTS).find((one) => one.node === node);
		for (const context of view?.contexts ?? []) book.note(context, node, isUp(health, context));
		skip(broker, book.down());
		const { every_ms, failing_ms } = config.checks;
		checkIn(node, book.isWell(node) ? every_ms : failing_ms);
	}
	function forget(node: string): void {
		clearTimeout(timers.get(node));
		timers.delete(node);
		book.forget(node);
	}

	return {
		/** Follows the registry: a new node is asked at once, one that left is no longer. */
		look(): void {
			const nodes = offered(broker, CONTEXTS).filter(({ isAsked }) => isAsked);
			const isThere = (name: string) => nodes.some(({ node }) => node === name);
			for (const node of [...timers.keys()]) if (!isThere(node)) forget(node);
			for (const { node } of nodes) if (!timers.has(node)) checkIn(node, 0);
			skip(broker, book.down());
		},
		/** By the last checks; a node without checks is up while it is heard from. */
		state: (context: string): State =>
			stateOf(offered(broker, CONTEXTS, context).map(({ node }) => !book.isDown(context, node))),
		/** As the nodes that offer it say now. */
		probe: once(async (context) => {
			const nodes = offered(broker, CONTEXTS, context);
			const isWell = async ({ node, isAsked }: NodeView) =>
				!isAsked || isUp(await ask(broker, node), context);
			return stateOf(await Promise.all(nodes.map(isWell)));
		}),
		list: book.list,
		stop(): void {
			for (const node of [...timers.keys()]) forget(node);
		},
	};
}
/** What keeps nothing has no health but that of its node. */
const isUp = (health: Health | undefined, context: string) =>
	(health?.contexts[context] ?? health)?.status === "up";

export type Upstreams = ReturnType<typeof upstreams>;

const stateOf = (well: readonly boolean[]): State =>
	well.includes(true) ? (well.includes(false) ? "degraded" : "up") : "down";

/** Who asks while another waits for the same answer gets that one. */
function once(find: (name: string) => Promise<State>) {
	const asked = new Map<string, Promise<State>>();
	return (name: string) => {
		const answer = asked.get(name) ?? find(name).finally(() => asked.delete(name));
		asked.set(name, answer);
		return answer;
	};
}

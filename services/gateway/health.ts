import type { ServiceBroker } from "moleculer";
import { CONTEXTS } from "../../config/topology.ts";
import type { Page } from "./exchange.ts";
import { notFound } from "./gateway.contract.ts";
import type { Table } from "./routes.ts";
import type { Upstreams } from "./upstreams.ts";

export interface Vitals {
	readonly broker: ServiceBroker;
	readonly table: Table;
	readonly draining: boolean;
	readonly upstreams: Pick<Upstreams, "state" | "probe">;
}

/** The process answers: that is all it says. */
export const live = (): Page => json(200, { status: "up" });

/** May be sent requests: routes are there, the mesh is connected, no stop has begun. */
export function ready(vitals: Vitals): Page {
	const isReady = isUp(vitals);
	return json(isReady ? 200 : 503, { status: isReady ? "up" : "down" });
}

/** Both, with every context. One that is down degrades the whole, which goes on serving the rest. */
export function health(vitals: Vitals): Page {
	const contexts = Object.fromEntries(
		contextsOf(vitals).map((name) => [name, vitals.upstreams.state(name)]),
	);
	const isReady = isUp(vitals);
	const isWhole = Object.values(contexts).every((state) => state === "up");
	const status = isReady ? (isWhole ? "up" : "degraded") : "down";
	return json(isReady ? 200 : 503, { status, contexts });
}

/** Asks it: a context that some replica of answers for is there. */
export async function healthOf(vitals: Vitals, name: string): Promise<Page> {
	if (!contextsOf(vitals).includes(name)) throw notFound();
	const status = await vitals.upstreams.probe(name);
	return json(status === "down" ? 503 : 200, { context: name, status });
}

const isUp = ({ draining, broker, table }: Vitals) =>
	broker.started && // until then some contexts of this process have no routes yet
	!draining &&
	table.operations.some(isOfOthers) &&
	broker.transit?.connected !== false;

const contextsOf = ({ table }: Vitals) => [
	...new Set([
		...CONTEXTS,
		...table.operations.filter(({ page }) => !page).map(({ context }) => context),
	]),
];

function json(status: number, body: object): Page {
	const type = "application/json; charset=utf-8";
	const headers = status === 503 ? { "Retry-After": "5" } : {};
	return { status, type, body: JSON.stringify(body), headers };
}

/** The gateway's own are there before anybody else is: they say nothing of the mesh. */
const isOfOthers = ({ page, context }: Table["operations"][number]) =>
	!page && context !== "gateway";

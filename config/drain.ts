import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";
import { leave } from "./presence.ts";

const QUIET_MS = 20_000; // for calls that have begun
const LOOK_MS = 20;

/** Where requests come in from outside the mesh. */
export interface Door {
	drain(patience: { lead_ms: number }): Promise<void>;
}
interface Stopping {
	readonly door?: Door | undefined;
	/** For so long the door still serves everybody: balancers hear late that it is not ready. */
	readonly lead_ms?: number;
}

const leaving = new WeakSet<ServiceBroker>();

/** A stop has begun: probes say "not ready" from here on. */
export const isDraining = (broker: ServiceBroker): boolean => leaving.has(broker);

/**
 * Stops so that nobody notices: no call is sent here any more, then what has begun ends, and only
 * then do services stop: they fetch no more facts, relay what they committed, give back what they
 * hold, and close. Until then facts are heard, since who waits for an order may wait for a fact.
 */
export async function drain(broker: ServiceBroker, { door, lead_ms = 0 }: Stopping = {}) {
	leaving.add(broker);
	await Promise.all([leave(broker), door?.drain({ lead_ms })]);
	await quiet(broker);
	await broker.stop();
}

/** Nobody's call is under way, neither here nor from here. Calls within a process do not end with it. */
async function quiet(broker: ServiceBroker): Promise<void> {
	const all = [broker, ...broker.services] as unknown as Tracking[];
	const late = performance.now() + QUIET_MS;
	while (all.some(({ _trackedContexts = [] }) => _trackedContexts.length > 0)) {
		if (performance.now() > late) return;
		await sleep(LOOK_MS);
	}
}

/** What is Moleculer's own, and not in its types. */
interface Tracking {
	readonly _trackedContexts?: readonly unknown[];
}

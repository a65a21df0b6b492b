import type { Server } from "node:http";
import type { ServiceBroker } from "moleculer";
import { type Door, drain } from "./drain.ts";
import { env } from "./env.ts";
import { gateway } from "./gateway.ts";
import type { Ops } from "./ops.ts";
import { flush } from "./spans.ts";

const MESH_LEAD_MS = 1_000; // who keeps a socket to this gateway is told to open the next at another
const STOP_MS = 35_000; // beyond it a stop is no longer patient: supervisors kill after forty seconds

/** The gateway, where this process has one. */
export const doorOf = (broker: ServiceBroker) =>
	broker.getLocalService("gateway") as unknown as (Door & { server: Server }) | undefined;

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const leave = () => process.exit(0);

/**
 * While it starts nobody calls it yet, and a signal ends it at once: by itself a container's first
 * process hears none, and would be killed later, in the middle of its work.
 */
export function leaveOnSignals(): void {
	for (const signal of SIGNALS) process.on(signal, leave);
}

/** From here on SIGTERM and SIGINT end this process in order; so does a supervisor that has gone. */
export function stopOnSignals(broker: ServiceBroker, ops: Ops): void {
	let isStopping = false;
	const stop = async (signal: string) => {
		if (isStopping) return;
		isStopping = true;
		process.stdout.write(`${signal}: finishing what has begun\n`);
		setTimeout(() => process.exit(1), STOP_MS).unref();
		ops.draining();
		await drain(broker, { door: doorOf(broker), lead_ms: leadOf() });
		await flush();
		await ops.close(); // last: until then it says that this process is leaving
		process.exit(0);
	};
	for (const signal of SIGNALS) process.off(signal, leave).on(signal, () => void stop(signal));
	if (process.send) process.on("disconnect", () => void stop("The supervisor has gone"));
}

/** How long a gateway that leaves goes on serving everybody: balancers hear late that it is not ready. */
const leadOf = () => (env.production ? gateway.lead_ms : env.nats_url ? MESH_LEAD_MS : 0);

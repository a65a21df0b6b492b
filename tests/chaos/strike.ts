import { setTimeout as pause } from "node:timers/promises";
import type { NatsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";
import type { Crowd } from "./crowd.ts";
import type { Desk } from "./desk.ts";
import { type Fault, said } from "./faults.ts";
import type { Fleet } from "./fleet.ts";

const STALL_MS = 240_000; // without progress for so long, nothing will come any more

/** A fault that was done, and how much was waiting for an answer then. */
export interface Struck {
	readonly fault: Fault;
	readonly in_flight: number;
}

/** Does each fault when its share of the work is done. */
export async function strikeAll(stage: Stage, plan: readonly Fault[]): Promise<Struck[]> {
	const { crowd, desk, print } = stage;
	const struck: Struck[] = [];
	let rollBack: (() => void) | undefined;
	for (const fault of plan) {
		await until(crowd.progress, (share) => share >= fault.at, STALL_MS);
		const in_flight = desk.pending();
		struck.push({ fault, in_flight });
		print(`${(fault.at * 100).toFixed(0).padStart(3)} %  ${said(fault)}, ${in_flight} in flight`);
		if (fault.kind === "process") await stage.fleet.kill(fault.name);
		else rollBack = await strike(stage.server, fault, rollBack);
	}
	return struck;
}

/** An ordinary kill leaves a copy to roll back to. */
async function strike(
	server: NatsServer,
	{ store, down_ms }: Fault & { kind: "nats" },
	rollBack: (() => void) | undefined,
): Promise<(() => void) | undefined> {
	await server.kill();
	const copied = store === "kept" ? server.copy() : rollBack;
	if (store === "wiped") server.wipe();
	if (store === "rolled back") rollBack?.();
	await pause(down_ms);
	await server.start();
	return copied;
}

interface Stage {
	readonly server: NatsServer;
	readonly fleet: Fleet;
	readonly desk: Desk;
	readonly crowd: Crowd;
	print(line: string): void;
}

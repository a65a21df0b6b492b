import { setTimeout as pause } from "node:timers/promises";
import type { Postgres } from "../../scripts/postgres.ts";
import type { NatsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";
import { type Books, patiently } from "./books.ts";
import type { Crowd } from "./crowd.ts";
import { type Fault, said, targetOf } from "./faults.ts";
import type { Fleet } from "./fleet.ts";
import { frozen } from "./freeze.ts";
import type { Outages } from "./outages.ts";

const STALL_MS = 240_000; // without progress for so long, nothing will come any more
const MEET_MS = 5_000;

/** A fault that was done. Moments are those of `performance`. */
export interface Struck {
	readonly fault: Fault;
	/** How many sagas were under way then. */
	readonly live: number;
	readonly from: number;
	readonly to: number;
	/** While an orchestrator was frozen: how many sagas another has gone on with. */
	readonly taken_over?: number;
}

/** Does each fault when its share of the work is done; to one target, one at a time. */
export async function strikeAll(stage: Stage, plan: readonly Fault[]): Promise<Struck[]> {
	const struck: Struck[] = [];
	const turns = new Map<string, Promise<void>>();
	const copies: Copies = {};
	for (const fault of plan) {
		await until(stage.crowd.progress, (share) => share >= fault.at, STALL_MS);
		const strike = async () => {
			const live = await underWay(stage);
			stage.print(`${percent(fault.at)}  ${said(fault)}, ${live} sagas under way`);
			const from = performance.now();
			const taken_over = await once(stage, fault, copies);
			struck.push({ fault, live, from, to: performance.now(), ...taken_over });
		};
		const before = turns.get(targetOf(fault)) ?? Promise.resolve();
		const turn = before.then(strike);
		turn.catch(() => {}); // said by whoever waits for all
		turns.set(targetOf(fault), turn);
	}
	await Promise.all(turns.values());
	return struck;
}
const percent = (share: number) => `${(share * 100).toFixed(0).padStart(3)} %`;

/** A moment is waited for in which there are some. */
async function underWay({ books }: Stage): Promise<number> {
	const count = async () => (await patiently<{ n: number }>(books, "saga", LIVE))[0]?.n ?? 0;
	return until(count, (n) => n > 0, MEET_MS).catch(() => 0);
}
const LIVE = "select count(*) as n from saga where finished_at is null";

async function once(stage: Stage, fault: Fault, copies: Copies) {
	const { fleet, outages, server, postgres } = stage;
	if (fault.kind === "process") await fleet.kill(fault.name);
	if (fault.kind === "nats") await breakNats(server, fault, copies);
	if (fault.kind === "postgres")
		await outages.during(async () => {
			await postgres?.kill();
			await pause(fault.down_ms);
			await postgres?.start();
		});
	return fault.kind === "freeze" ? { taken_over: await frozen(stage, fault.name) } : {};
}

interface Copies {
	rollBack?: () => void;
}
/** An ordinary kill leaves a copy to roll back to. */
async function breakNats(
	server: NatsServer,
	{ store, down_ms }: Fault & { kind: "nats" },
	copies: Copies,
): Promise<void> {
	await server.kill();
	if (store === "kept") copies.rollBack = server.copy();
	if (store === "wiped") server.wipe();
	if (store === "rolled back") copies.rollBack?.();
	await pause(down_ms);
	await server.start();
}

export interface Stage {
	readonly server: NatsServer;
	readonly postgres: Postgres | undefined;
	readonly books: Books;
	readonly fleet: Fleet;
	readonly outages: Outages;
	readonly crowd: Crowd;
	print(line: string): void;
}

import { byVersion, DEFINITIONS } from "../../services/saga/definitions.ts";
import type { Dispatch } from "../../services/saga/dispatch.ts";
import { type Engine, engine } from "../../services/saga/engine.ts";
import type { Clock } from "../../services/saga/gate.ts";
import type { Journal } from "../../services/saga/journal.ts";
import { recovery } from "../../services/saga/recovery.ts";
import type { Call } from "../../services/saga/state.ts";
import type { Order } from "./simulate-books.ts";
import { seeded, virtualClock } from "./simulate-clock.ts";
import { apply, readsOf, type Store, store } from "./simulate-journal.ts";
import { type Fate, type Life, type Network, network } from "./simulate-network.ts";
import { type Faults, type Participants, participants } from "./simulate-participants.ts";

const COMMIT_MS = 2;
const REBOOT_MS = 100;
const LIMIT_MS = 2 * 3_600_000;

export type Place = "commit" | "participant" | "answer";
/** What befalls the process at a place: `kill`ed before or after, or told that a commit failed. */
export type Cut = "kill_before" | "kill_after" | "error_before" | "error_after";
export type Cuts = (nth: number, place: Place) => Cut | undefined;

/** One orchestrator: killed, it is silent for ever. */
export interface Process {
	readonly engine: Engine;
	readonly journal: Journal;
	readonly life: Life;
}
/** Someone outside, who tries again with each new process until they have been answered. */
export type Actor = (process: Process, clock: Clock) => Promise<boolean>;

export interface Setting {
	readonly orders: readonly Order[];
	readonly actors: readonly { actor: Actor; at_ms: number }[];
	readonly fateOf: (call: Call, nth: number, elapsed_ms: number) => Fate;
	readonly cuts?: Cuts;
	readonly seed?: number;
	readonly processes?: number;
	readonly inflight_max?: number;
	/** A mutant: something in the place of what the engine stands on. */
	readonly mutant?: Mutant;
}
export interface Mutant {
	readonly participants?: Faults;
	readonly store?: Partial<Store>;
	readonly processes?: number;
	journal?(journal: Journal, clock: Clock): Journal;
	dispatch?(dispatch: Dispatch): Dispatch;
}
export interface World {
	readonly kept: Store;
	readonly people: Participants;
	readonly wires: Network;
	/** The places passed, in order: where it could have been cut. */
	readonly places: Place[];
	readonly kills: number;
	/** How long it took until nothing was left to do. */
	readonly lasted_ms: number;
}

/** The real engine and recovery, over rows and participants that outlive it. */
export async function simulate(setting: Setting): Promise<World> {
	const random = seeded(setting.seed ?? 1);
	const clock = virtualClock(random);
	const began = clock.now();
	const kept = Object.assign(store(), setting.mutant?.store);
	const people = participants(setting.orders, setting.mutant?.participants);
	const elapsed = () => clock.now() - began;
	const wires = network(clock, people, (call, nth) => setting.fateOf(call, nth, elapsed()));
	const places: Place[] = [];
	const counts = { kills: 0, waiting: setting.actors.length };
	const cutAt = (place: Place) => {
		const nth = places.push(place) - 1;
		return setting.cuts?.(nth, place);
	};

	function boot(): void {
		const process = born({
			clock,
			kept,
			wires,
			cutAt,
			mutant: setting.mutant,
			inflight_max: setting.inflight_max,
			died,
		});
		for (const one of todo) void serve(one, process);
	}
	function died() {
		counts.kills++;
		clock.later(REBOOT_MS, boot);
	}
	const todo = new Set(setting.actors);
	async function serve(one: (typeof setting.actors)[number], process: Process) {
		await new Promise<void>((ring) => clock.later(began + one.at_ms - clock.now(), ring));
		while (process.life.isAlive && todo.has(one)) {
			const isDone = await one.actor(process, clock).catch(() => false);
			if (isDone && process.life.isAlive) todo.delete(one);
			else await new Promise<void>((ring) => clock.later(REBOOT_MS, ring));
		}
	}
	for (let n = 0; n < (setting.mutant?.processes ?? setting.processes ?? 1); n++) boot();
	const isQuiet = () =>
		todo.size === 0 &&
		wires.pending() === 0 &&
		[...kept.rows.values()].every(({ state }) => state.finished_at !== null);
	await clock.run(isQuiet, LIMIT_MS);
	return { kept, people, wires, places, kills: counts.kills, lasted_ms: elapsed() };
}

interface Birth {
	clock: Clock;
	kept: Store;
	wires: Network;
	cutAt(place: Place): Cut | undefined;
	mutant: Mutant | undefined;
	inflight_max: number | undefined;
	died(): void;
}
const NEVER = new Promise<never>(() => {});

function born({ clock: time, kept, wires, cutAt, mutant, inflight_max, died }: Birth): Process {
	const life: Life = {
		isAlive: true,
		at(place) {
			if (life.isAlive && cutAt(place)) void kill();
		},
	};
	const kill = () => {
		life.isAlive = false;
		died();
		return NEVER;
	};
	const clock: Clock = {
		...time,
		later: (ms, ring) => time.later(ms, () => life.isAlive && ring()),
	};
	const tick = () => new Promise<void>((ring) => clock.later(COMMIT_MS, ring));
	const reads = readsOf(kept);
	const alive =
		<A extends unknown[], R>(read: (...args: A) => Promise<R>) =>
		async (...args: A) => {
			const answer = await read(...args);
			return life.isAlive ? answer : NEVER;
		};
	const plain: Journal = {
		load: alive(reads.load),
		holder: alive(reads.holder),
		asked: alive(reads.asked),
		blocked: alive(reads.blocked),
		due: alive(reads.due),
		async commit(batch) {
			await tick();
			const cut = cutAt("commit");
			if (cut === "error_before") throw new Error("The connection was lost");
			if (cut === "kill_before") return kill();
			const taken = apply(kept, batch);
			if (cut === "error_after") throw new Error("The connection was lost");
			if (cut === "kill_after") return kill();
			return taken;
		},
	};
	const journal = mutant?.journal?.(plain, clock) ?? plain;
	const sent = wires.dispatch(life);
	const ports = {
		journal,
		dispatch: mutant?.dispatch?.(sent) ?? sent,
		clock,
		definition: byVersion(DEFINITIONS),
		seen: () => {},
		warn: () => {},
		...(inflight_max !== undefined && { inflight_max }),
	};
	const made = engine(ports);
	void recovery({ journal, engine: made, clock }, ports.warn).poll();
	return { engine: made, journal, life };
}

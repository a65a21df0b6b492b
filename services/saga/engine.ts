import { committer } from "./committer.ts";
import { type House, type Ports, post, release } from "./house.ts";
import type { Head, Run } from "./journal.ts";
import { entryOf, inTurn, type Result, type Told } from "./mailbox.ts";
import { sagaBusy } from "./saga.contract.ts";
import { isOver, type State } from "./state.ts";
import { turn } from "./turn.ts";
import { waiters } from "./waiters.ts";

const INFLIGHT_MAX = 256;
const PENDING_MAX = 10_000;
const SETTLE_MS = 10;

export type Engine = ReturnType<typeof engine>;

/**
 * Drives sagas: one turn at a time for each, each committed before anything leaves. The journal
 * knows better than all that it holds in memory.
 */
export function engine(ports: Ports) {
	const house: House = {
		ports,
		commit: committer(ports.journal),
		entries: new Map(),
		queue: [],
		waiting: waiters(ports.clock),
		tell: inTurn((entry, told) => turn(house, entry, told)),
		admitted: 0,
		isStopped: false,
	};
	return {
		start: (head: Head, input: State["input"]) => start(house, head, input),
		command: (saga_id: string, told: Told) => command(house, saga_id, told),
		adopt: (run: Run) => adopt(house, run),
		/** What the saga waits for is there again: it need not wait for its alarm. False: no room. */
		nudge: (run: Run) => nudge(house, run),
		drives: (saga_id: string) => house.entries.has(saga_id),
		/** The saga's state at its end, or when it blocks; nothing if neither happens in time. */
		wait: house.waiting.wait,
		/** The sagas that somebody waits for here. */
		awaited: house.waiting.awaited,
		/** Tells those who wait of a saga that goes its own way: nobody drives it here. */
		answer: house.waiting.answer,
		counts: () => ({ in_flight: house.admitted, pending: house.queue.length }),
		stop: () => stop(house),
		/** Sagas may be driven here again. */
		resume() {
			house.isStopped = false;
		},
	};
}

const room = ({ admitted, ports }: House) => admitted < (ports.inflight_max ?? INFLIGHT_MAX);

/** True once it is committed; false when another has its request or its business key. */
async function start(house: House, head: Head, input: State["input"]): Promise<boolean> {
	if (house.queue.length >= PENDING_MAX || house.isStopped) throw sagaBusy();
	const { saga_id } = head;
	const entry = entryOf(head, null);
	house.entries.set(saga_id, entry);
	const admit = room(house);
	if (admit) house.admitted++;
	else house.queue.push(entry);
	return (await house.tell(entry, { type: "STARTED", saga_id, input, admit })) === "done";
}

async function command(house: House, saga_id: string, told: Told): Promise<Result | "not_found"> {
	const driven = house.entries.get(saga_id);
	if (driven) return house.tell(driven, told);
	const found = await house.ports.journal.load(saga_id);
	if (!found) return "not_found";
	if (found.head.kind === "choreographed") return "observed";
	const entry = house.entries.get(saga_id) ?? entryOf(found.head, found);
	if (!isOver(found.state) && !house.entries.has(saga_id)) {
		house.entries.set(saga_id, entry);
		house.admitted++;
	}
	return house.tell(entry, told);
}

/** Takes a saga that nobody drives; answers whether there was room. */
function adopt(house: House, run: Run): boolean {
	const { saga_id } = run.head;
	if (house.entries.has(saga_id) || !house.ports.definition(run.head)) return true;
	if (!room(house) || house.isStopped) return false;
	const entry = entryOf(run.head, run);
	house.entries.set(saga_id, entry);
	house.admitted++;
	post(house, entry, { type: "RESUMED" });
	return true;
}

function nudge(house: House, run: Run): boolean {
	const driven = house.entries.get(run.head.saga_id);
	if (!driven) return adopt(house, run);
	if (!driven.isCalling) post(house, driven, { type: "DUE" });
	return true;
}

/** Lets answers come in and be committed; nothing new leaves. */
async function stop(house: House): Promise<void> {
	house.isStopped = true;
	for (const entry of house.entries.values()) entry.disarm();
	const isActive = () => [...house.entries.values()].some((one) => one.isCalling || one.isBusy);
	while (isActive()) await new Promise<void>((ring) => house.ports.clock.later(SETTLE_MS, ring));
	for (const entry of [...house.entries.values()]) release(house, entry);
}

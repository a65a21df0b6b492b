import { decide } from "./decide.ts";
import type { SagaEvent } from "./event.ts";
import { type House, post, release } from "./house.ts";
import type { Run } from "./journal.ts";
import type { Entry, Result, Told } from "./mailbox.ts";
import { isFenced } from "./measured.ts";
import { type Call, type Decision, isOver, type State } from "./state.ts";

const NEAR_MS = 60_000; // alarms further off are the database's to keep

/** One event: decided, committed, and only then acted on. */
export async function turn(house: House, entry: Entry, told: Told): Promise<Result> {
	try {
		return await take(house, entry, told);
	} catch (error) {
		release(house, entry); // whoever looks for overdue sagas will find it
		throw error;
	}
}

async function take(house: House, entry: Entry, told: Told): Promise<Result> {
	const { ports } = house;
	const saga = ports.definition(entry.head);
	if (!saga) {
		release(house, entry); // it waits for a process that has its version
		return "ignored";
	}
	const event = { ...told, at: ports.clock.now(), random: ports.clock.random() } as SagaEvent;
	const decision = decide(saga, entry.run?.state ?? null, event);
	if (typeof decision === "string") {
		if (entry.run) rest(house, entry, entry.run.state);
		return decision;
	}
	const rev = entry.run?.rev ?? 0;
	const became = await commit(house, entry, rev, event, decision);
	if (became !== "taken") return reload(house, entry, told, became);
	settle(house, entry, { head: entry.head, rev: rev + 1, state: decision.state }, event, decision);
	return "done";
}

/** Another owner has them, unless who holds the leases here knows better. */
function fenced(house: House): void {
	if (house.ports.fenced) house.ports.fenced();
	else house.isStopped = true;
}

type Became = "taken" | "lost" | "unknown";

async function commit(
	house: House,
	{ head }: Entry,
	rev: number,
	event: SagaEvent,
	decision: Decision,
): Promise<Became> {
	try {
		return (await house.commit({ head, rev, event, decision })) ? "taken" : "lost";
	} catch (error) {
		if (isFenced(error)) fenced(house);
		house.ports.warn("a transition did not commit", error);
		return "unknown";
	}
}

/** Somebody else moved it, or nobody knows whether we did: the row is asked, and gone on from. */
async function reload(house: House, entry: Entry, told: Told, became: Became): Promise<Result> {
	const found = house.isStopped ? undefined : await house.ports.journal.load(entry.head.saga_id);
	if (found && !isOver(found.state)) {
		entry.run = found;
		return goOn(house, entry, told, became === "unknown" || told.type === "STARTED");
	}
	if (found) house.waiting.answer(found.state);
	release(house, entry);
	if (!found) return "lost";
	return told.type === "STARTED" ? "done" : "ignored";
}

const isSelfMade = ({ type }: Told) => type === "STARTED" || type === "RESUMED" || type === "DUE";

/** `isOurs`: it may be our own transition that moved it, whose call has never left. */
async function goOn(house: House, entry: Entry, told: Told, isOurs: boolean): Promise<Result> {
	const result = isSelfMade(told) ? "ignored" : await take(house, entry, told);
	if (result !== "ignored" || entry.isCalling) return result;
	if (isOurs) return take(house, entry, { type: "RESUMED" });
	// Whoever moved it drives it: two that take it from each other in turn would never end.
	release(house, entry);
	return result;
}

function settle(house: House, entry: Entry, run: Run, event: SagaEvent, decision: Decision) {
	const { state } = run;
	entry.run = run;
	entry.disarm();
	house.ports.seen(run, event, decision);
	if (isOver(state) || decision.says.includes("blocked")) house.waiting.answer(state);
	if (isOver(state)) release(house, entry);
	else if (decision.call) call(house, entry, decision.call);
	else rest(house, entry, state);
}

/** Nothing is under way: its alarm wakes it, unless it waits in line for room. */
function rest(house: House, entry: Entry, state: State) {
	const { entries, queue } = house;
	if (isOver(state)) return release(house, entry);
	const isInLine = state.status === "PENDING" && queue.includes(entry);
	if (entry.isCalling || isInLine || entries.get(state.saga_id) !== entry) return;
	entry.disarm();
	arm(house, entry, state);
}

function arm(house: House, entry: Entry, { wake_at }: State) {
	const { clock } = house.ports;
	const wait_ms = (wake_at ?? 0) - clock.now();
	if (wait_ms > NEAR_MS) release(house, entry);
	else entry.disarm = clock.later(Math.max(0, wait_ms), () => post(house, entry, { type: "DUE" }));
}

function call(house: House, entry: Entry, what: Call) {
	if (house.isStopped) return; // the intent is committed: whoever comes next will ask
	if (house.ports.mayCall?.() === false) return release(house, entry);
	entry.isCalling = true;
	const { step, direction, attempt } = what;
	void house.ports.dispatch(entry.head, what).then((answer) => {
		entry.isCalling = false;
		post(house, entry, { type: "OUTCOME", step, direction, attempt, ...answer });
	});
}

import { decide } from "./decide.ts";
import { type House, post, release } from "./house.ts";
import type { Run } from "./journal.ts";
import type { Entry, Result, Told } from "./mailbox.ts";
import { type Call, type Decision, isOver, type SagaEvent, type State } from "./state.ts";

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
	if (!saga) return "ignored"; // it waits for a process that has its version
	const event = { ...told, at: ports.clock.now(), random: ports.clock.random() } as SagaEvent;
	const decision = decide(saga, entry.run?.state ?? null, event);
	if (typeof decision === "string") return decision;
	const rev = entry.run?.rev ?? 0;
	const isTaken = await commit(house, entry, rev, event, decision);
	if (!isTaken) return reload(house, entry, told);
	settle(house, entry, { head: entry.head, rev: rev + 1, state: decision.state }, event, decision);
	return "done";
}

async function commit(
	house: House,
	{ head }: Entry,
	rev: number,
	event: SagaEvent,
	decision: Decision,
): Promise<boolean> {
	try {
		return await house.commit({ head, rev, event, decision });
	} catch (error) {
		if (String(error).includes("SAGA_FENCED")) house.isStopped = true; // another owner has them all
		house.ports.warn("a transition did not commit", error);
		return false;
	}
}

/** Somebody else moved it, or nobody knows whether we did: the row is asked, and gone on from. */
async function reload(house: House, entry: Entry, told: Told): Promise<Result> {
	const found = house.isStopped ? undefined : await house.ports.journal.load(entry.head.saga_id);
	if (!found || isOver(found.state)) {
		if (found) house.waiting.answer(found.state);
		release(house, entry);
		return found ? "ignored" : "lost";
	}
	entry.run = found;
	if (told.type === "STARTED" || told.type === "RESUMED")
		return take(house, entry, { type: "RESUMED" });
	const result = await take(house, entry, told);
	return result === "ignored" && !entry.isCalling
		? take(house, entry, { type: "RESUMED" })
		: result;
}

function settle(house: House, entry: Entry, run: Run, event: SagaEvent, decision: Decision) {
	const { state } = run;
	entry.run = run;
	entry.disarm();
	house.ports.seen(run, event, decision);
	if (isOver(state) || decision.says.includes("blocked")) house.waiting.answer(state);
	if (isOver(state)) release(house, entry);
	else if (decision.call) call(house, entry, decision.call);
	else if (!entry.isCalling && state.status !== "PENDING") arm(house, entry, state);
}

function arm(house: House, entry: Entry, { wake_at }: State) {
	const { clock } = house.ports;
	const wait_ms = (wake_at ?? 0) - clock.now();
	if (wait_ms > NEAR_MS) release(house, entry);
	else entry.disarm = clock.later(Math.max(0, wait_ms), () => post(house, entry, { type: "DUE" }));
}

function call(house: House, entry: Entry, what: Call) {
	if (house.isStopped) return; // the intent is committed: whoever comes next will ask
	entry.isCalling = true;
	const { step, direction, attempt } = what;
	void house.ports.dispatch(entry.head, what).then((answer) => {
		entry.isCalling = false;
		post(house, entry, { type: "OUTCOME", step, direction, attempt, ...answer });
	});
}

import { decide } from "../../services/saga/decide.ts";
import { byVersion, DEFINITIONS } from "../../services/saga/definitions.ts";
import type { Run } from "../../services/saga/journal.ts";
import { isOver, type State } from "../../services/saga/state.ts";
import type { World } from "./simulate.ts";
import { type Order, TOTAL } from "./simulate-books.ts";
import { runsOf } from "./simulate-journal.ts";

export interface Violation {
	readonly law: "I1" | "I2" | "I3" | "I4" | "I5" | "I7" | "I11";
	readonly why: string;
}
const definition = byVersion(DEFINITIONS);

/** Reads rows and ledgers, never an engine's memory: what must hold once all is quiet. */
export function violations(world: World, orders: readonly Order[]): Violation[] {
	const runs = runsOf(world.kept);
	return [
		...orders.flatMap((order) => ofOrder(world, order, runs)),
		...stock(world),
		...effects(world),
		...runs.flatMap((run) => [...ended(run), ...reversed(world, run), ...history(world, run)]),
		...unique(runs),
	];
}

/** All or nothing: its money, its stock, its status. */
function ofOrder({ people }: World, { order_id, isConfirmed }: Order, runs: Run[]): Violation[] {
	const { paid, held, sold, status } = people.ledger.of(order_id);
	const mine = runs.filter(({ head }) => head.business_key === order_id);
	const isDone = mine.some(({ state }) => state.status === "COMPLETED");
	const isSold = isConfirmed ? !isDone : isDone;
	const quantity = isSold ? people.ledger.quantity : 0;
	const right = isSold ? ["CONFIRMED"] : ["CANCELLED", undefined];
	return [
		...when(paid !== (isSold ? TOTAL : 0), "I1", `${order_id} has paid ${paid}, sold: ${isSold}`),
		...when(sold !== quantity, "I2", `${order_id} has bought ${sold}, sold: ${isSold}`),
		...when(held !== 0, "I2", `${order_id} still holds ${held}`),
		...when(!right.includes(status), "I2", `${order_id} is ${status}, sold: ${isSold}`),
	];
}

function stock({ people }: World): Violation[] {
	const { received, on_hand, reserved, sold } = people.ledger.stock;
	return when(on_hand + reserved + sold !== received, "I2", "units came from nowhere");
}

/** One physical effect at most for each key, and none after its undo. */
function effects({ people }: World): Violation[] {
	const seen = new Set<string>();
	const undone = new Set<string>();
	const found: Violation[] = [];
	for (const { saga_id, step, what } of people.effects) {
		const key = `${saga_id}/${step}`;
		if (what === "do" && undone.has(key)) found.push({ law: "I3", why: `${key} after its undo` });
		if (what !== "do") undone.add(key);
		if (what !== "null_undo" && seen.has(`${key}/${what}`))
			found.push({ law: "I3", why: `${key} twice: ${what}` });
		seen.add(`${key}/${what}`);
	}
	return found;
}

const ended = ({ head, state }: Run) =>
	when(!isOver(state), "I4", `${head.saga_id} is still ${state.status} at ${state.state}`);

/** Undone in the reverse order of intents; nothing at all once the pivot is done. */
function reversed({ people }: World, { head, state }: Run): Violation[] {
	const mine = people.effects.filter(({ saga_id }) => saga_id === head.saga_id);
	const place = (name: string) => state.steps.findIndex(({ step }) => step === name);
	const undos = mine.filter(({ what }) => what !== "do").map(({ step }) => place(step));
	const isReversed = undos.every((at, n) => n === 0 || at < (undos[n - 1] ?? 0));
	const pivot = state.steps.find(({ kind }) => kind === "pivot")?.step;
	const isPast = mine.some(({ step, what }) => step === pivot && what === "do");
	return [
		...when(!isReversed, "I5", `${head.saga_id} undid in the order ${undos}`),
		...when(isPast && undos.length > 0, "I5", `${head.saga_id} undid after its pivot`),
	];
}

/** Gapless, and its fold is the row. */
function history({ kept }: World, { head, rev, state }: Run): Violation[] {
	const rows = kept.history.get(head.saga_id) ?? [];
	const isGapless = rows.length === rev && rows.every(({ seq }, n) => seq === n + 1);
	const saga = definition(head);
	let folded: State | null = null;
	for (const { event } of rows) {
		const decision: ReturnType<typeof decide> = saga ? decide(saga, folded, event) : "ignored";
		if (typeof decision !== "string") folded = decision.state;
	}
	const isFold = JSON.stringify(plain(folded)) === JSON.stringify(plain(state));
	return [
		...when(!isGapless, "I7", `${head.saga_id} at ${rev} has ${rows.length} rows of history`),
		...when(!isFold, "I7", `${head.saga_id} is not the fold of its history`),
	];
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value), sorted);
const sorted = (_: string, value: unknown) =>
	typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;

function unique(runs: Run[]): Violation[] {
	const live = runs.filter(({ state }) => state.status !== "COMPENSATED");
	const keys = live.map(({ head }) => `${head.name}/${head.business_key}`);
	return when(new Set(keys).size < keys.length, "I11", `several sagas for one of ${keys}`);
}

const when = (is: boolean, law: Violation["law"], why: string): Violation[] =>
	is ? [{ law, why }] : [];

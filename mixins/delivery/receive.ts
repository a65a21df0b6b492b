import { knownVersion, type Recorded } from "../../lib/fact.ts";
import type { Sent, Verdict } from "../bus.ts";
import type { Tx } from "../database.mixin.ts";
import { because } from "./cause.ts";
import { letters, type Watermark, watermarks } from "./tables.ts";

/** What a context does with facts: a reaction for each that it hears; `"*"` hears all the rest. */
export type Reactions = Readonly<Record<string, Reaction>>;
export interface Reaction {
	(tx: Tx, fact: Recorded): Promise<void>;
	/** Whether such a fact concerns it: see `among`. */
	readonly isMine?: ((payload: unknown) => boolean) | undefined;
}

/** Applies each fact that is the next of its key, within one unit of work. */
export async function receive(tx: Tx, facts: readonly Sent[], reactions: Reactions) {
	const marks = await marksOf(tx, facts);
	const verdicts: Verdict[] = [];
	const moved = new Set<Watermark>();
	for (const { fact, is_first } of facts) {
		const mark = marks.get(fact.key);
		if (!mark) throw new Error(`No watermark of ${fact.key}`);
		const isNext = fact.key_seq === mark.last_seq + 1 || (is_first && mark.last_seq === 0);
		if (!isNext) {
			verdicts.push(fact.key_seq <= mark.last_seq ? "duplicate" : "gap");
			continue;
		}
		verdicts.push(await apply(tx, fact, mark, reactions));
		mark.last_seq = fact.key_seq;
		moved.add(mark);
	}
	await tx.insertAll(watermarks, [...moved], MOVE);
	return verdicts;
}

/** A fact that nobody reacts to only moves the watermark. */
async function apply(tx: Tx, fact: Recorded, mark: Watermark, reactions: Reactions) {
	if (!reactionTo(fact, reactions)) return "done";
	if (mark.parked) await park(tx, fact, "stands behind another", 0);
	else if (isNewer(fact)) await park(tx, fact, newer(fact), 0);
	else {
		await react(tx, fact, reactions);
		return "done";
	}
	mark.parked = true;
	return "parked";
}

export async function react(tx: Tx, fact: Recorded, reactions: Reactions): Promise<void> {
	if (isNewer(fact)) throw new Error(newer(fact));
	because(tx, fact);
	await reactionTo(fact, reactions)?.(tx, fact);
}

/** What a newer writer says cannot be judged: it concerns whoever hears it. */
export function reactionTo(fact: Recorded, reactions: Reactions): Reaction | undefined {
	const reaction = reactions[fact.event] ?? reactions["*"];
	const { isMine } = reaction ?? {};
	return !isMine || isNewer(fact) || isMine(fact.payload) ? reaction : undefined;
}

const isNewer = ({ event, version }: Recorded) => version > (knownVersion(event) ?? version);
const newer = ({ event, version }: Recorded) =>
	`version ${version} of ${event} is newer than this reader, which knows ${knownVersion(event)}`;

/** Gives up on a fact for now: its key waits behind it, in the same unit of work. */
export async function giveUp(tx: Tx, sent: Sent, error: unknown, attempts: number) {
	const { fact } = sent;
	const { producer, key, key_seq: last_seq } = fact;
	const mark = (await marksOf(tx, [sent])).get(key);
	if (mark && mark.last_seq >= last_seq) return; // a replica has applied it meanwhile
	await park(tx, fact, error instanceof Error ? error.message : String(error), attempts);
	await tx.save(watermarks, { producer, key, last_seq, parked: true });
}

const park = (tx: Tx, fact: Recorded, error: string, attempts: number) => {
	const { producer, key, key_seq, message_id } = fact;
	const letter = { producer, key, key_seq, message_id, body: fact, error, attempts };
	return tx.insert(letters, { ...letter, parked_at: Date.now() });
};

/** Makes the rows that are missing and locks them all, in one order, in one statement. */
async function marksOf(tx: Tx, facts: readonly Sent[]): Promise<Map<string, Watermark>> {
	const keys = new Map(facts.map(({ fact: { producer, key } }) => [key, producer]));
	const fresh = [...keys]
		.map(([key, producer]) => ({ producer, key, last_seq: 0, parked: false }))
		.sort((a, b) => (a.key < b.key ? -1 : 1));
	const marks = await tx.insertAll(watermarks, fresh, LOCK);
	return new Map(marks.map((mark) => [mark.key, mark]));
}

const LOCK = `on conflict (producer, key) do update set last_seq = inbox.last_seq returning *`;
const MOVE = `on conflict (producer, key) do update
	set last_seq = excluded.last_seq, parked = excluded.parked`;

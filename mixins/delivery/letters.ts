import { letterFails } from "../../lib/letters.ts";
import type { Database, Reader, Tx } from "../database.mixin.ts";
import { decode } from "../database.mixin.ts";
import type { Reading } from "./metrics.ts";
import { type Reactions, react } from "./receive.ts";
import { type DeadLetter, letters, watermarks } from "./tables.ts";

const LETTERS = "select * from dead_letter where discarded is null";

export async function list(db: Reader, limit: number): Promise<DeadLetter[]> {
	const order = "order by parked_at, producer, key, key_seq";
	const rows = await db.query(`${LETTERS} ${order} limit ${limit}`);
	return rows.map((row) => decode(letters, row));
}

export async function find(db: Reader, message_id: string): Promise<DeadLetter | undefined> {
	const [row] = await db.query(`${LETTERS} and message_id = $message_id`, { message_id });
	return row && decode(letters, row);
}

/** How many are parked of each producer: of those that are heard, none is said, too. */
export async function count(db: Reader, context: string, heard: string[]): Promise<Reading[]> {
	const rows = await db.query<{ producer: string; letters: number }>(COUNT);
	const counts = new Map(heard.map((producer) => [producer, 0]));
	for (const { producer, letters } of rows) counts.set(producer, letters);
	return [...counts].map(([producer, value]) => ({
		gauge: "dead_letters",
		labels: { context, producer },
		value,
	}));
}
const COUNT = `
	select producer, count(*) as letters from dead_letter where discarded is null group by producer`;

/**
 * Applies what is parked of a key, in order, each fact in a unit of work of its own; then the key
 * flows again. Stops at one that fails, and refuses. Answers how many were applied.
 */
export async function redrive(
	db: Database,
	{ producer, key }: Asked,
	{ reactions, warn }: { reactions: Reactions; warn(err: unknown, letter: DeadLetter): void },
) {
	for (let applied = 0; ; applied++) {
		const letter = await db.write((tx) => firstOf(tx, producer, key));
		if (!letter) return applied;
		const id = { producer, key, key_seq: letter.key_seq };
		try {
			await db.write(async (tx) => {
				const first = await firstOf(tx, producer, key);
				if (first?.key_seq !== letter.key_seq) return; // another operator was faster
				await tx.remove(letters, id);
				await react(tx, letter.body, reactions);
			});
		} catch (err) {
			warn(err, letter);
			const reason = err instanceof Error ? err.message : String(err);
			const told = { error: reason, attempts: letter.attempts + 1 };
			await db.write((tx) => tx.update(letters, id, told));
			throw letterFails({ id: letter.message_id, reason });
		}
	}
}

/** Lets go of the first fact that is parked of a key; answers whether there was one. */
export async function discard(db: Database, asked: Asked, reason: string) {
	const { producer, key, message_id } = asked;
	return db.write(async (tx) => {
		const letter = await firstOf(tx, producer, key);
		if (!letter || (message_id && letter.message_id !== message_id)) return false;
		await tx.update(letters, { producer, key, key_seq: letter.key_seq }, { discarded: reason });
		await firstOf(tx, producer, key);
		return true;
	});
}

/** The first that is parked. When none is left the key flows again, from the same moment on. */
async function firstOf(tx: Tx, producer: string, key: string): Promise<DeadLetter | undefined> {
	await tx.find(watermarks, { producer, key }); // holds it: nothing more parks meanwhile
	const sql = `${LETTERS} and producer = $producer and key = $key order by key_seq limit 1`;
	const [row] = await tx.query(sql, { producer, key });
	if (row) return decode(letters, row);
	await tx.update(watermarks, { producer, key, parked: true }, { parked: false });
	return undefined;
}

interface Asked {
	producer: string;
	key: string;
	message_id?: string | undefined;
}

import type { Database } from "../database.mixin.ts";

const KEPT_MS = 7 * 24 * 3_600_000;
const LATE_MS = 60_000;
const PRUNE_MAX = 1_000;

/** Forgets what is old and safe with every sink; what none has asked for yet is kept. */
export async function prune(db: Database): Promise<void> {
	const before = Date.now() - KEPT_MS;
	let pruned = PRUNE_MAX;
	while (pruned === PRUNE_MAX)
		pruned = (await db.write((tx) => tx.query(PRUNE, { before }))).length;
}

/** Facts that a sink should have by now, and has not: it fails, or its context is gone. */
export const late = (db: Database): Promise<Late[]> =>
	db.read((read) => read.query<Late>(LATE, { before: Date.now() - LATE_MS }));

interface Late {
	sink: string;
	facts: number;
	/** When the oldest of them was announced. */
	since: number;
}

/** Looks no further than the oldest, so that it costs the same however much is kept. */
const PRUNE = `
	delete from outbox where seq in (
		select seq from (
			select seq, feed_seq, created_at from outbox
			where feed_seq is not null order by feed_seq limit ${PRUNE_MAX}
		) as oldest
		where created_at < $before and feed_seq <= (select min(feed_seq) from outbox_cursor)
	) returning seq`;

const LATE = `
	select sink, count(*) as facts, min(created_at) as since
	from outbox_cursor join outbox on outbox.feed_seq > outbox_cursor.feed_seq
	where created_at < $before group by sink order by sink`;

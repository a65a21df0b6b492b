import Type from "typebox";
import { changed } from "../config/cache.ts";
import type { Fact, Recorded } from "../lib/fact.ts";
import { newId } from "../lib/ids.ts";
import { mixin } from "../lib/service.ts";
import { type Bus, busOf } from "./bus.ts";
import { type Database, type Tx, table } from "./database.mixin.ts";

const BATCH_MAX = 256;
const RETRY_MS = 1_000; // also finds what a crash left behind

const outboxTable = table(
	"outbox",
	Type.Object({
		message_id: Type.String(),
		type: Type.String(),
		version: Type.Integer(),
		key: Type.String(),
		key_seq: Type.Integer(),
		body: Type.Object({}),
		created_at: Type.Integer(),
	}),
	"message_id",
);
const cursors = table(
	"outbox_cursor",
	Type.Object({ sink: Type.String(), feed_seq: Type.Integer() }),
	"sink",
);

/**
 * Gives the service `this.announce(tx, fact)`: the fact is published if, and only if, `tx`
 * commits. Facts about one key are numbered without gaps and leave in that order. Delivery is
 * at least once: whoever listens must tolerate repeats.
 */
export const outbox = mixin<Outbox, { db: Database }>({
	created() {
		this.announce = async (tx, { event: type, version, key, payload: body }) => {
			const fact = { message_id: newId("msg"), type, version, key, body, created_at: Date.now() };
			await tx.insert(outboxTable, { ...fact, key_seq: await nextOf(tx, key) });
			tx.afterCommit(() => changed(this.name, key));
			tx.afterCommit(() => void this.relay());
		};

		let running: Promise<void> | undefined;
		let again = false;
		const run = async () => {
			let more = true;
			while (more || again) {
				again = false;
				more = await relaySome(this.db, busOf(this.broker));
			}
		};
		this.relay = () => {
			again = true; // what commits while a relay is ending must not wait for the timer
			running ??= run()
				.catch((err) => this.logger.warn("a fact stays in the outbox: it was not taken", err))
				.finally(() => {
					running = undefined;
				});
			return running;
		};
	},

	started() {
		this.relayTimer = setInterval(() => void this.relay(), RETRY_MS);
	},

	async stopped() {
		clearInterval(this.relayTimer);
		await this.relay();
	},
});

/** Locks the key until the commit: its next fact cannot be seen before this one. */
async function nextOf(tx: Tx, key: string): Promise<number> {
	const [row] = await tx.query<{ last_seq: number }>(
		`insert into outbox_key (key, last_seq) values ($key, 1)
		on conflict (key) do update set last_seq = outbox_key.last_seq + 1 returning last_seq`,
		{ key },
	);
	return row?.last_seq ?? 1;
}

/** Publishes a batch; answers whether there may be more. The cursor passes only what was taken. */
async function relaySome(db: Database, { sink, publish }: Bus): Promise<boolean> {
	const fresh = await db.read((read) => read.query(UNNUMBERED));
	if (fresh.length > 0) await db.write((tx) => tx.script(NUMBER));
	const facts = await db.read((read) => read.query<Waiting>(WAITING, { sink }));
	let taken = 0;
	try {
		for (const { feed_seq, type, body, message_id, version, key, key_seq } of facts) {
			const payload = JSON.parse(body);
			await publish({ event: type, payload, message_id, version, key, key_seq } as Recorded);
			taken = feed_seq;
		}
	} finally {
		if (taken > 0) await db.write((tx) => tx.save(cursors, { sink, feed_seq: taken }));
	}
	return facts.length === BATCH_MAX;
}

const UNNUMBERED = "select 1 from outbox where feed_seq is null limit 1";

const WAITING = `
	select * from outbox
	where feed_seq > coalesce((select feed_seq from outbox_cursor where sink = $sink), 0)
	order by feed_seq limit ${BATCH_MAX}`;

/** Numbers the set of what has committed. A cursor on `seq` would skip what commits late. */
const NUMBER = `
	with head as (select coalesce(max(feed_seq), 0) as last from outbox),
	fresh as (
		select seq, row_number() over (order by seq) as nth from outbox where feed_seq is null
	)
	update outbox set feed_seq = head.last + fresh.nth
	from fresh, head where outbox.seq = fresh.seq`;

interface Waiting extends Omit<Recorded, "event" | "payload"> {
	feed_seq: number;
	type: string;
	body: string;
}
interface Outbox {
	announce(tx: Tx, fact: Fact): Promise<void>;
	/** Publishes what waits; resolves when nothing does, or when the bus does not take it. */
	relay(): Promise<void>;
	relayTimer: NodeJS.Timeout;
}

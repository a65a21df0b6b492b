import Type from "typebox";
import type { Mark, Place } from "../bus.ts";
import { type Tx, table } from "../database.mixin.ts";
import type { Lane } from "./lane.ts";

/** The one sink of a producer whose facts go to a stream. */
export const STREAM = "jetstream";

const cursors = table(
	"outbox_cursor",
	Type.Object({
		sink: Type.String(),
		feed_seq: Type.Integer(),
		updated_at: Type.Integer(),
		stream_created: Type.Optional(Type.String()),
		stream_seq: Type.Optional(Type.Integer()),
		stream_message: Type.Optional(Type.String()),
	}),
	"sink",
);

/** A sink has its cursor from the start, so that nothing is pruned that it has not had. */
export async function openCursor(tx: Tx, sink: string): Promise<Place> {
	// Once the transport is another, those of the old one move no more, and would keep all for ever.
	await tx.script(
		`delete from outbox_cursor where sink ${sink === STREAM ? "<>" : "="} '${STREAM}'`,
	);
	await tx.claim(cursors, { sink, feed_seq: 0, updated_at: Date.now() });
	return tx.get(cursors, { sink });
}

/** Sinks that have more than their cursors say. */
export const progressOf = (lanes: Iterable<Lane>) =>
	[...lanes].filter(({ sink, saved }) => sink.safe() > saved);

export async function saveProgress(tx: Tx, lanes: Iterable<Lane>): Promise<void> {
	const saved = progressOf(lanes).map((lane) => {
		const { sink } = lane;
		return { lane, row: rowOf(sink.name, sink.safe(), sink.mark?.()) };
	});
	await tx.insertAll(
		cursors,
		saved.map(({ row }) => row),
		ADVANCE,
	);
	tx.afterCommit(() => {
		for (const { lane, row } of saved) lane.saved = row.feed_seq;
	});
}

/** Before anything is sent again: a crash meanwhile must not leave a cursor beyond it. */
export const rewindCursor = (tx: Tx, sink: string, { feed_seq, ...mark }: Place) =>
	tx.insertAll(cursors, [rowOf(sink, feed_seq, mark)], ADVANCE);

const rowOf = (sink: string, feed_seq: number, mark: Mark = {}) =>
	({ ...UNMARKED, ...mark, sink, feed_seq, updated_at: Date.now() }) as typeof cursors.row & {};

const UNMARKED = { stream_created: undefined, stream_seq: undefined, stream_message: undefined };
const ADVANCE = `on conflict (sink) do update
	set feed_seq = excluded.feed_seq, updated_at = excluded.updated_at,
		stream_created = excluded.stream_created, stream_seq = excluded.stream_seq,
		stream_message = excluded.stream_message`;

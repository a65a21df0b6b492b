import type { Recorded } from "../../lib/fact.ts";
import type { Sent } from "../bus.ts";

export const NUMBER_MAX = 512;
export const READ_MAX = 256;

export const UNNUMBERED = "select 1 from outbox where feed_seq is null limit 1";

/**
 * Numbers the set of what has committed: a cursor on `seq` would skip what commits late. The
 * cursors remember how far the numbers went when all that had one has been pruned.
 */
export const NUMBER = `
	with head as (
		select coalesce(max(feed_seq), 0) as last from (
			select max(feed_seq) as feed_seq from outbox
			union all select max(feed_seq) from outbox_cursor
		) as known
	),
	fresh as (
		select seq, row_number() over (order by seq) as nth from outbox where feed_seq is null
		order by seq limit ${NUMBER_MAX}
	)
	update outbox set feed_seq = head.last + fresh.nth
	from fresh, head where outbox.seq = fresh.seq returning outbox.feed_seq, outbox.key`;

export const WAITING = `
	select outbox.*, outbox.key_seq = 1 or not exists (
		select 1 from outbox as older where older.key = outbox.key and older.key_seq < outbox.key_seq
	) as is_first
	from outbox where feed_seq > $after order by feed_seq limit ${READ_MAX}`;

/** Who does not react to it does not pay for reading what it says. */
export function sent(producer: string, row: object): Sent {
	const { feed_seq, is_first, type, body, headers, created_at, ...rest } = row as Row;
	const { message_id, version, key, key_seq } = rest;
	let [said, told]: [unknown, Recorded["headers"] | undefined] = [undefined, undefined];
	const fact: Recorded = {
		event: type,
		version,
		key,
		get payload() {
			said ??= JSON.parse(body);
			return said;
		},
		message_id,
		producer,
		key_seq,
		occurred_at: created_at,
		get headers() {
			told ??= JSON.parse(headers) as Recorded["headers"];
			return told;
		},
	};
	return { fact, feed_seq, is_first: Boolean(is_first) };
}

interface Row extends Pick<Recorded, "message_id" | "version" | "key" | "key_seq"> {
	feed_seq: number;
	is_first: boolean | number;
	type: string;
	body: string;
	headers: string;
	created_at: number;
}

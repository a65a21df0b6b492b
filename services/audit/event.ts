import type { Recorded } from "../../lib/fact.ts";
import type { FeedItem, LogEntry, StoredEvent } from "./audit.contract.ts";
import { hashOf, type Unsealed } from "./chain.ts";

/** An event as it is kept: `data` and `metadata` are the text that was sealed. */
export interface EventRow {
	readonly position: number;
	readonly message_id: string;
	readonly type: string;
	readonly version: number;
	readonly producer: string;
	readonly key: string;
	readonly key_seq: number;
	/** What kind of thing it is about: its key up to the first colon. */
	readonly entity: string;
	readonly data: string;
	readonly metadata: string;
	readonly actor?: string | null;
	readonly actor_role?: string | null;
	readonly location_id?: string | null;
	readonly correlation_id?: string | null;
	readonly occurred_at: number;
	readonly recorded_at: number;
	readonly prev_hash: string;
	readonly hash: string;
}

/** The end of the chain, and how far the two times of an event have ever been apart. */
export interface Head {
	readonly position: number;
	readonly hash: string;
	readonly recorded_at: number;
	readonly late_ms: number;
	readonly early_ms: number;
}

/** The facts as rows that follow the head, and the head after them. The clock never goes back. */
export function chained(head: Head, facts: readonly Recorded[], now: number) {
	const recorded_at = Math.max(now, head.recorded_at);
	let { position, hash, late_ms, early_ms } = head;
	const rows = facts.map((fact) => {
		const unsealed: Unsealed = {
			...bare(fact),
			position: ++position,
			recorded_at,
			prev_hash: hash,
		};
		hash = hashOf(unsealed);
		late_ms = Math.max(late_ms, recorded_at - fact.occurred_at);
		early_ms = Math.max(early_ms, fact.occurred_at - recorded_at);
		return { ...unsealed, hash };
	});
	return { rows, head: { position, hash, recorded_at, late_ms, early_ms } };
}

function bare({ event: type, payload, headers, ...fact }: Recorded) {
	const { message_id, version, producer, key, key_seq, occurred_at } = fact;
	const { actor, actor_role, actor_location_id, correlation_id } = headers;
	return {
		message_id,
		type,
		version,
		producer,
		key,
		key_seq,
		entity: partsOf(key).type,
		data: JSON.stringify(payload),
		metadata: JSON.stringify(headers),
		actor: actor ?? null,
		actor_role: actor_role ?? null,
		location_id: actor_location_id ?? null,
		correlation_id: correlation_id ?? null,
		occurred_at,
	};
}

/** `"stock:1:7"` is `1:7` of the kind `stock`. */
function partsOf(key: string): { type: string; id: string } {
	const colon = key.indexOf(":");
	return colon < 0
		? { type: key, id: "" }
		: { type: key.slice(0, colon), id: key.slice(colon + 1) };
}

const iso = (at: number): string => new Date(at).toISOString();

/** As a follower reads it: the fact that was announced, and its place. */
export function fed(row: EventRow): FeedItem {
	const { position, message_id, type: event, version, producer, key, key_seq } = row;
	return {
		position,
		message_id,
		event,
		version,
		producer,
		key,
		key_seq,
		payload: JSON.parse(row.data),
		headers: JSON.parse(row.metadata),
		occurred_at: row.occurred_at,
		recorded_at: row.recorded_at,
	};
}

export function shown(row: EventRow): StoredEvent {
	const { entity: _, actor, actor_role: _role, location_id: _place, correlation_id, ...rest } = row;
	return {
		...rest,
		data: JSON.parse(row.data),
		metadata: JSON.parse(row.metadata),
		...(correlation_id && { correlation_id }),
		...(actor && { actor: who(row) }),
		occurred_at: iso(row.occurred_at),
		recorded_at: iso(row.recorded_at),
	};
}

const who = ({ actor, actor_role, location_id }: EventRow) => ({
	id: actor ?? "",
	...(actor_role && { type: actor_role }),
	...(location_id && { location_id }),
});

/** Who did what: `before` is what was last told of the same thing. */
export function logged(row: EventRow & { before?: string | null }): LogEntry {
	const { actor, actor_role, location_id, correlation_id, before } = row;
	return {
		id: row.message_id,
		position: row.position,
		at: iso(row.occurred_at),
		recorded_at: iso(row.recorded_at),
		...(actor && { actor }),
		...(actor_role && { role: actor_role }),
		...(location_id && { location_id }),
		action: row.type,
		entity: row.entity,
		entity_id: partsOf(row.key).id,
		after: JSON.parse(row.data),
		...(before && { before: JSON.parse(before) }),
		...(correlation_id && { correlation_id }),
	};
}
